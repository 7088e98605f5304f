import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { type List, readAllPages, readPageOf } from '../../support/pages.ts'

type Tenant = Awaited<ReturnType<App['tenant']>>
interface Stored {
  id: string
  type: string
  idempotency_key: string | null
  published_by: string | null
  created_at: Date
}
interface Filter {
  id?: string | undefined
  idempotencyKey?: string | undefined
  types?: readonly string[] | undefined
  publishedById?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

const LIST: List = { field: 'events', filter: 'EventFilter' }
const TYPES = ['user.created', 'user.deleted', 'order.paid'] as const
const SYSTEM_TYPE = 'webhook.endpoint.disabled'

let app: App
let tenant: Tenant
let stranger: Tenant
/** The events of the organization, newest first. */
let stored: Stored[]

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  stranger = await app.tenant()
  for (const owner of [tenant, stranger]) await fill(owner)
  stored = await eventsOf(tenant)
})
afterAll(() => app.stop())

/**
 * Events of three types by two keys, an hour apart by clocks that differ by up to 50 minutes; every third has an idempotency
 * key. Three are of Signalbox itself, and three of an earlier version.
 */
async function fill(owner: Tenant): Promise<void> {
  const other = await app.tenant(undefined, owner.organizationId)
  for (const type of TYPES) await owner.createType(type)
  for (let n = 0; n < 24; n++) {
    await (n % 2 ? owner : other).publish(TYPES[n % 3]!, { n }, n % 3 === 1 ? { idempotencyKey: `order-${n}` } : {})
    app.clock.advance(3_600)
  }
  await app.database.pool.query(
    `UPDATE events v SET created_at = created_at + (n % 3 - 1) * interval '50 minutes'
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM events WHERE organization_id = $1) o WHERE o.id = v.id`,
    [owner.organizationId],
  )
  await app.database.pool.query(
    `UPDATE events v SET published_by = NULL, published_by_name = NULL, type = CASE n % 8 WHEN 1 THEN $2 ELSE type END
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM events WHERE organization_id = $1) o
      WHERE o.id = v.id AND n % 8 IN (1, 2)`,
    [owner.organizationId, SYSTEM_TYPE],
  )
}

async function eventsOf({ organizationId }: Tenant): Promise<Stored[]> {
  const { rows } = await app.database.pool.query<Stored>(
    'SELECT id, type, idempotency_key, published_by, created_at FROM events WHERE organization_id = $1 ORDER BY id DESC',
    [organizationId],
  )
  return rows
}

const publisherOf = ({ type, published_by }: Stored) => (type === SYSTEM_TYPE ? 'system' : published_by)
const matches = (event: Stored, { id, idempotencyKey, types, publishedById, from, to }: Filter) =>
  (id === undefined || event.id === id) &&
  (idempotencyKey === undefined || event.idempotency_key === idempotencyKey) &&
  (!types?.length || types.includes(event.type)) &&
  (publishedById === undefined || publisherOf(event) === publishedById) &&
  (from === undefined || event.created_at >= from) &&
  (to === undefined || event.created_at < to)

describe('event list', () => {
  test('a list contains exactly the events that match its filter, page by page, from either end (property)', async () => {
    const seldom = <T>(of: (event: Stored) => T | null) =>
      fc.option(
        fc.nat().map((n) => of(stored[n % stored.length]!) ?? undefined),
        { nil: undefined, freq: 1 },
      )
    const filters: fc.Arbitrary<Filter> = fc.record({
      id: fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        seldom(({ id }) => id),
      ),
      idempotencyKey: fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        seldom((event) => event.idempotency_key),
      ),
      types: fc.option(fc.subarray([...TYPES, SYSTEM_TYPE, 'no.such', TYPES[0]]), { nil: undefined }),
      publishedById: seldom(publisherOf),
      from: seldom((event) => event.created_at),
      to: seldom((event) => event.created_at),
    })
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 4, max: 20 }), fc.boolean(), async (filter, size, backwards) => {
        const expected = stored.filter((event) => matches(event, filter)).map(({ id }) => id)
        expect(await readAllPages(tenant, LIST, filter, { size, backwards })).toEqual(expected)
        const { total } = await readPageOf(tenant, LIST, { filter, first: 1 })
        expect(total).toEqual({ count: expected.length, isExact: true })
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test('an event is found by its id and by its idempotency key', async () => {
    const event = stored.find(({ idempotency_key }) => idempotency_key !== null)!
    expect(await readAllPages(tenant, LIST, { id: event.id })).toEqual([event.id])
    expect(await readAllPages(tenant, LIST, { idempotencyKey: event.idempotency_key })).toEqual([event.id])
    expect(await readAllPages(tenant, LIST, { idempotencyKey: event.idempotency_key, types: ['no.such'] })).toEqual([])
  })

  test('the id of an event of another organization finds nothing, and the same idempotency key finds the own event', async () => {
    const [foreign] = (await eventsOf(stranger)).filter(({ idempotency_key }) => idempotency_key !== null)
    expect(await readAllPages(tenant, LIST, { id: foreign!.id })).toEqual([])
    const found = await readAllPages(tenant, LIST, { idempotencyKey: foreign!.idempotency_key })
    expect(found).toEqual(
      stored.filter((event) => event.idempotency_key === foreign!.idempotency_key).map(({ id }) => id),
    )
    expect(found).toHaveLength(1)
  })

  test('a page is read again when retention deletes its events meanwhile', async () => {
    const owner = await app.tenant()
    await owner.createType('a.b')
    await owner.publishMany([1, 2, 3, 4].map((n) => ({ type: 'a.b', data: { n } })))
    const { boundedPool, pool } = app.database
    const query = boundedPool.query.bind(boundedPool) as (...args: unknown[]) => Promise<unknown>
    let removed = 0
    boundedPool.query = (async (...args: unknown[]) => {
      const answer = await query(...args)
      if (JSON.stringify(args[0]).includes('SELECT v.id') && removed++ === 0)
        await pool.query('DELETE FROM events WHERE id = (SELECT max(id) FROM events WHERE organization_id = $1)', [
          owner.organizationId,
        ])
      return answer
    }) as typeof boundedPool.query
    const { nodes } = await owner.ask('{ events(first: 2) { nodes { id } } }')
    boundedPool.query = query as typeof boundedPool.query
    expect(removed).toBe(2)
    expect(nodes.map(({ id }: { id: string }) => id)).toEqual((await eventsOf(owner)).slice(0, 2).map(({ id }) => id))
  })
})
