import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COUNTED_AT_MOST } from '../../../src/lib/pagination.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { explainReads } from '../../support/explain.ts'
import { readPageOf } from '../../support/pages.ts'

// Each filter of a list is read by an index. Another organization has many rows, all with the filtered values. The
// organization itself has the values in its oldest rows only, so a plan that walks through the rows of either is dear.
const FOREIGN = 20_000
const OWN = 2_500
const MATCHING = 30
/** Events of the organization that Signalbox itself published. */
const SYSTEM_EVENTS = 5
/** Keys that are not revoked, endpoints that are not deleted, and event types of the organization. */
const LIVE = 300
/** Rows read for the entries that are found and counted, with those that are looked up for them. */
const FOUND = 200

let app: App
let tenant: Client
let organizationId: string
/** Ends of the ids of the organization's oldest rows. */
let oldest: string

beforeAll(async () => {
  app = await startApp()
  organizationId = (await app.tenant()).organizationId
  tenant = app.host.in(organizationId)
  const other = (await app.tenant()).organizationId
  const { pool } = app.database
  await pool.query(MADE, [organizationId, other, app.clock.now()])
  for (const statement of FILL) await pool.query(statement)
  oldest = (await pool.query('SELECT min(key) AS key FROM made WHERE is_own')).rows[0].key
  await pool.query('ANALYZE')
})
afterAll(() => app.stop())

/** One row for each row of every table, those of both organizations mixed as they are made in time. */
const MADE = `CREATE TABLE made AS SELECT owner, is_own, at, is_old, is_live, n,
    '0' || lpad(n::text, 14, '0') || is_own::int || repeat('0', 10) AS key, CASE WHEN is_old THEN 'rare' ELSE 'other' END AS word
  FROM (
    SELECT $1::text AS owner, true AS is_own, n * ${FOREIGN / OWN} AS n, n <= ${MATCHING} AS is_old, n <= ${LIVE} AS is_live
    FROM generate_series(1, ${OWN}) n
    UNION ALL SELECT $2, false, n, true, true FROM generate_series(1, ${FOREIGN}) n
  ) rows CROSS JOIN LATERAL (SELECT $3::timestamptz + n * interval '1 second' AS at) time`

const FILL = [
  `INSERT INTO events (id, organization_id, type, body, idempotency_key, published_by, created_at)
    SELECT 'evt_' || key, owner, word, '{}', 'order-' || key, 'key_' || word, at FROM made ORDER BY key`,
  `INSERT INTO webhook_endpoints (id, organization_id, url, description, event_types, header_names, timeout_seconds, max_attempts,
      backoff_seconds, max_age_seconds, signature_scheme, enabled, deleted_at, created_at, updated_at)
    SELECT 'whep_' || key, owner, 'http://127.0.0.1:9/', word, ARRAY[word], '{}', 1, 1, '{1}', 60, 'STANDARD', NOT is_old,
      CASE WHEN NOT is_live THEN at END, at, at FROM made ORDER BY key`,
  `INSERT INTO endpoint_health (endpoint_id, consecutive_failures) SELECT 'whep_' || key, is_old::int FROM made ORDER BY key`,
  `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, attempt_count, last_error_code, created_at, updated_at)
    SELECT 'dlv_' || key, owner, 'evt_' || key, 'whep_' || key, (ARRAY['DEAD', 'RETRYING'])[n / ${FOREIGN / OWN} % 2 + 1]::delivery_status,
      'SCHEDULED', 1, CASE WHEN is_old THEN 'TLS_FAILED' ELSE 'TIMEOUT' END, at, at FROM made ORDER BY key`,
  `INSERT INTO delivery_index SELECT d.id, d.organization_id, event_id, endpoint_id, d.created_at, published_by
    FROM deliveries d JOIN events v ON v.id = d.event_id ORDER BY d.id`,
  // Events of Signalbox itself are few in every organization, and found by their type.
  `UPDATE events SET type = 'webhook.endpoint.disabled', published_by = NULL
    FROM made WHERE is_own AND n <= ${SYSTEM_EVENTS * (FOREIGN / OWN)} AND id = 'evt_' || key`,
  `INSERT INTO audit_entries (id, organization_id, actor, action, resource, outcome, details, created_at)
    SELECT 'aud_' || key, owner, word, CASE WHEN is_old THEN 'replay.create' ELSE 'apiKey.create' END, word,
      CASE WHEN is_old THEN 'DENIED' ELSE 'SUCCEEDED' END::audit_outcome, '{}', at FROM made ORDER BY key`,
  `INSERT INTO api_keys (id, organization_id, name, environment, display_prefix, permissions, tier, allowed_ips, disabled_at, revoked_at,
      created_by, created_at)
    SELECT 'key_' || key, owner, word, CASE WHEN is_old THEN 'TEST' ELSE 'LIVE' END::key_environment, 'sb_live_1', '{}',
      CASE WHEN is_old THEN 'ELEVATED' ELSE 'STANDARD' END::key_tier, '{}', CASE WHEN n % 5 = 0 THEN at END,
      CASE WHEN NOT is_live THEN at END, 'system', at FROM made ORDER BY key`,
  `INSERT INTO replays (id, organization_id, endpoint_id, status, created_by, created_at, updated_at)
    SELECT 'rpl_' || key, owner, 'whep_' || key, 'COMPLETED', 'system', at, at FROM made ORDER BY key`,
  `INSERT INTO event_types (id, organization_id, name, category, description, sensitive_fields, deprecated, created_at, updated_at)
    SELECT 'type_' || key, owner, 't' || key, word, word, '{}', is_old, at, at FROM made WHERE is_live ORDER BY key`,
  `INSERT INTO persons (id, email, name, created_at, updated_at)
    SELECT 'usr_' || key, key || '@example.com', word, at, at FROM made ORDER BY key`,
  `INSERT INTO members (id, organization_id, person_id, role, created_by, created_at)
    SELECT 'mem_' || key, owner, 'usr_' || key, 'VIEWER', 'system', at FROM made ORDER BY key`,
  `INSERT INTO invitations (id, organization_id, email, role, token_hash, invited_by, created_at, expires_at)
    SELECT 'inv_' || key, owner, key || '@example.com', 'VIEWER', convert_to(key, 'UTF8'), 'system', at, at FROM made ORDER BY key`,
]

