import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PrismaClient } from '../../../src/database/client.ts'
import { createDeliveries } from '../../../src/domain/deliveries/deliveries.ts'
import type { Viewer } from '../../../src/domain/people/viewer.ts'
import { type App, startApp } from '../../support/app.ts'
import { type List, readAllPages, readPageOf } from '../../support/pages.ts'

type Tenant = Awaited<ReturnType<App['tenant']>>
interface Stored {
  id: string
  status: string
  type: string
  endpoint_id: string
  event_id: string
  last_error_code: string | null
  publisher: string | null
  created_at: Date
}

const STATUSES = ['PENDING', 'SENDING', 'RETRYING', 'SUCCEEDED', 'DEAD', 'EXPIRED', 'HELD', 'CANCELED'] as const
const TYPES = ['user.created', 'user.deleted', 'order.paid'] as const
const SYSTEM_TYPE = 'webhook.endpoint.disabled'
const CODES = ['TIMEOUT', 'TLS_FAILED', 'GONE'] as const
const LIST: List = { field: 'deliveries', filter: 'DeliveryFilter' }

let app: App
let tenant: Tenant
/** All deliveries of the organization, newest first. */
let stored: Stored[]

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await fill(tenant)
  // Deliveries of another organization in the same states must never be listed.
  await fill(await app.tenant())
  const { rows } = await app.database.pool.query<Stored>(
    `SELECT d.*, v.type, CASE v.type WHEN '${SYSTEM_TYPE}' THEN 'system' ELSE v.published_by END AS publisher FROM deliveries d JOIN events v ON v.id = d.event_id
      WHERE d.organization_id = $1 ORDER BY d.id DESC`,
    [tenant.organizationId],
  )
  stored = rows
})
afterAll(() => app.stop())

/**
 * Events of three types by two keys and Signalbox itself at two endpoints, an hour apart by clocks that differ by up to 50
 * minutes, in every state.
 */
async function fill(owner: Tenant): Promise<void> {
  for (const type of TYPES) await app.host.in(owner.organizationId).createType(type)
  for (const eventTypes of [['*'], ['user.*']]) await owner.createEndpoint('https://127.0.0.1:9/', { eventTypes })
  for (let n = 0; n < 24; n++) {
    await app.host.in(owner.organizationId).publish(TYPES[n % 3]!, { n })
    app.clock.advance(3_600)
  }
  await app.database.pool.query(
    `UPDATE deliveries d SET status = ($2::text[])[n % 8 + 1]::delivery_status, last_error_code = ($3::text[])[n % 4],
        created_at = created_at + (n % 3 - 1) * interval '50 minutes'
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM deliveries WHERE organization_id = $1) o WHERE o.id = d.id`,
    [owner.organizationId, STATUSES, CODES],
  )
  await app.database.pool.query(
    `UPDATE events v SET published_by = (ARRAY['key_a', 'key_b', NULL, NULL])[n % 4 + 1], type = CASE n % 4 WHEN 2 THEN $2 ELSE type END
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM events WHERE organization_id = $1) o WHERE o.id = v.id`,
    [owner.organizationId, SYSTEM_TYPE],
  )
  await app.database.pool.query(
    `UPDATE delivery_index r SET created_at = d.created_at, published_by = v.published_by
      FROM deliveries d JOIN events v ON v.id = d.event_id WHERE d.id = r.id`,
  )
}

const listAll = (filter: object, size: number, backwards: boolean) =>
  readAllPages(tenant, LIST, filter, { size, backwards })

