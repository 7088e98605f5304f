import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { EXAMINED_AT_MOST } from '../../../src/domain/operator/deliveries.ts'
import { WORKERS_AT_MOST } from '../../../src/domain/operator/queue.ts'
import { COUNTED_OF_ENDPOINT, COUNTED_OF_INSTALLATION } from '../../../src/domain/operator/queue-sql.ts'
import { type App, startApp } from '../../support/app.ts'
import { explainReads } from '../../support/explain.ts'

// Rows that the operator's fields read in an installation of many organizations, of which one has a long queue.
const ORGANIZATIONS = 1_000
const FINISHED = 20_000
const QUEUED = 15_000
const PAGE = 20

let app: App
beforeAll(async () => {
  app = await startApp()
  const { pool } = app.database
  for (const statement of FILL)
    await pool.query({ text: statement, values: statement.includes('$1') ? [app.clock.now()] : [] })
  await pool.query('ANALYZE')
})
afterAll(() => app.stop())

const id = (prefix: string, n: string) => `'${prefix}_0' || lpad((${n})::text, 25, '0')`
const FILL = [
  `INSERT INTO organizations (id, name, created_at) SELECT ${id('org', 'n')}, 'Tenant ' || n, $1 FROM generate_series(1, ${ORGANIZATIONS}) n`,
  `INSERT INTO webhook_endpoints (id, organization_id, url, description, event_types, header_names, timeout_seconds, max_attempts,
      backoff_seconds, max_age_seconds, signature_scheme, enabled, created_at, updated_at)
    SELECT ${id('whep', 'n')}, ${id('org', 'n')}, 'http://127.0.0.1:9/', '', '{*}', '{}', 1, 1, '{1}', 60, 'STANDARD', true, $1, $1
    FROM generate_series(1, ${ORGANIZATIONS}) n`,
  `INSERT INTO events (id, organization_id, type, body, created_at)
    SELECT ${id('evt', 'n')}, ${id('org', `n % ${ORGANIZATIONS} + 1`)}, 'a.b', '', $1 FROM generate_series(1, ${FINISHED + QUEUED}) n`,
  // The queue of the organization 7 is the oldest; one finished delivery in a hundred is dead.
  `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, attempt_count, next_attempt_at, created_at, updated_at)
    SELECT ${id('dlv', 'n')}, ${id('org', 'o')}, ${id('evt', 'n')}, ${id('whep', 'o')},
      (CASE WHEN n <= ${QUEUED} THEN 'PENDING' WHEN n % 100 = 0 THEN 'DEAD' ELSE 'SUCCEEDED' END)::delivery_status, 'SCHEDULED', 1,
      CASE WHEN n <= ${QUEUED} THEN $1::timestamptz END, $1, $1
    FROM (SELECT n, CASE WHEN n <= ${QUEUED} THEN 7 ELSE n % ${ORGANIZATIONS} + 1 END AS o FROM generate_series(1, ${FINISHED + QUEUED}) n) made`,
  `INSERT INTO delivery_index SELECT id, organization_id, event_id, endpoint_id, created_at FROM deliveries`,
  `INSERT INTO delivery_stats (endpoint_id, day, bucket, organization_id, created, attempts)
    SELECT ${id('whep', 'n')}, $1::date - d, 10, ${id('org', 'n')}, 1, 1 FROM generate_series(1, ${ORGANIZATIONS}) n, generate_series(0, 19) d`,
  `INSERT INTO delivery_totals SELECT organization_id, day, bucket, created, attempts, 0 FROM delivery_stats WHERE day >= $1::date - 1`,
]

async function rowsOf(query: string): Promise<Record<string, number>> {
  const scans = await explainReads(app.database.boundedPool, () => app.host.ask(query))
  // Every organization is read, so that no index helps.
  expect(scans.filter(({ node, table }) => node === 'Seq Scan' && table !== 'organizations')).toEqual([])
  const rows: Record<string, number> = {}
  for (const scan of scans) rows[scan.table] = (rows[scan.table] ?? 0) + scan.rows
  return rows
}

