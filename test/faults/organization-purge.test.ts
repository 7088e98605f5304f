import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { type App, ENCRYPTION_KEY, startApp } from '../support/app.ts'
import { cloneDatabase } from '../support/database.ts'
import { startProcess } from '../support/process.ts'

const EVENTS = 20_000
let database: Awaited<ReturnType<typeof cloneDatabase>>
let dataDir: string
let app: App
beforeAll(async () => {
  database = await cloneDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-purge-'))
  app = await startApp({ databaseUrl: database.url, clock: systemClock })
})
afterAll(async () => {
  await app.stop()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const query = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows
const startWorker = async () => {
  const env = { DATABASE_URL: database.url, ENCRYPTION_KEYS: ENCRYPTION_KEY, DATA_DIR: dataDir, RETENTION_DAYS: '0' }
  const worker = startProcess(env, 'worker')
  await worker.printed(/Signalbox started/)
  return worker
}

describe('removal of a deleted organization', () => {
  test('a worker that is killed in it is followed by one that finishes, and other organizations are served meanwhile', async () => {
    const gone = await app.tenant()
    const kept = await app.tenant()
    for (const tenant of [gone, kept]) await tenant.createType('a.b')
    const { webhookEndpoint } = await gone.createEndpoint('http://127.0.0.1:9/', { enabled: false })
    const ids = [gone.organizationId, webhookEndpoint.id]
    await query(
      `INSERT INTO events (id, organization_id, type, body, created_at)
       SELECT 'evt_' || n, $1, 'a.b', '{}', now() FROM generate_series(1, ${EVENTS}) n`,
      ids.slice(0, 1),
    )
    await query(
      `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, created_at, updated_at)
       SELECT 'dlv_' || n, $1, 'evt_' || n, $2, CASE WHEN n % 2 = 0 THEN 'SUCCEEDED' ELSE 'HELD' END::delivery_status, 'SCHEDULED', now(), now()
       FROM generate_series(1, ${EVENTS}) n`,
      ids,
    )
    await query(
      `INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at)
       SELECT 'dlv_' || n, $1, 'evt_' || n, $2, now() FROM generate_series(1, ${EVENTS}) n`,
      ids,
    )
    const left = async () =>
      (await query('SELECT count(*)::int FROM delivery_index WHERE organization_id = $1', ids.slice(0, 1)))[0].count
    await app.host.ask('mutation ($id: ID!) { organizationDelete(id: $id) { __typename } }', {
      id: gone.organizationId,
    })

    const killed = await startWorker()
    while ((await left()) === EVENTS) await setImmediate()
    await killed.end('SIGKILL')
    const rest = await left()
    expect(rest).toBeGreaterThan(0)
    expect(rest).toBeLessThan(EVENTS)

    const worker = await startWorker()
    await kept.publish('a.b')
    await expect.poll(left, { timeout: 60_000 }).toBe(0)
    const tables = ['events', 'deliveries', 'webhook_endpoints', 'api_keys', 'audit_entries']
    const counts = async () => {
      const rows = await Promise.all(
        tables.map((table) => query(`SELECT count(*)::int FROM ${table} WHERE organization_id = $1`, ids.slice(0, 1))),
      )
      return rows.map(([row]) => row.count)
    }
    await expect.poll(counts, { timeout: 60_000 }).toEqual(tables.map(() => 0))
    expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(await kept.ask('{ events { nodes { type } } }')).toEqual({ nodes: [{ type: 'a.b' }] })
  }, 150_000)
})