type Case = [list: string, filter: string, value: object, readAtMost: number]

/** `OLDEST` stands for the end of an id. Both the page and the count read up to `readAtMost` rows of the organization. */
const CASES: Case[] = [
  ['apiKeys', 'ApiKeyFilter', {}, COUNTED_AT_MOST + 1],
  ['apiKeys', 'ApiKeyFilter', { statuses: ['DISABLED'] }, LIVE],
  ['apiKeys', 'ApiKeyFilter', { statuses: ['ACTIVE', 'EXPIRED'], tiers: ['ELEVATED'] }, LIVE],
  ['apiKeys', 'ApiKeyFilter', { statuses: ['ACTIVE'], environment: 'TEST' }, LIVE],
  ['apiKeys', 'ApiKeyFilter', { statuses: ['ACTIVE'], lastUsedBefore: '2026-03-01T12:02:00Z' }, LIVE],
  ['apiKeys', 'ApiKeyFilter', { statuses: ['ACTIVE', 'DISABLED'], search: 'RARE' }, LIVE],
  ['apiKeys', 'ApiKeyFilter', { search: 'RARE' }, OWN],
  ['webhookEndpoints', 'WebhookEndpointFilter', {}, LIVE],
  ['webhookEndpoints', 'WebhookEndpointFilter', { enabled: false }, LIVE],
  ['webhookEndpoints', 'WebhookEndpointFilter', { failing: true }, 2 * LIVE],
  ['webhookEndpoints', 'WebhookEndpointFilter', { failing: false, search: 'other' }, 2 * LIVE],
  ['webhookEndpoints', 'WebhookEndpointFilter', { type: 'rare' }, LIVE],
  ['webhookEndpoints', 'WebhookEndpointFilter', { search: 'RARE' }, LIVE],
  ['eventTypes', 'EventTypeFilter', {}, LIVE],
  ['eventTypes', 'EventTypeFilter', { category: 'rare' }, LIVE],
  ['eventTypes', 'EventTypeFilter', { deprecated: true }, LIVE],
  ['eventTypes', 'EventTypeFilter', { search: 'RARE' }, LIVE],
  ['events', 'EventFilter', {}, COUNTED_AT_MOST + 1],
  ['events', 'EventFilter', { types: ['rare'] }, 0],
  ['events', 'EventFilter', { types: ['rare', 'no.such'] }, 0],
  ['events', 'EventFilter', { publishedById: 'key_rare' }, 0],
  ['events', 'EventFilter', { publishedById: 'key_rare', types: ['rare'] }, 0],
  ['events', 'EventFilter', { publishedById: 'system' }, 0],
  ['events', 'EventFilter', { id: 'evt_OLDEST' }, 0],
  ['events', 'EventFilter', { idempotencyKey: 'order-OLDEST' }, 0],
  ['deliveries', 'DeliveryFilter', { eventId: 'evt_OLDEST' }, 0],
  ['deliveries', 'DeliveryFilter', { eventId: 'evt_OLDEST', statuses: ['DEAD', 'RETRYING'] }, 0],
  ['deliveries', 'DeliveryFilter', { eventId: 'evt_OLDEST', errorCodes: ['TLS_FAILED'] }, 0],
  ['deliveries', 'DeliveryFilter', { publishedById: 'key_rare' }, 0],
  ['deliveries', 'DeliveryFilter', { publishedById: 'key_rare', statuses: ['DEAD', 'SUCCEEDED'] }, 0],
  ['deliveries', 'DeliveryFilter', { publishedById: 'key_rare', types: ['rare'] }, 0],
  ['deliveries', 'DeliveryFilter', { publishedById: 'key_rare', errorCodes: ['TLS_FAILED'] }, 0],
  ['deliveries', 'DeliveryFilter', { publishedById: 'system' }, 0],
  ['deliveries', 'DeliveryFilter', { errorCodes: ['TLS_FAILED'] }, 0],
  ['deliveries', 'DeliveryFilter', { errorCodes: ['TLS_FAILED', 'GONE'], statuses: ['DEAD'] }, 0],
  ['deliveries', 'DeliveryFilter', { errorCodes: ['TLS_FAILED'], endpointId: 'whep_OLDEST' }, 0],
  ['auditEntries', 'AuditEntryFilter', {}, COUNTED_AT_MOST + 1],
  ['auditEntries', 'AuditEntryFilter', { actorId: 'rare' }, 0],
  ['auditEntries', 'AuditEntryFilter', { actions: ['REPLAY_CREATE'] }, 0],
  ['auditEntries', 'AuditEntryFilter', { actions: ['REPLAY_CREATE', 'REPLAY_CANCEL'] }, 0],
  ['auditEntries', 'AuditEntryFilter', { resourceId: 'rare' }, 0],
  ['auditEntries', 'AuditEntryFilter', { outcome: 'DENIED' }, 0],
  ['auditEntries', 'AuditEntryFilter', { outcome: 'DENIED', actorId: 'rare', actions: ['REPLAY_CREATE'] }, 0],
]

