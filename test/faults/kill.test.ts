import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createApi } from '../support/api.ts'
import { cloneDatabase } from '../support/database.ts'
import { hasPgBouncer, hasPostgres15 } from '../support/installed.ts'
import { startPgBouncer, startPostgres15 } from '../support/postgres-15.ts'
import { type RunningProcess, startProcess } from '../support/process.ts'
import { startReceiver } from '../support/receiver.ts'
import { freePort } from '../support/redis.ts'

const KILLS = 20
const EVENTS = 5_000
const BATCH = 25
const BOOTSTRAP_API_KEY = 'the-key-of-the-kill-test-1234567890'

/** A database with the URLs that Signalbox gets, and the URL of the test's own reads. */
interface Target {
  env: Record<string, string>
  url: string
  stop(): Promise<void>
}

async function openDirectly(): Promise<Target> {
  const database = await cloneDatabase()
  return { env: { DATABASE_URL: database.url }, url: database.url, stop: database.drop }
}

async function openPooled(): Promise<Target> {
  const postgres = await startPostgres15()
  const { username: user, password } = new URL(postgres.url)
  const pooler = await startPgBouncer({ postgresPort: postgres.port, database: 'postgres', user, password })
  const pooled = new URL(postgres.url)
  pooled.port = String(pooler.port)
  return {
    env: { DATABASE_URL: pooled.href, DATABASE_DIRECT_URL: postgres.url },
    url: postgres.url,
    async stop() {
      await pooler.stop()
      await postgres.stop()
    },
  }
}

const TARGETS: [string, () => Promise<Target>][] = [['directly', openDirectly]]
if (hasPostgres15 && hasPgBouncer) TARGETS.push(['behind PgBouncer in transaction mode, on PostgreSQL 15', openPooled])

describe.each(TARGETS)('kill -9 %s', (_name, open) => {
  // An acknowledged event is committed, and a committed event is delivered.
  test(`${KILLS} kills while ${EVENTS} events are published and delivered lose no acknowledged event`, async () => {
    const database = await open()
    const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-kill-'))
    const receiver = await startReceiver()
    const port = String(await freePort())
    const env = {
      ...database.env,
      PORT: port,
      DATA_DIR: dataDir,
      BOOTSTRAP_API_KEY,
      WORKER_LEASE_SECONDS: '1',
    }
    const start = async () => {
      const process = startProcess(env)
      await process.printed(/Signalbox runs at/)
      return process
    }
    let signalbox: RunningProcess = await start()
    const api = createApi(`http://127.0.0.1:${port}`).as(BOOTSTRAP_API_KEY)
    await api.createType('kill.test')
    await api.createEndpoint(receiver.url, { timeoutSeconds: 5 })

    const acknowledged = new Set<string>()
    let published = 0
    let restarted = Promise.withResolvers<void>()
    restarted.resolve()
    const publishSome = async () => {
      while (published < EVENTS) {
        const numbers = Array.from({ length: Math.min(BATCH, EVENTS - published) }, () => published++)
        // A publisher without a response publishes again with the same idempotency keys.
        const events = numbers.map((number) => ({ type: 'kill.test', data: { number }, idempotencyKey: `k${number}` }))
        for (;;) {
          await restarted.promise
          try {
            for (const id of await api.publishMany(events)) acknowledged.add(id)
            break
          } catch {
            await new Promise(setImmediate)
          }
        }
      }
    }

    /** Kills the process each time another share of the requests has arrived, at an arbitrary point of the work. */
    const killRepeatedly = async () => {
      for (let kills = 1; kills <= KILLS; kills++) {
        await receiver.arrived(Math.floor((EVENTS / (KILLS + 2)) * kills) + randomInt(50))
        restarted = Promise.withResolvers()
        await signalbox.end('SIGKILL')
        signalbox = await start()
        restarted.resolve()
      }
    }
    await Promise.all([publishSome(), publishSome(), publishSome(), publishSome(), killRepeatedly()])

    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    const unfinished = async () => {
      const { rows } = await client.query("SELECT count(*)::int AS count FROM deliveries WHERE status <> 'SUCCEEDED'")
      return rows[0].count
    }
    await expect.poll(unfinished, { timeout: 60_000, interval: 250 }).toBe(0)
    expect(await signalbox.end('SIGINT')).toEqual({ code: 0, signal: null })

    const arrived = new Map<string, number>()
    for (const { eventId } of receiver.requests) arrived.set(eventId, (arrived.get(eventId) ?? 0) + 1)
    expect(acknowledged.size).toBe(EVENTS)
    expect([...acknowledged].filter((id) => !arrived.has(id))).toEqual([])

    // Every request of an event has the same body, and every request is recorded unless a kill cut off the recording.
    const bodies = new Map<string, string>()
    for (const { eventId, body } of receiver.requests) {
      const text = body.toString()
      expect(bodies.get(eventId) ?? text).toBe(text)
      bodies.set(eventId, text)
    }
    const { rows } = await client.query<{ event_id: string; attempts: number; attempt_count: number }>(
      `SELECT d.event_id, d.attempt_count, count(a.id)::int AS attempts
     FROM deliveries d JOIN attempts a ON a.delivery_id = d.id GROUP BY d.id`,
    )
    const recorded = rows.reduce((sum, row) => sum + row.attempts, 0)
    const cutOff = receiver.requests.length - recorded
    expect(rows.every((row) => row.attempts === row.attempt_count)).toBe(true)
    expect(rows.every((row) => (arrived.get(row.event_id) ?? 0) >= row.attempts)).toBe(true)
    expect(rows.length).toBe(EVENTS)
    // At each kill at most the requests in flight are unrecorded, up to 64 for one endpoint.
    expect(cutOff).toBeLessThanOrEqual(KILLS * 64)
    console.log(
      `${KILLS} kills: ${EVENTS} acknowledged, ${arrived.size} arrived, 0 lost, ${cutOff} sent twice because the kill came before they were recorded`,
    )

    await client.end()
    await receiver.stop()
    await database.stop()
    await rm(dataDir, { recursive: true, force: true })
  }, 300_000)
})
