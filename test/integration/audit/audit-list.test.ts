import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { type List, readAllPages, readPageOf } from '../../support/pages.ts'

type Tenant = Awaited<ReturnType<App['tenant']>>
interface Stored {
  id: string
  actor: string
  action: string
  resource: string | null
  outcome: string
  created_at: Date
}
interface Filter {
  actorId?: string | undefined
  actions?: readonly string[] | undefined
  resourceId?: string | undefined
  outcome?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

const LIST: List = { field: 'auditEntries', filter: 'AuditEntryFilter' }
const ACTIONS: Record<string, string> = {
  API_KEY_CREATE: 'apiKey.create',
  WEBHOOK_ENDPOINT_ROTATE_SECRET: 'webhookEndpoint.rotateSecret',
  REQUEST: 'request',
  REPLAY_CANCEL: 'replay.cancel',
}

let app: App
let tenant: Tenant
/** The audit trail of the organization, newest first. */
let stored: Stored[]
/** Ids of another organization's actor and object. */
let foreign: string[]

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  const stranger = await app.tenant()
  for (const owner of [tenant, stranger]) await fill(owner)
  stored = await entriesOf(tenant)
  foreign = (await entriesOf(stranger)).flatMap(({ actor, resource }) => [actor, resource ?? actor])
})
afterAll(() => app.stop())

/** Entries of three actors, three actions and four objects, an hour apart by clocks that differ by up to 50 minutes. */
async function fill({ organizationId }: Tenant): Promise<void> {
  await app.database.pool.query(
    `INSERT INTO audit_entries (id, organization_id, actor, action, resource, outcome, details, created_at)
      SELECT $4 || substr(md5($1), 1, 4) || lpad(n::text, 12, '0'), $1, CASE n % 3 WHEN 0 THEN 'system' ELSE 'key_' || md5($1) || n % 3 END,
        ($2::text[])[n / 2 % 3 + 1], CASE WHEN n % 5 > 0 THEN 'whep_' || md5($1) || n % 5 END,
        (ARRAY['SUCCEEDED', 'DENIED'])[(n % 4 = 0)::int + 1]::audit_outcome, '{}',
        $3::timestamptz + n * interval '1 hour' + (n % 3 - 1) * interval '50 minutes'
      FROM generate_series(1, 36) n`,
    [organizationId, Object.values(ACTIONS), app.clock.now(), `aud_${timeOf(organizationId)}`],
  )
}

/** The first 10 characters of an id made now. */
const timeOf = (organizationId: string) => organizationId.slice(4, 14)

async function entriesOf({ organizationId }: Tenant): Promise<Stored[]> {
  const { rows } = await app.database.pool.query<Stored>(
    'SELECT * FROM audit_entries WHERE organization_id = $1 ORDER BY id DESC',
    [organizationId],
  )
  return rows
}

const matches = (entry: Stored, { actorId, actions, resourceId, outcome, from, to }: Filter) =>
  (actorId === undefined || entry.actor === actorId) &&
  (!actions?.length || actions.some((action) => ACTIONS[action] === entry.action)) &&
  (resourceId === undefined || entry.resource === resourceId) &&
  (outcome === undefined || entry.outcome === outcome) &&
  (from === undefined || entry.created_at >= from) &&
  (to === undefined || entry.created_at < to)

describe('audit list', () => {
  test('a list contains exactly the entries that match its filter, page by page, from either end (property)', async () => {
    const oneOf = <T>(of: (entry: Stored) => T | null) =>
      fc.option(
        fc.nat().map((n) => of(stored[n % stored.length]!) ?? undefined),
        { nil: undefined, freq: 1 },
      )
    const filters: fc.Arbitrary<Filter> = fc.record({
      actorId: oneOf(({ actor }) => actor),
      actions: fc.option(fc.subarray(Object.keys(ACTIONS)), { nil: undefined }),
      resourceId: oneOf(({ resource }) => resource),
      outcome: oneOf(({ outcome }) => outcome),
      from: oneOf((entry) => entry.created_at),
      to: oneOf((entry) => entry.created_at),
    })
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 4, max: 20 }), fc.boolean(), async (filter, size, backwards) => {
        const expected = stored.filter((entry) => matches(entry, filter)).map(({ id }) => id)
        expect(await readAllPages(tenant, LIST, filter, { size, backwards })).toEqual(expected)
        const { total } = await readPageOf(tenant, LIST, { filter, first: 1 })
        expect(total).toEqual({ count: expected.length, isExact: true })
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test.each<[string, Filter]>([
    ['actor', { actorId: 'system' }],
    ['action', { actions: ['API_KEY_CREATE', 'REPLAY_CANCEL'] }],
    ['outcome', { outcome: 'DENIED' }],
  ])('the filter of the %s alone divides the trail (%j)', async (_name, filter) => {
    const expected = stored.filter((entry) => matches(entry, filter)).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(3)
    expect(expected.length).toBeLessThan(stored.length - 3)
    expect(await readAllPages(tenant, LIST, filter)).toEqual(expected)
  })

  test('the id of an actor or an object of another organization finds nothing', async () => {
    // The operator, who created both organizations, acted in both.
    const ids = new Set(foreign.filter((id) => !stored.some(({ actor }) => actor === id)))
    expect(ids.size).toBeGreaterThan(5)
    for (const id of ids) {
      expect(await readAllPages(tenant, LIST, { actorId: id })).toEqual([])
      expect(await readAllPages(tenant, LIST, { resourceId: id })).toEqual([])
    }
  })
})
