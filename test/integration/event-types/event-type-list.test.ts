import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { type List, readAllPages, readPageOf } from '../../support/pages.ts'

interface Stored {
  id: string
  name: string
  category: string
  description: string
  deprecated: boolean
}
interface Filter {
  category?: string | undefined
  deprecated?: boolean | undefined
  search?: string | undefined
}

const LIST: List = { field: 'eventTypes', filter: 'EventTypeFilter' }
const CATEGORIES = ['billing', 'Billing', 'orders'] as const

let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
/** The event types of the organization, newest first. */
let stored: Stored[]

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  for (const owner of [tenant, await app.tenant()]) await fill(owner.organizationId)
  const { rows } = await app.database.pool.query<Stored>(
    'SELECT * FROM event_types WHERE organization_id = $1 ORDER BY id DESC',
    [tenant.organizationId],
  )
  stored = rows
})
afterAll(() => app.stop())

async function fill(organizationId: string): Promise<void> {
  await app.database.pool.query(
    `INSERT INTO event_types (id, organization_id, name, category, description, sensitive_fields, deprecated, created_at, updated_at)
      SELECT 'type_' || substr(md5($1), 1, 4) || lpad(n::text, 22, '0'), $1, (ARRAY['invoice.paid_', 'order.'])[n % 2 + 1] || n,
        ($2::text[])[n % 3 + 1], (ARRAY['', 'Paid in full', '50% paid', 'a_b'])[n % 4 + 1], '{}', n % 5 = 0, $3, $3
      FROM generate_series(1, 30) n`,
    [organizationId, CATEGORIES, app.clock.now()],
  )
}

function matches(type: Stored, { category, deprecated, search }: Filter): boolean {
  const contains = (text: string) => text.toLowerCase().includes(search!.toLowerCase())
  return (
    (category === undefined || type.category === category) &&
    (deprecated === undefined || type.deprecated === deprecated) &&
    (search === undefined || contains(type.name) || contains(type.description))
  )
}

describe('event type list', () => {
  test('a list contains exactly the event types that match its filter, page by page, from either end (property)', async () => {
    const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
    const filters: fc.Arbitrary<Filter> = fc.record({
      category: optional(fc.constantFrom(...CATEGORIES, 'none')),
      deprecated: optional(fc.boolean()),
      search: optional(fc.constantFrom('PAID', 'paid_', '%', 'order.1', '', 'a_b')),
    })
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 4, max: 20 }), fc.boolean(), async (filter, size, backwards) => {
        const expected = stored.filter((type) => matches(type, filter)).map(({ id }) => id)
        expect(await readAllPages(tenant, LIST, filter, { size, backwards })).toEqual(expected)
        const { total } = await readPageOf(tenant, LIST, { filter, first: 1 })
        expect(total).toEqual({ count: expected.length, isExact: true })
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test.each<[string, Filter]>([
    ['category', { category: 'billing' }],
    ['deprecated', { deprecated: true }],
    ['search', { search: '% PAID' }],
  ])('the filter %s alone divides the event types (%j)', async (_name, filter) => {
    const expected = stored.filter((type) => matches(type, filter)).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(3)
    expect(expected.length).toBeLessThan(stored.length - 3)
    expect(await readAllPages(tenant, LIST, filter)).toEqual(expected)
  })
})
