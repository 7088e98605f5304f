import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { expect } from 'vitest'
import { startEmbeddedPostgres } from '../../src/database/embedded/postgres.ts'
import { createApi } from './api.ts'
import { startProcess } from './process.ts'
import { startReceiver } from './receiver.ts'
import { freePort, startRedis } from './redis.ts'

const BOOTSTRAP_API_KEY = 'the-key-of-the-fleet-1234567890'
const BATCH = 50
const PUBLISHERS = 4
/** A publish without a response for longer counts as failed. */
const ANSWER_MS = 60_000

/** API and workers as separate processes, on a PostgreSQL and a Redis that tests can kill. */
export async function startFleet(options: { workers: number; leaseSeconds: number }) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-fleet-'))
  const postgresPort = await freePort()
  let postgres = await startEmbeddedPostgres({ dataDir, port: postgresPort })
  const redis = await startRedis()
  const receiver = await startReceiver()
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    DATA_DIR: dataDir,
    BOOTSTRAP_API_KEY,
    WORKER_LEASE_SECONDS: String(options.leaseSeconds),
    PORT: String(await freePort()),
  }
  const start = async (mode: string) => {
    const process = startProcess(env, mode)
    await process.printed(/Signalbox started/)
    return process
  }
  let apiProcess = await start('api')
  const workers = [await start('worker')]
  while (workers.length < options.workers) workers.push(await start('worker'))
  const api = createApi(`http://127.0.0.1:${env.PORT}`).as(BOOTSTRAP_API_KEY)
  await api.createType('fleet.event')
  await api.createEndpoint(receiver.url, { timeoutSeconds: 5, maxConcurrency: 500, disableAfterFailures: null })
  let round = 0

  return {
    api,
    receiver,
    redis,
    workers,
    url: `http://127.0.0.1:${env.PORT}`,
    async killApi() {
      await apiProcess.end('SIGKILL')
      apiProcess = await start('api')
    },
    async restartWorker(index: number) {
      workers[index] = await start('worker')
    },
    postgres: {
      stop: () => postgres.stop(),
      kill: () => process.kill(postgres.pid, 'SIGKILL'),
      async start() {
        postgres = await startEmbeddedPostgres({ dataDir, port: postgresPort })
      },
    },
    query: async (sql: string) => {
      const client = new pg.Client({ connectionString: postgres.adminUrl })
      client.on('error', () => {})
      await client.connect()
      const { rows } = await client.query(sql)
      await client.end()
      return rows
    },

    /**
     * Publishes the given number of events during a fault, waits for every delivery and checks the stored attempts.
     *
     * @param fault resolves when the fault is over; `arrived` waits until a share of the events has been received
     */
    async through(events: number, fault: (arrived: (share: number) => Promise<void>) => Promise<void>) {
      round++
      const acknowledged = new Set<string>()
      const before = receiver.requests.length
      let published = 0
      const publish = async () => {
        while (published < events) {
          const numbers = Array.from({ length: Math.min(BATCH, events - published) }, () => published++)
          const input = numbers.map((n) => ({ type: 'fleet.event', data: { n }, idempotencyKey: `${round}.${n}` }))
          for (const id of await this.publishUntilAcknowledged(input)) acknowledged.add(id)
        }
      }
      const publishing = Promise.all(Array.from({ length: PUBLISHERS }, publish))
      const arrived = (share: number) => receiver.arrived(before + Math.floor(events * share))
      await arrived(0.1)
      await fault(arrived)
      const over = performance.now()
      const arrivedThen = receiver.requests.length
      // Requests in transit at the end of the fault do not count as recovery.
      const recovered = receiver
        .arrived(Math.min(arrivedThen + 100, before + events))
        .then(() => performance.now() - over)
      await publishing
      const left = async () => {
        const rows = await this.query("SELECT count(*)::int AS left FROM deliveries WHERE status <> 'SUCCEEDED'")
        return rows[0].left as number
      }
      await expect.poll(left, { timeout: 60_000, interval: 200 }).toBe(0)
      const requests = receiver.requests.splice(before)
      const received = new Set(requests.map(({ eventId }) => eventId))
      const lost = [...acknowledged].filter((id) => !received.has(id)).length
      expect(acknowledged.size).toBe(events)
      const [counts] = await this.query(
        `SELECT count(*)::int AS wrong FROM deliveries d
         WHERE attempt_count <> (SELECT count(*) FROM attempts a WHERE a.delivery_id = d.id)`,
      )
      expect(counts.wrong).toBe(0)
      return { events, lost, duplicates: requests.length - received.size, recovered: Math.round(await recovered) }
    },

    /** Publishes again with the same idempotency keys until the server responds. */
    async publishUntilAcknowledged(events: object[]): Promise<string[]> {
      for (const began = performance.now(); performance.now() - began < ANSWER_MS; ) {
        const answer = api.publishMany(events).catch(() => setImmediate(undefined))
        const ids = await Promise.race([answer, delay(ANSWER_MS, undefined, { ref: false })])
        if (ids !== undefined) return ids
      }
      throw new Error('Publishing had no answer for a minute.')
    },

    /** Output and database activity to diagnose a failed test. */
    async state(): Promise<string> {
      const outputs = [apiProcess, ...workers].map(({ output }) => output().slice(-2_000))
      const activity = await this.query(
        "SELECT pid, state, wait_event_type, wait_event, now() - query_start AS since, left(query, 80) AS query FROM pg_stat_activity WHERE datname = 'signalbox'",
      ).catch((error) => [String(error)])
      return [...outputs, `received: ${receiver.requests.length}`, JSON.stringify(activity, null, 1)].join('\n---\n')
    },

    async stop() {
      await Promise.all([apiProcess, ...workers].map((process) => process.end('SIGTERM')))
      await receiver.stop()
      await redis.stop()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>
