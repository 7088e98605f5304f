import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAudit } from '../../../src/domain/audit/audit.ts'
import { countHours } from '../../../src/domain/deliveries/count-hours.ts'
import { countMinutes } from '../../../src/domain/deliveries/count-minutes.ts'
import { recordResults } from '../../../src/domain/deliveries/record-results.ts'
import { createPurgeOrganizations, SETTLE_MS } from '../../../src/domain/organizations/purge-organizations.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { claim, createStream } from '../../support/streams.ts'

let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.stop()
  await app.stop()
})

const query = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows
const createPurge = () =>
  createPurgeOrganizations({
    ...{ database: app.database, clock: app.clock, log: silentLog },
    audit: createAudit({ clock: app.clock, makeId: createIds(app.clock), bus: app.bus }),
  })
const settle = () => app.clock.advance(SETTLE_MS / 1000)
const remove = (id: string) =>
  app.host.ask('mutation ($id: ID!) { organizationDelete(id: $id) { __typename ... on Error { message } } }', { id })

/** Number of rows of an organization by table: every table with a column for it, and those that belong to such rows. */
async function rowsOf(id: string): Promise<Record<string, number>> {
  const tables = await query(
    `SELECT c.table_name AS name FROM information_schema.columns c JOIN information_schema.tables t USING (table_name, table_schema)
     WHERE c.column_name = 'organization_id' AND t.table_type = 'BASE TABLE' AND c.table_schema = current_schema() ORDER BY 1`,
  )
  const counts: [string, number][] = []
  const count = async (name: string, from: string) => {
    const [row] = await query(`SELECT count(*)::int FROM ${from}`, [id])
    counts.push([name, row.count])
  }
  for (const { name } of tables) await count(name, `${name} WHERE organization_id = $1`)
  const endpoints = '(SELECT id FROM webhook_endpoints WHERE organization_id = $1)'
  for (const name of ['endpoint_health', 'endpoint_secrets'])
    await count(name, `${name} WHERE endpoint_id IN ${endpoints}`)
  await count('api_key_secrets', 'api_key_secrets WHERE key_id IN (SELECT id FROM api_keys WHERE organization_id = $1)')
  await count(
    'usage_buckets',
    'usage_buckets WHERE series_id IN (SELECT id FROM usage_series WHERE organization_id = $1)',
  )
  return Object.fromEntries(counts)
}

/** Rows that refer to rows which are gone. */
const orphans = () =>
  query(`SELECT 'secret' AS of, count(*)::int FROM endpoint_secrets s WHERE NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = s.endpoint_id) HAVING count(*) > 0
    UNION ALL SELECT 'health', count(*) FROM endpoint_health s WHERE NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = s.endpoint_id) HAVING count(*) > 0
    UNION ALL SELECT 'attempt', count(*) FROM attempts a WHERE NOT EXISTS (SELECT FROM deliveries d WHERE d.id = a.delivery_id) HAVING count(*) > 0
    UNION ALL SELECT 'bucket', count(*) FROM usage_buckets b WHERE NOT EXISTS (SELECT FROM usage_series s WHERE s.id = b.series_id) HAVING count(*) > 0`)

/** An organization with a row in every table of tenants. */
async function createFullOrganization() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
  const failing = await tenant.createEndpoint('http://127.0.0.1:9/', { eventTypes: ['a.b'] })
  await tenant.publishMany(Array.from({ length: 30 }, (_, n) => ({ type: 'a.b', data: { n } })))
  await app.deliver()
  await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', failing.webhookEndpoint)
  await tenant.publish('a.b')
  await tenant.ask(
    'mutation ($id: ID!) { replayCreate(input: { endpointId: $id, statuses: [SUCCEEDED] }) { __typename } }',
    webhookEndpoint,
  )
  await tenant.ask(
    'mutation { bulkActionCreate(input: { kind: CANCEL, filter: { statuses: [RETRYING] } }) { ... on Error { code message } } }',
  )
  await tenant.ask(
    'mutation { persistedDocumentCreate(input: { body: "query Mine { viewer { id } }" }) { __typename } }',
  )
  const { endpointId } = await createStream(tenant, { eventTypes: ['c.d'] })
  // A poll counts as a listener for some time.
  await claim(tenant, { endpointId })
  await addPeople(tenant.organizationId)
  await app.services.usageRecorder.flush()
  await countMinutes(app.database.pool, app.clock.now())
  await countHours(app.database.pool, app.clock.now())
  return tenant
}

/** A member of the organization, and an open invitation to it. */
async function addPeople(organizationId: string): Promise<void> {
  const { prisma } = app.database
  const [createdAt, suffix] = [app.clock.now(), organizationId.slice('org_'.length)]
  const person = { id: `usr_${suffix}`, email: `${suffix}@example.com`, name: 'Ana', createdAt, updatedAt: createdAt }
  await prisma.person.create({ data: person })
  const member = { id: `mem_${suffix}`, organizationId, personId: person.id, role: 'OWNER', createdAt } as const
  await prisma.member.create({ data: { ...member, createdBy: 'system' } })
  const invitation = {
    id: `inv_${suffix}`,
    organizationId,
    email: 'bob@example.com',
    role: 'VIEWER',
    createdAt,
  } as const
  const tokenHash = new Uint8Array(Buffer.from(suffix))
  await prisma.invitation.create({ data: { ...invitation, tokenHash, invitedBy: 'system', expiresAt: createdAt } })
}

