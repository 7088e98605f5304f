import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConnection } from '../../src/database/connection.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createClaimer } from '../../worker/claim.ts'
import type { Client } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'
import { startProxy } from '../support/proxy.ts'
import { startReceiver } from '../support/receiver.ts'

// A stalled worker or a held database lock does not stop other workers for long.
let app: App
let tenant: Client
const receiver = await startReceiver()
const LEASE_SECONDS = 1

beforeAll(async () => {
  app = await startApp({ clock: systemClock, leaseSeconds: LEASE_SECONDS })
  tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(receiver.url, { maxConcurrency: 500, disableAfterFailures: null })
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const claimOf = (claimer: ReturnType<typeof createClaimer>, limit: number) =>
  claimer.claim({ now: null, limit, leaseSeconds: 60, fullOrganizations: [] }).then(({ deliveries }) => deliveries)

describe('stalled worker', () => {
  test('a worker that does not read the response to its claim does not block claims of other workers', async () => {
    const COUNT = 200
    await tenant.publishMany(Array.from({ length: COUNT }, (_, n) => ({ type: 'a.b', data: n })))
    // The response exceeds the socket buffers, so PostgreSQL waits for the worker within the transaction.
    await app.database.pool.query("UPDATE events SET body = convert_to(repeat('x', 250000), 'UTF8')")
    const url = new URL(app.database.url)
    const proxy = await startProxy(Number(url.port))
    url.port = String(proxy.port)
    const silent = createClaimer(readConnection(url.href))
    expect(await claimOf(silent, 1)).toHaveLength(1)
    proxy.stall()
    const never = claimOf(silent, COUNT).catch((error: Error) => error.message)
    const other = createClaimer(app.database.pooled)
    const held = async () => {
      const { rows } = await app.database.pool.query(
        `SELECT count(*)::int AS held FROM pg_locks
       WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
      return rows[0].held
    }
    await expect.poll(held).toBe(1)
    expect(await claimOf(other, COUNT)).toHaveLength(COUNT - 1)
    await proxy.stop()
    expect(await never).toMatch(/terminated/)
    await Promise.all([silent.stop(), other.stop()])
    await app.database.pool.query("UPDATE deliveries SET status = 'CANCELED', lease_until = NULL")
  }, 60_000)

  test('leases are renewed while a sweep is blocked', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(204).end()))
    const eventId = await tenant.publish('a.b')
    // The sweep blocks on replays, and lease renewal does not use that table.
    const locking = await app.database.pool.connect()
    await locking.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0')
    await locking.query('LOCK TABLE replays IN ACCESS EXCLUSIVE MODE')
    app.worker.start()
    const release = await arrived
    const lease = async () =>
      (await app.database.pool.query("SELECT lease_until::text FROM deliveries WHERE status = 'SENDING'")).rows[0]
        ?.lease_until
    const seen = new Set<string>()
    await expect.poll(async () => seen.add(await lease()).size, { timeout: 20_000 }).toBeGreaterThan(3)
    await locking.query('ROLLBACK')
    locking.release()
    release()
    await app.worker.idle()
    const { rows } = await app.database.pool.query('SELECT status, attempt_count FROM deliveries WHERE event_id = $1', [
      eventId,
    ])
    expect(rows).toEqual([{ status: 'SUCCEEDED', attempt_count: 1 }])
  }, 30_000)
})