describe('reads of the operator', () => {
  test.each(['NEWEST', 'OLDEST_DUE', 'WAITING', 'FAILURES_TODAY', 'REQUESTS_TODAY'])(
    'a page of organizations in the order %s reads a queue up to its bound and no finished delivery, in two statements',
    async (order) => {
      const page = (first: number) =>
        `{ operatorOrganizations(orderBy: ${order}, first: ${first}) { nodes { organization { id } waiting { count } failureShareToday } } }`
      const rows = await rowsOf(page(PAGE))
      expect(rows.deliveries).toBeLessThan(COUNTED_OF_ENDPOINT + 100)
      expect(rows.organizations).toBeLessThan(3 * ORGANIZATIONS)
      expect(rows.delivery_stats).toBeLessThan(2 * PAGE)
      expect(rows.webhook_endpoints).toBeLessThan(2 * PAGE)
      expect(rows.delivery_totals ?? 0).toBeLessThan(2 * ORGANIZATIONS + 1)
      const query = vi.spyOn(app.database.boundedPool, 'query')
      await app.host.ask(page(5))
      const few = query.mock.calls.length
      await app.host.ask(page(100))
      expect(query.mock.calls.length - few).toBe(few)
      query.mockRestore()
    },
  )

  test('a long queue is counted up to the bound of an endpoint, and says so', async () => {
    const { nodes } = await app.host.ask(
      '{ operatorOrganizations(orderBy: WAITING, first: 1) { nodes { organization { name } waiting { count isExact } } } }',
    )
    const waiting = { count: COUNTED_OF_ENDPOINT, isExact: false }
    expect(nodes).toEqual([{ organization: { name: 'Tenant 7' }, waiting }])
  })

  test('the queue and the figures of a day read unfinished deliveries and one day of counters', async () => {
    const rows = await rowsOf(
      '{ operatorOverview { queue { due { count } held { count } } day { created } tiers { active } } }',
    )
    expect(QUEUED).toBeLessThan(COUNTED_OF_INSTALLATION)
    expect(rows.deliveries).toBeLessThan(QUEUED + 100)
    expect(rows.delivery_stats).toBeLessThan(ORGANIZATIONS + 1)
  })

  test.each([
    ['', 200],
    ['filter: { statuses: [DEAD] }', FINISHED / 100 + 200],
    ['filter: { statuses: [SUCCEEDED] }', 200],
    ['filter: { statuses: [PENDING] }', FINISHED + 200],
    [`filter: { organizationId: "org_${'9'.padStart(26, '0')}", statuses: [DEAD, SUCCEEDED] }`, 200],
  ])('a page of deliveries with (%s) reads at most %i of them', async (filter, most) => {
    const rows = await rowsOf(`{ operatorDeliveries(first: ${PAGE} ${filter}) { nodes { id organization { id } } } }`)
    expect(rows.deliveries).toBeLessThan(most)
  })
})

describe('bounds of the operator', () => {
  test('a queue past the bound is counted up to it, and a page ends after the deliveries that it may examine', async () => {
    const page = '{ operatorDeliveries(filter: { statuses: [SUCCEEDED] }) { nodes { status } } }'
    expect((await app.host.ask(page)).nodes).toHaveLength(20)
    await app.database.pool.query(
      `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, created_at, updated_at)
       SELECT ${id('dlv', `n + ${FINISHED + QUEUED}`)}, organization_id, event_id, endpoint_id, 'PENDING', 'SCHEDULED', $1, $1, $1
       FROM generate_series(1, ${EXAMINED_AT_MOST}) n, (SELECT * FROM deliveries ORDER BY id LIMIT 1) first`,
      [app.clock.now()],
    )
    expect((await app.host.ask(page)).nodes).toEqual([])
    const { queue } = await app.host.ask(
      '{ operatorOverview { queue { due { count isExact } pending { count isExact } retrying { count isExact } } } }',
    )
    const most = { count: COUNTED_OF_INSTALLATION, isExact: false }
    expect(queue).toEqual({ due: most, pending: most, retrying: { count: 0, isExact: false } })
  })

  test('the workers with the latest heartbeats are listed', async () => {
    await app.database.pool.query(
      `INSERT INTO workers SELECT 'wrk_' || n, 'host', '1.0.0', 'WORKER', 1, 0, $1, $1::timestamptz - n * interval '1 second'
       FROM generate_series(0, ${WORKERS_AT_MOST}) n`,
      [app.clock.now()],
    )
    const { workers } = await app.host.ask('{ operatorOverview { workers { id } } }')
    expect(workers).toHaveLength(WORKERS_AT_MOST)
    expect(workers[0]).toEqual({ id: 'wrk_0' })
  })
})
