import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClaimedDelivery, createClaimer } from '../../../worker/claim.ts'
import { type App, startApp } from '../../support/app.ts'

const LEASE_SECONDS = 60
const CLAIMERS = 4
let app: App
const claimers: ReturnType<typeof createClaimer>[] = []

beforeAll(async () => {
  app = await startApp()
  for (let n = 0; n < CLAIMERS; n++) claimers.push(createClaimer(app.database.pooled))
})
afterAll(async () => {
  for (const claimer of claimers) await claimer.stop()
  await app.stop()
})

const claim = async (limit: number, by = 0): Promise<ClaimedDelivery[]> => {
  const options = { now: app.clock.now(), limit, leaseSeconds: LEASE_SECONDS, fullOrganizations: [] }
  return (await claimers[by]!.claim(options)).deliveries
}

/** Publishes events of a new tenant to one endpoint. @returns the ids of the deliveries */
async function publish(count: number, endpoint: Record<string, unknown> = {}): Promise<string[]> {
  await app.database.pool.query('TRUNCATE deliveries CASCADE')
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint('http://127.0.0.1:9/', endpoint)
  await tenant.publishMany(Array.from({ length: count }, (_, n) => ({ type: 'a.b', data: n })))
  const { rows } = await app.database.pool.query<{ id: string }>('SELECT id FROM deliveries ORDER BY id')
  return rows.map(({ id }) => id)
}

describe('claim', () => {
  test('a claimed delivery is SENDING under a new version and a lease, with everything that an attempt needs', async () => {
    const [id] = await publish(1)
    const [delivery] = await claim(10)
    expect(delivery).toMatchObject({ id, version: 2, trigger: 'SCHEDULED', event_type: 'a.b', send_in: 0, spacing: 0 })
    expect(delivery!.endpoint).toMatchObject({ url: 'http://127.0.0.1:9/', secrets: [expect.any(String)] })
    expect(JSON.parse(String(delivery!.body))).toMatchObject({ type: 'a.b', data: 0 })
    const { rows } = await app.database.pool.query(
      "SELECT status, version, sending_unlogged, lease_until - $1::timestamptz = interval '60 seconds' AS leased FROM deliveries",
      [app.clock.now()],
    )
    expect(rows).toEqual([{ status: 'SENDING', version: 2, sending_unlogged: true, leased: true }])
  })

  test('a delivery that another transaction has locked is left without waiting for the lock', async () => {
    const ids = await publish(2)
    const other = new pg.Client({ connectionString: app.database.url })
    await other.connect()
    await other.query('BEGIN')
    await other.query('SELECT FROM deliveries WHERE id = $1 FOR UPDATE', [ids[0]])
    const claimed = await claim(10)
    await other.end()
    expect(claimed.map(({ id }) => id)).toEqual([ids[1]])
  })

  test('claimers that race for an endpoint never exceed its max concurrency', async () => {
    for (let round = 0; round < 60; round++) {
      await publish(6, { maxConcurrency: 1 })
      const claims = await Promise.all(claimers.map((_, by) => claim(5, by)))
      expect(claims.flat()).toHaveLength(1)
    }
  })

  test('an endpoint never exceeds its max concurrency in any order of claims, results and expired leases (property)', async () => {
    const step = fc.record({
      by: fc.array(fc.nat(CLAIMERS - 1), { minLength: 1, maxLength: CLAIMERS }),
      what: fc.constantFrom('claim', 'claim', 'record', 'expire'),
      count: fc.integer({ min: 1, max: 4 }),
    })
    const cap = fc.integer({ min: 1, max: 4 })
    await fc.assert(
      fc.asyncProperty(cap, fc.array(step, { minLength: 3, maxLength: 12 }), async (maxConcurrency, steps) => {
        const waiting = new Set(await publish(20, { maxConcurrency }))
        const inFlight = new Set<string>()
        for (const { by, what, count } of steps) {
          if (what === 'record') {
            const ids = [...inFlight].slice(0, count)
            await app.database.pool.query("UPDATE deliveries SET status = 'SUCCEEDED' WHERE id = ANY($1)", [ids])
            for (const id of ids) inFlight.delete(id)
          } else if (what === 'expire') {
            app.clock.advance(LEASE_SECONDS + 1)
            inFlight.clear()
          } else {
            const claims = await Promise.all(by.map((claimer) => claim(count, claimer)))
            for (const { id } of claims.flat()) {
              expect(waiting.delete(id)).toBe(true)
              inFlight.add(id)
            }
          }
          expect(inFlight.size).toBeLessThanOrEqual(maxConcurrency)
        }
      }),
      { numRuns: 25 },
    )
  })
})