describe('delivery list', () => {
  test('a list contains exactly the deliveries that match its filter, page by page, from either end (property)', async () => {
    const subset = <T>(of: readonly T[]) => fc.option(fc.subarray([...of], { minLength: 1 }), { nil: undefined })
    const oneOf = <K extends keyof Stored>(key: K) =>
      fc.option(
        fc.nat().map((n) => stored[n % stored.length]![key]),
        { nil: undefined },
      )
    const filters = fc.record({
      ...{ statuses: subset(STATUSES), types: subset([...TYPES, SYSTEM_TYPE, 'no.such']) },
      ...{
        errorCodes: subset(CODES),
        eventId: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, oneOf('event_id')),
      },
      publishedById: fc.option(fc.constantFrom('key_a', 'key_b', 'system', 'key_none'), { nil: undefined }),
      ...{ endpointId: oneOf('endpoint_id'), from: oneOf('created_at'), to: oneOf('created_at') },
    })
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 4, max: 20 }), fc.boolean(), async (filter, size, backwards) => {
        const { statuses, types, errorCodes, eventId, publishedById, endpointId, from, to } = filter
        const expected = stored.filter(
          (row) =>
            (statuses === undefined || (statuses as readonly string[]).includes(row.status)) &&
            (types === undefined || (types as readonly string[]).includes(row.type)) &&
            (errorCodes === undefined ||
              (['RETRYING', 'DEAD'].includes(row.status) &&
                (errorCodes as readonly (string | null)[]).includes(row.last_error_code))) &&
            (eventId === undefined || row.event_id === eventId) &&
            (publishedById === undefined || row.publisher === publishedById) &&
            (endpointId === undefined || row.endpoint_id === endpointId) &&
            (from === undefined || row.created_at >= from) &&
            (to === undefined || row.created_at < to),
        )
        expect(await listAll(filter, size, backwards)).toEqual(expected.map(({ id }) => id))
        const { total } = await readPageOf(tenant, LIST, { filter, first: 1 })
        expect(total).toEqual({ count: expected.length, isExact: true })
      }),
      { seed: 1, numRuns: 150 },
    )
  })

  test('a list for an endpoint of another organization is empty for every status', async () => {
    const { rows } = await app.database.pool.query('SELECT id FROM webhook_endpoints WHERE organization_id <> $1', [
      tenant.organizationId,
    ])
    expect(rows).toHaveLength(2)
    for (const { id: endpointId } of rows)
      for (const statuses of [undefined, ...STATUSES.map((status) => [status])])
        expect(await listAll({ endpointId, statuses }, 100, false)).toEqual([])
  })

  test('a list for an event of another organization, and for the id of nothing, is empty', async () => {
    const { rows } = await app.database.pool.query('SELECT id FROM events WHERE organization_id <> $1 LIMIT 3', [
      tenant.organizationId,
    ])
    for (const eventId of [...rows.map(({ id }) => id), ''])
      for (const filter of [{ eventId }, { eventId, statuses: ['DEAD'] }, { eventId, errorCodes: CODES }])
        expect(await listAll(filter, 100, false)).toEqual([])
    expect(await listAll({ endpointId: '' }, 100, false)).toEqual([])
  })

  test('error codes with states other than RETRYING and DEAD find nothing', async () => {
    expect(await listAll({ errorCodes: CODES }, 100, false)).not.toEqual([])
    expect(await listAll({ errorCodes: CODES, statuses: ['SUCCEEDED', 'HELD'] }, 100, false)).toEqual([])
  })

  test('a delivery that changes status while its page is read stays on the page', async () => {
    const { boundedPool, pool } = app.database
    const query = boundedPool.query.bind(boundedPool)
    const [moved] = stored.filter(({ status }) => status === 'DEAD')
    const spy = vi.spyOn(boundedPool, 'query').mockImplementation(async (...args: unknown[]) => {
      const result = await (query as (...args: unknown[]) => Promise<unknown>)(...args)
      if (JSON.stringify(args[0]).includes('UNION') || JSON.stringify(args[0]).includes(') found'))
        await pool.query("UPDATE deliveries SET status = 'SUCCEEDED' WHERE id = $1", [moved!.id])
      return result
    })
    const { nodes, pageInfo } = await readPageOf(tenant, LIST, { filter: { statuses: ['DEAD'] }, first: 2 })
    spy.mockRestore()
    const { rows } = await pool.query(
      "UPDATE deliveries SET status = 'DEAD' WHERE id = $1 AND status = 'SUCCEEDED' RETURNING id",
      [moved!.id],
    )
    expect(rows).toHaveLength(1)
    expect(nodes).toHaveLength(2)
    expect(pageInfo.hasNextPage).toBe(true)
  })

  test('a page is read again when retention deletes its deliveries meanwhile', async () => {
    const owner = await app.tenant()
    await owner.createType('a.b')
    await owner.createEndpoint('https://127.0.0.1:9/')
    await owner.publishMany([1, 2, 3, 4, 5].map((n) => ({ type: 'a.b', data: { n } })))
    const { pool, prisma } = app.database
    const newest = 'SELECT id FROM deliveries WHERE organization_id = $1 ORDER BY id DESC LIMIT 1'
    let found = 0
    const overtaken = prisma.$extends({
      query: {
        delivery: {
          async findMany({ args, query }) {
            if (found++ < 2)
              for (const table of ['delivery_index', 'deliveries'])
                await pool.query(`DELETE FROM ${table} WHERE id = (${newest})`, [owner.organizationId])
            return query(args)
          },
        },
      },
    })
    const { list } = createDeliveries({
      ...{ clock: app.clock, bus: app.bus, audit: async () => {}, read: (_organization, work) => work() },
      database: { ...app.database, prisma: overtaken as PrismaClient },
    })
    const page = await list({ organizationId: owner.organizationId } as Viewer, {}, { take: 3 })
    expect(found).toBe(3)
    const { rows } = await pool.query('SELECT id FROM deliveries WHERE organization_id = $1 ORDER BY id DESC', [
      owner.organizationId,
    ])
    expect(page.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    expect(page).toHaveLength(3)
  })

  test.each(['nodes { %s }', 'edges { node { %s } }', 'nodes { endpoint { url } } edges { node { %s } }'])(
    'relations are read together with the page (%s)',
    async (entries) => {
      const statements = vi.spyOn(app.database.boundedPool, 'query')
      const count = async (first: number) => {
        statements.mockClear()
        const selection = entries.replace('%s', 'event { type data } endpoint { url health { status } }')
        await tenant.ask(`{ deliveries(first: ${first}) { ${selection} } }`)
        return statements.mock.calls.length
      }
      const few = await count(2)
      expect(few).toBeGreaterThan(0)
      expect(await count(20)).toBe(few)
      statements.mockRestore()
    },
  )
})
