import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type List, readAllPages, readPageOf } from '../../support/pages.ts'

interface Stored {
  id: string
  name: string
  display_prefix: string
  environment: string
  tier: string | null
  expires_at: Date | null
  disabled_at: Date | null
  revoked_at: Date | null
  created_at: Date
  last_used_at: Date | null
}

const LIST: List = { field: 'apiKeys', filter: 'ApiKeyFilter' }
const STATUSES = ['ACTIVE', 'DISABLED', 'REVOKED', 'EXPIRED'] as const
const TIERS = ['STANDARD', 'ELEVATED', 'ENTERPRISE'] as const
const NAMES = ['Billing worker', 'billing_worker', '100% of billing', 'back\\slash', 'Ärger', 'CI'] as const
/** Minutes between two keys. */
const STEP = 10

let app: App
let tenant: Client & { organizationId: string }
/** All keys of the organization, newest first. */
let stored: Stored[]

beforeAll(async () => {
  app = await startApp()
  const { organizationId } = await app.tenant()
  // A key of the operator, because the use of a listed key would change the list.
  tenant = Object.assign(app.host.in(organizationId), { organizationId })
  await fill(organizationId)
  await fill((await app.tenant()).organizationId)
  app.clock.advance(12 * STEP * 60)
  const { rows } = await app.database.pool.query<Stored>(
    'SELECT * FROM api_keys WHERE organization_id = $1 ORDER BY id DESC',
    [organizationId],
  )
  stored = rows
})
afterAll(() => app.stop())

/** Inserts 48 keys that differ in every filtered column. Some expire at a time of the property, to the millisecond. */
async function fill(organizationId: string): Promise<void> {
  await app.database.pool.query(
    `INSERT INTO api_keys (id, organization_id, name, environment, display_prefix, permissions, tier, allowed_ips,
        expires_at, disabled_at, revoked_at, created_by, created_at, last_used_at)
      SELECT 'key_00' || substr(md5($1), 1, 4) || lpad(n::text, 20, '0'), $1, ($2::text[])[n % 6 + 1], (ARRAY['LIVE', 'TEST'])[n / 6 % 2 + 1]::key_environment,
        'sb_live_' || substr(md5(n::text), 1, 4), '{}', ($3::text[])[n % 4 + 1]::key_tier, '{}',
        CASE n % 5 WHEN 0 THEN at + interval '1 hour' WHEN 1 THEN at END, CASE WHEN n % 7 = 0 THEN at END,
        CASE WHEN n % 9 = 0 THEN at END, 'system', at, CASE WHEN n % 3 > 0 THEN at + n % 3 * interval '25 minutes' END
      FROM (SELECT n, $4::timestamptz + n % 12 * ${STEP} * interval '1 minute' AS at FROM generate_series(1, 48) n) made`,
    [organizationId, NAMES, TIERS, app.clock.now()],
  )
}

function statusOf(key: Stored, now: Date): (typeof STATUSES)[number] {
  if (key.revoked_at !== null) return 'REVOKED'
  if (key.disabled_at !== null) return 'DISABLED'
  return key.expires_at !== null && key.expires_at <= now ? 'EXPIRED' : 'ACTIVE'
}

interface Filter {
  statuses?: readonly string[] | undefined
  tiers?: readonly string[] | undefined
  environment?: string | undefined
  lastUsedBefore?: Date | undefined
  search?: string | undefined
}

