import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClaimedDelivery, createClaimer } from '../../../worker/claim.ts'
import { FAILING_AFTER } from '../../../worker/claim-statement.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// Deliveries named by a notification are claimed without a search of the queue, within the same bounds.
const LEASE_SECONDS = 60
let app: App
let tenant: Client & { organizationId: string }
const claimers: ReturnType<typeof createClaimer>[] = []

beforeAll(async () => {
  app = await startApp()
  for (let n = 0; n < 2; n++) claimers.push(createClaimer(app.database.url))
})
afterAll(async () => {
  for (const claimer of claimers) await claimer.stop()
  await app.stop()
})

const options = () => ({ now: app.clock.now(), leaseSeconds: LEASE_SECONDS, fullOrganizations: [] as string[] })
const named = (ids: readonly string[], claimer = claimers[0]!) => claimer.claimNamed(ids, options())
const idsOf = (deliveries: readonly ClaimedDelivery[]) => deliveries.map(({ id }) => id).sort()

/** Publishes events of a new tenant. @returns the id of the delivery of each event */
async function publish(count: number, endpoint: Record<string, unknown> = {}): Promise<string[]> {
  await app.database.pool.query('TRUNCATE deliveries, endpoint_health CASCADE')
  tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint('http://127.0.0.1:9/', endpoint)
  if (count > 0) await tenant.publishMany(Array.from({ length: count }, (_, n) => ({ type: 'a.b', data: n })))
  const { rows } = await app.database.pool.query<{ id: string }>('SELECT id FROM deliveries ORDER BY id')
  return rows.map(({ id }) => id)
}

const update = (set: string, table = 'deliveries') => app.database.pool.query(`UPDATE ${table} SET ${set}`)