describe('removal of a deleted organization', () => {
  test('every row of it goes, other organizations keep theirs, and it goes itself once nothing can follow', async () => {
    const gone = await createFullOrganization()
    const kept = await createFullOrganization()
    const before = await rowsOf(gone.organizationId)
    // A new table of tenants needs a row here, and a step in src/domain/organizations/purge-steps.ts.
    expect(Object.entries(before).filter(([, count]) => count === 0)).toEqual([])
    const keptBefore = await rowsOf(kept.organizationId)
    const purge = createPurge()
    await purge.purgeAll()
    expect(await rowsOf(gone.organizationId)).toEqual(before)

    await remove(gone.organizationId)
    await purge.purgeAll()
    const nothing = Object.fromEntries(Object.keys(before).map((name) => [name, 0]))
    expect(await rowsOf(gone.organizationId)).toEqual(nothing)
    expect(await rowsOf(kept.organizationId)).toEqual(keptBefore)
    expect(await orphans()).toEqual([])
    const exists = async () => (await query('SELECT FROM organizations WHERE id = $1', [gone.organizationId])).length
    expect(await exists()).toBe(1)

    // Rows that were on their way: an event in a group, usage in a buffer.
    await query(
      `INSERT INTO events (id, organization_id, type, body, created_at) VALUES ('evt_late', $1, 'a.b', '', now())`,
      [gone.organizationId],
    )
    await query(`INSERT INTO usage_series VALUES (gen_random_uuid(), $1, '', 'x', 200, '')`, [gone.organizationId])
    settle()
    await purge.purgeAll()
    expect(await rowsOf(gone.organizationId)).toEqual(nothing)
    expect(await exists()).toBe(0)
    const { nodes } = await app.host.ask(
      '{ auditEntries(first: 100) { nodes { actor { principalId } action resource } } }',
    )
    const actor = { principalId: 'system' }
    expect(nodes).toContainEqual({ actor, action: 'ORGANIZATION_PURGE', resource: gone.organizationId })
  })

  test('a removal that ends half-way is finished by another process', async () => {
    const gone = await createFullOrganization()
    await query(
      `INSERT INTO audit_entries SELECT (jsonb_populate_record(a, jsonb_build_object('id', a.id || n))).*
       FROM audit_entries a, generate_series(1, 10000) n
       WHERE a.id = (SELECT max(id) FROM audit_entries WHERE organization_id = $1)`,
      [gone.organizationId],
    )
    const left = async () => {
      const [row] = await query('SELECT count(*)::int FROM audit_entries WHERE organization_id = $1', [
        gone.organizationId,
      ])
      return row.count as number
    }
    const before = await left()
    await remove(gone.organizationId)
    const ending = createPurge()
    const running = ending.purgeAll()
    while ((await left()) === before) await setImmediate()
    await ending.stop()
    await running
    // A batch has 1,000 rows, so some are left.
    expect(await left()).toBeGreaterThan(0)
    await createPurge().purgeAll()
    expect(await left()).toBe(0)
  })

  test('a locked row is left for the next run, and its table and those after it are not taken for empty', async () => {
    const gone = await createFullOrganization()
    await remove(gone.organizationId)
    const client = await app.database.pool.connect()
    await client.query('BEGIN')
    await client.query('SELECT FROM deliveries WHERE organization_id = $1 ORDER BY id LIMIT 1 FOR UPDATE', [
      gone.organizationId,
    ])
    await createPurge().purgeAll()
    const during = await rowsOf(gone.organizationId)
    await client.query('ROLLBACK')
    client.release()
    expect(during).toMatchObject({ deliveries: 1, delivery_index: 1 })
    expect(during.webhook_endpoints).toBeGreaterThan(0)
    settle()
    await createPurge().purgeAll()
    expect(Object.values(await rowsOf(gone.organizationId)).every((count) => count === 0)).toBe(true)
  })

  test('several processes remove organizations at the same time', async () => {
    const gone = [await createFullOrganization(), await createFullOrganization()]
    for (const { organizationId } of gone) await remove(organizationId)
    await Promise.all(Array.from({ length: 4 }, () => createPurge().purgeAll()))
    await createPurge().purgeAll()
    for (const { organizationId } of gone)
      expect(Object.values(await rowsOf(organizationId)).every((count) => count === 0)).toBe(true)
  })

  test('the result of a request to a removed endpoint does not keep other results of its batch from being recorded', async () => {
    const gone = await createFullOrganization()
    const kept = await app.tenant()
    await kept.createType('a.b')
    const { webhookEndpoint } = await kept.createEndpoint(receiver.url)
    await kept.publish('a.b')
    await app.deliver()
    const [delivery] = await query('SELECT * FROM deliveries WHERE endpoint_id = $1', [webhookEndpoint.id])
    const [lost] = await query('SELECT * FROM deliveries WHERE organization_id = $1 LIMIT 1', [gone.organizationId])
    await remove(gone.organizationId)
    await createPurge().purgeAll()
    const resultOf = (row: typeof delivery, attemptId: string) => ({
      ...{ attemptId, delivery: { ...row, event_type: 'a.b' }, startedAt: app.clock.now() },
      exchange: { statusCode: 500, headers: {}, body: undefined, durationMicroseconds: 1 },
      outcome: {
        ...{ status: 'DEAD', errorCode: 'HTTP_SERVER_ERROR', message: 'It failed.', statusReason: null },
        ...{ scheduled: true, retryAfterSeconds: null },
      },
    })
    const results = [resultOf(delivery, 'att_kept'), resultOf(lost, 'att_lost')]
    const options = { now: app.clock.now(), makeId: createIds(app.clock) }
    const recorded = await recordResults(app.database.pool, results as never, options)
    expect(recorded.healthChanged).toEqual([webhookEndpoint.id])
    expect((await query("SELECT id FROM attempts WHERE id IN ('att_kept', 'att_lost')")).map(({ id }) => id)).toEqual([
      'att_kept',
    ])
  })
})