describe('plan of a list', () => {
  test.each(CASES)('%s is read by an index with the filter %s %j', async (field, type, value, readAtMost) => {
    const filter = JSON.parse(JSON.stringify(value).replace('OLDEST', oldest))
    const scans = await explainReads(app.database.boundedPool, async () => {
      const { nodes, total } = await readPageOf(tenant, { field, filter: type }, { filter, first: 20 })
      expect(nodes.length).toBeGreaterThan(0)
      expect(total.isExact).toBe(readAtMost !== COUNTED_AT_MOST + 1)
    })
    const read = scans.filter(({ rows }) => rows > 0)
    expect(read.filter(({ node }) => !/^Index (Only )?Scan( Backward)?$/.test(node))).toEqual([])
    const rows = read.reduce((sum, scan) => sum + scan.rows, 0)
    expect(rows, JSON.stringify(read, null, 1)).toBeLessThanOrEqual(2 * readAtMost + FOUND)
  })

  test.each(['members', 'invitations'])('%s are read by an index', async (field) => {
    const scans = await explainReads(app.database.boundedPool, async () => {
      const { nodes, total } = await tenant.ask(`{ ${field}(first: 20) { nodes { id } total { isExact } } }`)
      expect([nodes.length, total.isExact]).toEqual([20, false])
    })
    const read = scans.filter(({ rows }) => rows > 0)
    expect(read.filter(({ node }) => !/^Index (Only )?Scan( Backward)?$/.test(node))).toEqual([])
    expect(read.reduce((sum, scan) => sum + scan.rows, 0)).toBeLessThanOrEqual(2 * COUNTED_AT_MOST + FOUND)
  })

  test('a schema rehearsal reads the events of its type by an index', async () => {
    await app.host.createType('rare')
    const rare = MATCHING - SYSTEM_EVENTS
    const query = `{ schemaRehearsal(input: { eventType: "rare", schema: false }) {
      ... on SchemaRehearsalPayload { examined refused } ... on Error { code message } } }`
    const scans = await explainReads(app.database.boundedPool, async () => {
      expect(await tenant.ask(query)).toEqual({ examined: rare, refused: rare })
    })
    const read = scans.filter(({ rows }) => rows > 0)
    expect(new Set(read.map(({ table }) => table))).toEqual(new Set(['organizations', 'event_types', 'events']))
    expect(read.filter(({ node }) => !/^Index (Only )?Scan( Backward)?$/.test(node))).toEqual([])
    expect(read.reduce((sum, scan) => sum + scan.rows, 0)).toBeLessThanOrEqual(4 * MATCHING)
  })

  test('the replays of an endpoint are read by an index', async () => {
    const query = `{ node(id: "whep_${oldest}") { ... on WebhookEndpoint { replays { nodes { id } } } } }`
    const scans = await explainReads(app.database.boundedPool, async () => {
      expect((await tenant.ask(query)).replays.nodes).toEqual([{ id: `rpl_${oldest}` }])
    })
    const read = scans.filter(({ table }) => table === 'replays')
    expect(read.length).toBeGreaterThan(0)
    for (const { node, rows } of read) expect([node, rows]).toEqual([expect.stringMatching(/^Index (Only )?Scan/), 1])
  })
})