describe('claim by name', () => {
  test('a named delivery is claimed with the same columns as by a search of the queue, and others are left', async () => {
    const ids = await publish(3)
    const { deliveries, left } = await named(ids.slice(0, 2))
    expect(idsOf(deliveries)).toEqual(ids.slice(0, 2))
    expect(left).toBe(false)
    const looked = await claimers[1]!.claim({ ...options(), limit: 10 })
    expect(idsOf(looked.deliveries)).toEqual(ids.slice(2))
    const likewise = ({ id: _, event_id: __, body, claimedAt: ___, ...same }: ClaimedDelivery) => ({
      ...same,
      type: JSON.parse(String(body)).type,
    })
    expect(likewise(looked.deliveries[0]!)).toMatchObject(likewise(deliveries[0]!))
    const { rows } = await app.database.pool.query(
      "SELECT DISTINCT status, version, untold, lease_until - $1::timestamptz = interval '60 seconds' AS leased FROM deliveries",
      [app.clock.now()],
    )
    expect(rows).toEqual([{ status: 'SENDING', version: 2, untold: true, leased: true }])
  })

  test('a named delivery that another worker claimed, or that was deleted, is neither claimed nor left', async () => {
    const ids = await publish(2)
    await named([ids[0]!], claimers[1])
    await app.database.pool.query('DELETE FROM deliveries WHERE id = $1', [ids[1]])
    expect(await named(ids)).toEqual({ deliveries: [], left: false })
  })

  test.each([
    ['its endpoint has a rate limit', () => update('rate_limit = 5', 'webhook_endpoints')],
    ['its endpoint is disabled', () => update('enabled = false', 'webhook_endpoints')],
    ['its endpoint is deleted', () => update('deleted_at = now()', 'webhook_endpoints')],
    ['its event is older than its endpoint allows', () => update('max_age_seconds = 1', 'webhook_endpoints')],
    [
      'its endpoint keeps failing',
      () =>
        app.database.pool.query(
          'INSERT INTO endpoint_health (endpoint_id, consecutive_failures) SELECT id, $1 FROM webhook_endpoints',
          [FAILING_AFTER],
        ),
    ],
  ])('a named delivery is left for a search of the queue when %s', async (_, change) => {
    const ids = await publish(1)
    await change()
    app.clock.advance(2)
    expect(await named(ids)).toEqual({ deliveries: [], left: true })
  })

  test('a named delivery is left when its organization is at capacity', async () => {
    const ids = await publish(1)
    const full = { ...options(), fullOrganizations: [tenant.organizationId] }
    expect(await claimers[0]!.claimNamed(ids, full)).toEqual({ deliveries: [], left: true })
  })

  test('a named delivery that is not due is neither claimed nor left', async () => {
    const ids = await publish(1)
    await update("next_attempt_at = next_attempt_at + interval '1 minute'")
    expect(await named(ids)).toEqual({ deliveries: [], left: false })
  })

  test('a claim by name leaves a locked delivery without waiting for the lock', async () => {
    const ids = await publish(2)
    const person = new pg.Client({ connectionString: app.database.url })
    await person.connect()
    await person.query('BEGIN')
    await person.query('SELECT FROM deliveries WHERE id = $1 FOR UPDATE', [ids[0]])
    const { deliveries, left } = await named(ids)
    await person.end()
    expect(idsOf(deliveries)).toEqual([ids[1]])
    expect(left).toBe(true)
  })

  test('a claim by name reads as many index entries in a long queue as in an empty one', async () => {
    const claimer = createClaimer(app.database.url)
    const [first] = await publish(1)
    await named([first!], claimer)
    const others = await publish(500)
    const readOf = async (index: string): Promise<number> => {
      const { rows } = await app.database.pool.query(
        'SELECT idx_tup_read::int AS read FROM pg_stat_user_indexes WHERE indexrelname = $1',
        [index],
      )
      return rows[0].read
    }
    const indexes = ['deliveries_due', 'deliveries_pkey', 'events_pkey']
    const before = await Promise.all(indexes.map(readOf))
    for (const id of others.slice(0, 10)) expect((await named([id], claimer)).deliveries).toHaveLength(1)
    expect((await named(others.slice(0, 10), claimer)).left).toBe(false)
    // PostgreSQL counts the reads of a session when the session ends.
    await claimer.stop()
    await expect.poll(() => readOf('deliveries_pkey')).toBeGreaterThan(before[1]!)
    for (const [n, index] of indexes.entries()) expect((await readOf(index)) - before[n]!).toBeLessThan(100)
  })

  test('an endpoint never exceeds its max concurrency in any order of claims by name and by search (property)', async () => {
    const step = fc.record({
      by: fc.constantFrom(0, 1),
      how: fc.constantFrom('search', 'named', 'settle', 'lapse'),
      count: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { minLength: 3, maxLength: 12 }),
        async (cap, steps) => {
          const waiting = new Set(await publish(20, { maxConcurrency: cap }))
          const inFlight = new Set<string>()
          for (const { by, how, count } of steps) {
            const claimer = claimers[by]!
            const pick = (from: Set<string>) => [...from].slice(0, count)
            if (how === 'settle') {
              const ids = pick(inFlight)
              await app.database.pool.query("UPDATE deliveries SET status = 'SUCCEEDED' WHERE id = ANY($1)", [ids])
              for (const id of ids) inFlight.delete(id)
            } else if (how === 'lapse') {
              // The leases expire, as those of a killed worker.
              app.clock.advance(LEASE_SECONDS + 1)
              inFlight.clear()
            } else {
              // Concurrent claims take turns.
              const both = [
                claimer.claimNamed(pick(waiting), options()),
                claimers[1 - by]!.claim({ ...options(), limit: count }),
              ]
              const claims = await Promise.all(how === 'search' ? both.slice(1) : both)
              for (const { id } of claims.flatMap(({ deliveries }) => deliveries)) {
                expect(waiting.delete(id)).toBe(true)
                inFlight.add(id)
              }
            }
            expect(inFlight.size).toBeLessThanOrEqual(cap)
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  test('a claim by name takes as many deliveries as the max concurrency allows, and leaves the rest', async () => {
    const ids = await publish(4, { maxConcurrency: 3 })
    const { deliveries, left } = await named(ids)
    expect(deliveries).toHaveLength(3)
    expect(left).toBe(true)
  })

  test('a worker that keeps claiming by name searches the queue in time', async () => {
    const receiver = await startReceiver()
    const busy = await app.tenant()
    await busy.createType('a.b')
    await busy.createEndpoint(receiver.url)
    // The endpoint is saturated by a worker that was killed.
    const [held, waiting] = (await publish(2, { maxConcurrency: 1 })) as [string, string]
    await update(`url = '${receiver.url}'`, 'webhook_endpoints')
    await named([held])
    app.worker.start()
    await busy.publish('a.b')
    await receiver.arrived(1)
    await app.database.pool.query('DELETE FROM deliveries WHERE id = $1', [held])
    const isWaiting = async () =>
      (await app.database.pool.query("SELECT FROM deliveries WHERE id = $1 AND status = 'PENDING'", [waiting]))
        .rowCount === 1
    while (await isWaiting()) await busy.publish('a.b')
    await receiver.stop()
  })
})
