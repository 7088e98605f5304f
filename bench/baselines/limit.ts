// The limit: the same bodies, signed the same way, sent to the same receiver by undici, and nothing stored.
import pg from 'pg'
import { Pool } from 'undici'
import { createSign } from '../../src/domain/endpoints/sign.ts'
import { yardstick } from '../support/child.ts'

export interface LimitOptions {
  databaseUrl: string
  events: number
  url: string
  concurrency: number
}

/** Requests before those that count: ours has been running for a while too, and the first are slower by half. */
const WARM_UP = 5_000

await yardstick(
  async ({ databaseUrl, events, url, concurrency }: LimitOptions) => {
    const database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
    const { rows } = await database.query('SELECT id, body FROM events ORDER BY id DESC LIMIT $1', [events])
    await database.end()
    return { rows: rows as { id: string; body: Buffer }[], url, concurrency }
  },
  async ({ rows, url, concurrency }) => {
    const { origin, pathname } = new URL(url)
    const pool = new Pool(origin, { connections: concurrency })
    const sign = createSign('STANDARD', [`whsec_${Buffer.alloc(32, 1).toString('base64')}`])
    const send = async (waiting: typeof rows) => {
      for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
        const timestamp = Math.floor(Date.now() / 1000)
        const response = await pool.request({
          path: pathname,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...sign({ eventId: row.id, body: row.body, timestamp }) },
          body: row.body,
        })
        await response.body.dump()
        if (response.statusCode !== 204) throw new Error(`The receiver answered ${response.statusCode}.`)
      }
    }
    const sendAll = async (all: typeof rows) => {
      const waiting = [...all]
      await Promise.all(Array.from({ length: concurrency }, () => send(waiting)))
    }
    await sendAll(rows.slice(0, WARM_UP))
    const started = performance.now()
    await sendAll(rows)
    return { perSecond: rows.length / ((performance.now() - started) / 1000) }
  },
)
