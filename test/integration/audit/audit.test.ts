import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { ACTIONS, BY_PEOPLE } from '../../support/audited-mutations.ts'
import { rootFields } from '../../support/operations.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { createStream } from '../../support/streams.ts'

// Every change and every denied attempt has an audit entry, and no entry contains a secret.
let app: App
let receiver: Receiver
let owner: Client & { organizationId: string; keyId: string }
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
  owner = await app.tenant()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const entries = async (organizationId: string) => {
  const { rows } = await app.database.pool.query(
    'SELECT action, actor, resource, outcome::text, ip, details FROM audit_entries WHERE organization_id = $1 ORDER BY id',
    [organizationId],
  )
  return rows
}

describe('audit trail', () => {
  test('every mutation of the schema has a listed audit action', () => {
    const mutations = rootFields(schema).filter(({ kind }) => kind === 'mutation')
    expect(mutations.map(({ field }) => field.name).sort()).toEqual([...Object.keys(ACTIONS), ...BY_PEOPLE].sort())
  })

  test('each change has one audit entry with actor and address and without a secret', async () => {
    const secrets: string[] = [owner.key]
    const seen: string[] = []
    /** Runs a mutation and checks its audit entries. */
    const run = async (text: string, selection = '__typename', by: Client = owner) => {
      const before = (await entries(owner.organizationId)).length
      const name = text.slice(0, text.indexOf('('))
      const answer = await by.request(
        `mutation { result: ${text} { __typename ${selection} ... on Error { code message } } }`,
      )
      expect(answer.errors).toBeUndefined()
      expect(answer.data.result.__typename, JSON.stringify(answer.data)).toMatch(/Payload$/)
      const noted = (await entries(owner.organizationId)).slice(before)
      const action = ACTIONS[name]!
      expect([name, noted.map((entry) => entry.action)]).toEqual([name, typeof action === 'string' ? [action] : []])
      for (const entry of noted) expect(entry).toMatchObject({ outcome: 'SUCCEEDED', ip: '127.0.0.1' })
      seen.push(name)
      const found = JSON.stringify(answer.data).match(/"secret":"([^"]+)"/)?.[1]
      if (found !== undefined) secrets.push(found)
      return JSON.stringify(answer.data).match(/"id":"([^"]+)"/)?.[1] as string
    }
    const host = app.host.in(owner.organizationId)
    const key = await run(
      'apiKeyCreate(input: { name: "x", permissions: [{ resource: "events", actions: [READ] }] })',
      '... on ApiKeyCreatePayload { secret apiKey { id } }',
    )
    await run(`apiKeyUpdate(id: "${key}", input: { name: "y", allowedIps: ["10.0.0.0/8"] })`)
    await run(
      `apiKeyRotate(id: "${key}", input: { mode: SAME_ID, overlapSeconds: 60 })`,
      '... on ApiKeyRotatePayload { secret }',
    )
    await run(`apiKeyVerify(input: { key: "${owner.key}" })`)
    await run(`apiKeyDisable(id: "${key}")`)
    await run(`apiKeyEnable(id: "${key}")`)
    await run(`apiKeyRevoke(id: "${key}")`)
    await run('organizationCreate(input: { name: "Another" })', '__typename', host)
    await run(`organizationUpdate(id: "${owner.organizationId}", input: { name: "Renamed" })`, '__typename', host)
    await run('permissionResourceCreate(input: { name: "audited" })', '__typename', host)
    await run('permissionResourceDelete(name: "audited")', '__typename', host)
    await run('organizationUpsert(input: { externalId: "audited", name: "Third" })', '__typename', host)
    await run('organizationDelete(id: "audited")', '__typename', host)
    await run('eventTypeCatalogueImport(input: { name: RECRUITING })')
    const type = await run(
      'eventTypeCreate(input: { name: "a.b" })',
      '... on EventTypeCreatePayload { eventType { id } }',
    )
    await run(`eventTypeUpdate(id: "${type}", input: { description: "x" })`)
    const endpoint = await run(
      `webhookEndpointCreate(input: { url: "${receiver.url}", eventTypes: ["*"], headers: [{ name: "authorization", value: "Basic hidden-from-all" }] })`,
      '... on WebhookEndpointCreatePayload { secret webhookEndpoint { id } }',
    )
    secrets.push('hidden-from-all')
    await run(
      `webhookEndpointUpdate(id: "${endpoint}", input: { headers: [{ name: "authorization", value: "Basic hidden-from-all" }] })`,
    )
    await run(`webhookEndpointRotateSecret(id: "${endpoint}")`, '... on WebhookEndpointRotateSecretPayload { secret }')
    await run(`webhookEndpointTest(id: "${endpoint}")`)
    await run('eventPublish(input: { type: "a.b", data: {} })')
    await run('eventPublishMany(input: { events: [{ type: "a.b", data: {} }] })')
    const delivery = (await owner.deliveries())[0]!.id
    await run(`deliveryCancel(id: "${delivery}")`)
    await run(`deliveryRetry(id: "${delivery}")`)
    // More than one page of a replay.
    for (let n = 0; n < 3; n++) await owner.publishMany(Array.from({ length: 500 }, () => ({ type: 'a.b', data: n })))
    const replay = await run(
      `replayCreate(input: { endpointId: "${endpoint}" })`,
      '... on ReplayCreatePayload { replay { id } }',
    )
    await run(`replayCancel(id: "${replay}")`)
    const bulk = await run(
      'bulkActionCreate(input: { kind: CANCEL, filter: { statuses: [PENDING] } })',
      '... on BulkActionCreatePayload { bulkAction { id } }',
    )
    await run(`bulkActionCancel(id: "${bulk}")`)
    await run(`webhookEndpointDisable(id: "${endpoint}")`)
    await run(`webhookEndpointEnable(id: "${endpoint}")`)
    await run(`webhookEndpointDelete(id: "${endpoint}")`)
    const { endpointId } = await createStream(owner)
    await run(`deliveryStreamClaim(input: { endpointId: "${endpointId}" })`)
    await run(
      'deliveryStreamAcknowledge(input: { results: [{ id: "x", version: 1, durationMs: 1, statusCode: 204 }] })',
    )
    const document = await run(
      'persistedDocumentCreate(input: { body: "query A { viewer { id } }" })',
      '... on PersistedDocumentCreatePayload { persistedDocument { id } }',
    )
    await run(`persistedDocumentActivate(id: "${document}")`)
    await run(`persistedDocumentRetire(id: "${document}")`)
    expect(seen.sort()).toEqual(Object.keys(ACTIONS).sort())

    const text = JSON.stringify(await entries(owner.organizationId))
    expect(secrets.length).toBeGreaterThan(5)
    for (const secret of secrets) expect(text).not.toContain(secret.slice(secret.startsWith('sb_') ? 12 : 0))
  })
})

