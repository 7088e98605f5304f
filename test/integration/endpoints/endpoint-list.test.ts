import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { type List, readAllPages, readPageOf } from '../../support/pages.ts'

type Tenant = Awaited<ReturnType<App['tenant']>>
interface Stored {
  id: string
  url: string
  description: string
  event_types: string[]
  enabled: boolean
  failures: number
}

const LIST: List = { field: 'webhookEndpoints', filter: 'WebhookEndpointFilter' }
const SUBSCRIPTIONS = [['*'], ['order.*'], ['order.paid', 'user.created'], ['webhook.endpoint.disabled'], ['webhook.*']]
/** The subscriptions that include a type. */
const SUBSCRIBED: Record<string, number[]> = {
  'order.paid': [0, 1, 2],
  'order.refund.started': [0, 1],
  'user.created': [0, 2],
  order: [0],
  'webhook.endpoint.disabled': [3, 4],
  '*': [0],
}

let app: App
let tenant: Tenant
/** The endpoints of the organization that are not deleted, newest first. */
let stored: Stored[]

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await fill(tenant)
  await fill(await app.tenant())
  const { rows } = await app.database.pool.query<Stored>(
    `SELECT e.*, coalesce(h.consecutive_failures, 0) AS failures FROM webhook_endpoints e
      LEFT JOIN endpoint_health h ON h.endpoint_id = e.id
      WHERE organization_id = $1 AND deleted_at IS NULL ORDER BY id DESC`,
    [tenant.organizationId],
  )
  stored = rows
})
afterAll(() => app.stop())

/** Endpoints that differ in every filtered column; a third of them has failed, a third has recovered, every tenth is deleted. */
async function fill(owner: Tenant): Promise<void> {
  for (let n = 0; n < 30; n++) {
    const description = ['Billing', 'the 100% copy', 'order_sink'][n % 3]!
    await owner.createEndpoint(`http://127.0.0.1:9/hook/${n}?Team=ops_${n % 4}`, {
      description,
      eventTypes: SUBSCRIPTIONS[n % 5],
      enabled: n % 4 !== 0,
    })
    app.clock.advance(1)
  }
  const numbered = 'SELECT id, row_number() OVER (ORDER BY id) AS n FROM webhook_endpoints WHERE organization_id = $1'
  await app.database.pool.query(
    `INSERT INTO endpoint_health (endpoint_id, consecutive_failures)
      SELECT id, CASE n % 3 WHEN 0 THEN 0 ELSE 2 END FROM (${numbered}) e WHERE n % 3 < 2`,
    [owner.organizationId],
  )
  await app.database.pool.query(
    `UPDATE webhook_endpoints e SET deleted_at = now() FROM (${numbered}) o WHERE o.id = e.id AND n % 10 = 0`,
    [owner.organizationId],
  )
}

interface Filter {
  enabled?: boolean | undefined
  failing?: boolean | undefined
  type?: string | undefined
  search?: string | undefined
}

function matches(endpoint: Stored, { enabled, failing, type, search }: Filter): boolean {
  const contains = (text: string) => text.toLowerCase().includes(search!.toLowerCase())
  const subscription = SUBSCRIPTIONS.findIndex((types) => types.join() === endpoint.event_types.join())
  return (
    (enabled === undefined || endpoint.enabled === enabled) &&
    (failing === undefined || endpoint.failures > 0 === failing) &&
    (type === undefined || SUBSCRIBED[type]!.includes(subscription)) &&
    (search === undefined || contains(endpoint.url) || contains(endpoint.description))
  )
}

describe('endpoint list', () => {
  test('a list contains exactly the endpoints that match its filter, page by page, from either end (property)', async () => {
    const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
    const filters: fc.Arbitrary<Filter> = fc.record({
      enabled: optional(fc.boolean()),
      failing: optional(fc.boolean()),
      type: optional(fc.constantFrom(...Object.keys(SUBSCRIBED))),
      search: optional(fc.constantFrom('BILLING', '100%', 'order_', '/hook/1', 'team=OPS_2', '%', '_s')),
    })
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 4, max: 20 }), fc.boolean(), async (filter, size, backwards) => {
        const expected = stored.filter((endpoint) => matches(endpoint, filter)).map(({ id }) => id)
        expect(await readAllPages(tenant, LIST, filter, { size, backwards })).toEqual(expected)
        const { total } = await readPageOf(tenant, LIST, { filter, first: 1 })
        expect(total).toEqual({ count: expected.length, isExact: true })
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test.each<[string, Filter]>([
    ['enabled', { enabled: false }],
    ['failing', { failing: true }],
    ['failing', { failing: false }],
    ['type', { type: 'order.refund.started' }],
    ['search', { search: 'ops_1' }],
  ])('the filter %s alone divides the endpoints (%j)', async (_name, filter) => {
    const expected = stored.filter((endpoint) => matches(endpoint, filter)).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(3)
    expect(expected.length).toBeLessThan(stored.length - 3)
    expect(await readAllPages(tenant, LIST, filter)).toEqual(expected)
  })
})
