// The usual hand-made way: a BullMQ job a delivery; each job reads its event, sends it, writes an attempt and a status.
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { Pool } from 'undici'
import { createSign } from '../../src/domain/endpoints/sign.ts'
import { yardstick } from '../support/child.ts'

export interface BullmqOptions {
  databaseUrl: string
  redisUrl: string
  events: number
  url: string
  concurrency: number
}

const QUEUE = 'deliveries'
/** Jobs before those that count, since ours has been running for a while too. */
const WARM_UP = 1_000

await yardstick(
  async (options: BullmqOptions) => {
    const database = new pg.Pool({ connectionString: options.databaseUrl, max: 20 })
    await database.query(`DROP TABLE IF EXISTS handmade_attempts, handmade_deliveries, handmade_events;
      CREATE TABLE handmade_events (id text PRIMARY KEY, body bytea NOT NULL);
      CREATE TABLE handmade_deliveries (event_id text PRIMARY KEY, status text NOT NULL, updated_at timestamptz NOT NULL);
      CREATE TABLE handmade_attempts (id bigserial PRIMARY KEY, event_id text NOT NULL, status_code int NOT NULL,
        duration_ms int NOT NULL, at timestamptz NOT NULL)`)
    await database.query('INSERT INTO handmade_events SELECT id, body FROM events ORDER BY id DESC LIMIT $1', [
      options.events,
    ])
    const { rows } = await database.query<{ id: string }>('SELECT id FROM handmade_events')
    await database.query("INSERT INTO handmade_deliveries SELECT id, 'PENDING', now() FROM handmade_events")
    const connection = new Redis(options.redisUrl, { maxRetriesPerRequest: null })
    const queue = new Queue(QUEUE, { connection })
    await queue.obliterate({ force: true })
    const settings = { attempts: 3, removeOnComplete: true, removeOnFail: true }
    for (let at = 0; at < rows.length; at += 1000)
      await queue.addBulk(rows.slice(at, at + 1000).map(({ id }) => ({ name: 'send', data: { id }, opts: settings })))
    return { ...options, database, connection }
  },
  async ({ database, connection, events, url, concurrency }) => {
    const { origin, pathname } = new URL(url)
    const http = new Pool(origin, { connections: concurrency })
    const sign = createSign('STANDARD', [`whsec_${Buffer.alloc(32, 1).toString('base64')}`])
    const done = Promise.withResolvers<void>()
    let completed = 0
    let started = 0
    const worker = new Worker(
      QUEUE,
      async ({ data: { id } }) => {
        const { rows } = await database.query('SELECT body FROM handmade_events WHERE id = $1', [id])
        const { body } = rows[0]
        const before = performance.now()
        const timestamp = Math.floor(Date.now() / 1000)
        const headers = { 'content-type': 'application/json', ...sign({ eventId: id, body, timestamp }) }
        const response = await http.request({ path: pathname, method: 'POST', headers, body })
        await response.body.dump()
        if (response.statusCode !== 204) throw new Error(`The receiver answered ${response.statusCode}.`)
        await database.query(
          'INSERT INTO handmade_attempts (event_id, status_code, duration_ms, at) VALUES ($1, $2, $3, now())',
          [id, response.statusCode, Math.round(performance.now() - before)],
        )
        await database.query(
          "UPDATE handmade_deliveries SET status = 'SUCCEEDED', updated_at = now() WHERE event_id = $1",
          [id],
        )
      },
      { connection: connection.duplicate(), concurrency },
    )
    worker.on('completed', () => {
      completed++
      if (completed === WARM_UP) started = performance.now()
      if (completed === events) done.resolve()
    })
    await done.promise
    const perSecond = (events - WARM_UP) / ((performance.now() - started) / 1000)
    const { rows } = await database.query(
      "SELECT count(*)::int AS n FROM handmade_deliveries WHERE status = 'SUCCEEDED'",
    )
    if (rows[0].n !== events) throw new Error(`${rows[0].n} of ${events} jobs are recorded.`)
    return { perSecond }
  },
)