describe('denied audit entry', () => {
  const denied = async (organizationId: string) =>
    (await entries(organizationId))
      .filter(({ outcome }) => outcome === 'DENIED')
      .map(({ actor, action, details }) => [actor, action, details.field, details.reason])

  test.each([
    ['Query.events', '{ events { nodes { id } } }'],
    ['Mutation.eventPublish', 'mutation { eventPublish(input: { type: "a", data: 1 }) { __typename } }'],
  ])('%s without permission has one audit entry a minute', async (field, query) => {
    const tenant = await app.tenant({ audit: ['read'] })
    for (let n = 0; n < 5; n++) await tenant.request(query)
    await expect.poll(() => denied(tenant.organizationId)).toEqual([[tenant.keyId, 'request', field, 'FORBIDDEN']])
    app.clock.advance(60)
    await tenant.request(query)
    await expect.poll(async () => (await denied(tenant.organizationId)).length).toBe(2)
  })

  test('a rejected API key has an audit entry with the reason', async () => {
    const tenant = await app.tenant()
    const { secret, apiKey } = await tenant.createKey({ events: ['read'] }, { allowedIps: ['10.0.0.1'] })
    await app.api.as(secret).request('{ viewer { id } }')
    const expected = [
      apiKey.id,
      'request',
      undefined,
      'This API key may not be used from this address. Ask its owner to extend the allowlist.',
    ]
    await expect.poll(() => denied(tenant.organizationId)).toEqual([expected])
  })

  test('a key restricted to persisted operations has an audit entry when sending its own document', async () => {
    const tenant = await app.tenant()
    const { secret, apiKey } = await tenant.createKey({ events: ['read'] }, { persistedOnly: true })
    await app.api.as(secret).request('{ viewer { id } }')
    await expect
      .poll(() => denied(tenant.organizationId))
      .toEqual([[apiKey.id, 'request', undefined, 'PERSISTED_OPERATIONS_ONLY']])
  })
})

describe('URL of an endpoint in the audit trail', () => {
  const SECRET = 'token-of-the-receiver'
  const shown = async (tenant: Client) => {
    const { nodes } = await tenant.ask('{ auditEntries(first: 100) { nodes { action details } } }')
    return nodes.filter(({ details }: { details: { url?: string } }) => details.url !== undefined)
  }

  test('no entry has a value of the query, neither stored nor shown', async () => {
    const tenant = await app.tenant()
    const url = `${receiver.url}?key=${SECRET}&a=${SECRET}&${SECRET}`
    const { webhookEndpoint } = await tenant.createEndpoint(url)
    for (const field of ['Disable', 'Enable', 'Delete'])
      await tenant.ask(
        `mutation ($id: ID!) { webhookEndpoint${field}(id: $id) { __typename ... on Error { code message } } }`,
        { id: webhookEndpoint.id },
      )
    const urls = (await shown(tenant)).map(({ details }: { details: { url: string } }) => details.url)
    expect(urls.length).toBeGreaterThanOrEqual(2)
    expect(new Set(urls)).toEqual(new Set([`${receiver.url}?key=…&a=…&…`]))
    expect(JSON.stringify(await entries(tenant.organizationId))).not.toContain(SECRET)
  })

  test('an entry of an earlier version is shown without the values', async () => {
    const tenant = await app.tenant()
    await tenant.createEndpoint(receiver.url)
    await app.database.pool.query(
      `UPDATE audit_entries SET details = jsonb_build_object('url', $2::text) WHERE organization_id = $1 AND action = 'webhookEndpoint.create'`,
      [tenant.organizationId, `https://example.com/hook?token=${SECRET}#part`],
    )
    expect(await shown(tenant)).toEqual([
      { action: 'WEBHOOK_ENDPOINT_CREATE', details: { url: 'https://example.com/hook?token=…' } },
    ])
  })
})