function matches(key: Stored, filter: Filter, now: Date): boolean {
  const { statuses, tiers, environment, lastUsedBefore, search } = filter
  const contains = (text: string) => text.toLowerCase().includes(search!.toLowerCase())
  return (
    (!statuses?.length || statuses.includes(statusOf(key, now))) &&
    (!tiers?.length || (key.tier !== null && tiers.includes(key.tier))) &&
    (environment === undefined || key.environment === environment) &&
    (lastUsedBefore === undefined || (key.last_used_at ?? key.created_at) < lastUsedBefore) &&
    (search === undefined || contains(key.name) || contains(key.display_prefix))
  )
}

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const FILTERS: fc.Arbitrary<Filter> = fc.record({
  statuses: optional(fc.subarray([...STATUSES])),
  tiers: optional(fc.subarray([...TIERS])),
  environment: optional(fc.constantFrom('LIVE', 'TEST')),
  lastUsedBefore: optional(
    fc.nat({ max: 13 }).map((n) => new Date(stored[0]!.created_at.getTime() + (n - 8) * STEP * 60_000)),
  ),
  search: optional(
    fc.constantFrom('', 'billing', 'BILLING w', 'g_w', '%', '_', '\\', 'Ärger', 'sb_live_', 'SB_LIVE_C', 'c8', '%%'),
  ),
})

describe('API key list', () => {
  test('a list contains exactly the keys that match its filter, page by page, from either end (property)', async () => {
    await fc.assert(
      fc.asyncProperty(FILTERS, fc.integer({ min: 4, max: 20 }), fc.boolean(), async (filter, size, backwards) => {
        const expected = stored.filter((key) => matches(key, filter, app.clock.now())).map(({ id }) => id)
        expect(await readAllPages(tenant, LIST, filter, { size, backwards })).toEqual(expected)
        const { total } = await readPageOf(tenant, LIST, { filter, first: 1 })
        expect(total).toEqual({ count: expected.length, isExact: true })
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test.each([
    ['statuses', { statuses: ['ACTIVE'] }],
    ['statuses', { statuses: ['EXPIRED', 'REVOKED'] }],
    ['tiers', { tiers: ['ELEVATED'] }],
    ['environment', { environment: 'TEST' }],
    ['search', { search: 'billing worker' }],
  ])('the filter %s alone divides the keys (%j)', async (_name, filter) => {
    const expected = stored.filter((key) => matches(key, filter, app.clock.now())).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(3)
    expect(expected.length).toBeLessThan(stored.length - 3)
    expect(await readAllPages(tenant, LIST, filter)).toEqual(expected)
  })

  test('the status of a key follows the clock, and the filter agrees with the field', async () => {
    const { apiKey } = await tenant.createKey(
      { events: ['read'] },
      { expiresAt: new Date(app.clock.now().getTime() + 60_000).toISOString() },
    )
    const statuses = async () => {
      const { nodes } = await readPageOf(tenant, { ...LIST, fields: 'id status' }, { first: 1 })
      const listed = await Promise.all(
        STATUSES.map(async (status) =>
          (await readAllPages(tenant, LIST, { statuses: [status] })).includes(apiKey.id) ? [status] : [],
        ),
      )
      expect(nodes[0].id).toBe(apiKey.id)
      return [nodes[0].status, ...listed.flat()]
    }
    const change = (mutation: string) =>
      tenant.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename } }`, { id: apiKey.id })
    expect(await statuses()).toEqual(['ACTIVE', 'ACTIVE'])
    app.clock.advance(60)
    expect(await statuses()).toEqual(['EXPIRED', 'EXPIRED'])
    await change('apiKeyDisable')
    expect(await statuses()).toEqual(['DISABLED', 'DISABLED'])
    await change('apiKeyRevoke')
    expect(await statuses()).toEqual(['REVOKED', 'REVOKED'])
  })

  test('a search longer than 100 characters is refused', async () => {
    const ask = (search: string) =>
      tenant.request('query ($filter: ApiKeyFilter) { apiKeys(filter: $filter) { nodes { id } total { count } } }', {
        filter: { search },
      })
    expect((await ask('x'.repeat(100))).data.apiKeys).toEqual({ nodes: [], total: { count: 0 } })
    expect((await ask('x'.repeat(101))).errors?.[0]).toMatchObject({
      message: 'filter.search: must have at most 100 characters',
      extensions: { code: 'VALIDATION_FAILED' },
    })
  })
})
