import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// Two people edit one object: the second learns of the first instead of undoing the first edit.
const ROUNDS = 40
const EDITORS = 4
let app: App
let owner: Client & { organizationId: string; keyId: string }
const failing = await startReceiver((_request, response) => response.writeHead(500).end())
beforeAll(async () => {
  app = await startApp()
  owner = await app.tenant()
})
afterAll(async () => {
  await app.stop()
  await failing.stop()
})

const EDITED = ['ApiKey', 'WebhookEndpoint', 'EventType', 'Organization'] as const
type Edited = (typeof EDITED)[number]
const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

/** The edited text of each type, and the client that may edit it. */
const TEXTS = {
  ApiKey: 'name',
  WebhookEndpoint: 'description',
  EventType: 'description',
  Organization: 'name',
} as const
const editorOf = (type: Edited): Client => (type === 'Organization' ? app.host.in(owner.organizationId) : owner)

let types = 0
async function makeObject(type: Edited): Promise<string> {
  if (type === 'ApiKey') return (await owner.createKey({ events: ['read'] })).apiKey.id
  if (type === 'WebhookEndpoint') return (await owner.createEndpoint(failing.url)).webhookEndpoint.id
  if (type === 'EventType') return owner.createType(`edited.n${++types}`)
  return app.host.createOrganization('Edited')
}

/** Sends an update. The answer has the object, and the version conflict has the current object under the same name. */
async function edit(type: Edited, id: string, text: string, expectedVersion: number | null) {
  const object = `${lower(type)} { id version text: ${TEXTS[type]} }`
  const { data, errors } = await editorOf(type).request(
    `mutation ($id: ID!, $expectedVersion: Int, $text: String!) {
      result: ${lower(type)}Update(id: $id, expectedVersion: $expectedVersion, input: { ${TEXTS[type]}: $text }) {
        __typename ... on ${type}UpdatePayload { ${object} } ... on ${type}VersionConflictError { code message ${object} } } }`,
    { id, text, expectedVersion },
  )
  expect(errors).toBeUndefined()
  const { [lower(type)]: current, ...result } = data.result
  return { ...result, current }
}

const auditCount = async (id: string): Promise<number> =>
  (await app.database.pool.query('SELECT count(*)::int FROM audit_entries WHERE resource = $1', [id])).rows[0].count

describe.each(EDITED)('concurrent edits of %s', (type) => {
  test('an update of the expected version raises the version by one', async () => {
    const id = await makeObject(type)
    const first = await edit(type, id, 'first', 1)
    expect(first).toEqual({ __typename: `${type}UpdatePayload`, current: { id, version: 2, text: 'first' } })
    expect((await edit(type, id, 'second', 2)).current).toEqual({ id, version: 3, text: 'second' })
  })

  test('an update of an earlier version changes nothing and is answered with the current object', async () => {
    const id = await makeObject(type)
    await edit(type, id, 'of the first editor', 1)
    const before = await auditCount(id)
    const current = { id, version: 2, text: 'of the first editor' }
    expect(await edit(type, id, 'of the second editor', 1)).toEqual({
      __typename: `${type}VersionConflictError`,
      code: 'VERSION_CONFLICT',
      message: expect.stringContaining('has version 2 now'),
      current,
    })
    expect(await auditCount(id)).toBe(before)
    expect((await edit(type, id, 'of the first editor', 2)).current).toEqual({ ...current, version: 3 })
  })

  test('an update without an expected version is made at any version', async () => {
    const id = await makeObject(type)
    await edit(type, id, 'first', null)
    expect((await edit(type, id, 'second', null)).current).toEqual({ id, version: 3, text: 'second' })
  })

  test(`exactly one of ${EDITORS} simultaneous updates of a version is made, in each of ${ROUNDS} rounds`, async () => {
    const id = await makeObject(type)
    for (let version = 1; version <= ROUNDS; version++) {
      const edits = Array.from({ length: EDITORS }, (_, n) => edit(type, id, `${version} of ${n}`, version))
      const results = await Promise.all(edits)
      const [winner, ...others] = results.filter(({ __typename }) => __typename === `${type}UpdatePayload`)
      expect([winner?.current.version, others]).toEqual([version + 1, []])
      for (const { current } of results) expect(current).toEqual(winner?.current)
    }
  })
})

describe('version conflict', () => {
  test('a key with webhooks: write alone gets the whole endpoint that another editor changed', async () => {
    const { webhookEndpoint } = await owner.createEndpoint(failing.url, { signatureScheme: 'STANDARD_ED25519' })
    await edit('WebhookEndpoint', webhookEndpoint.id, 'changed', 1)
    const writer = await app.tenant({ webhooks: ['write'] }, owner.organizationId)
    const { data } = await writer.request(
      `mutation ($id: ID!) { webhookEndpointUpdate(id: $id, expectedVersion: 1, input: { description: "mine" }) {
        ... on WebhookEndpointVersionConflictError { webhookEndpoint { description publicKeys health { status } } } } }`,
      { id: webhookEndpoint.id },
    )
    expect(data.webhookEndpointUpdate.webhookEndpoint).toEqual({
      description: 'changed',
      publicKeys: webhookEndpoint.publicKeys,
      health: { status: 'HEALTHY' },
    })
  })

  test('an object of another organization is absent, whatever version is expected', async () => {
    const stranger = await app.tenant()
    const { apiKey } = await owner.createKey({})
    const update =
      'mutation ($id: ID!) { apiKeyUpdate(id: $id, expectedVersion: 7, input: {}) { ... on Error { code } } }'
    expect((await stranger.request(update, { id: apiKey.id })).data.apiKeyUpdate.code).toBe('NOT_FOUND')
    expect((await owner.request(update, { id: apiKey.id })).data.apiKeyUpdate.code).toBe('VERSION_CONFLICT')
  })
})

describe('version', () => {
  const versionOf = async (id: string): Promise<number> => {
    const fields = '... on ApiKey { version } ... on WebhookEndpoint { version }'
    return (await owner.ask(`query ($id: ID!) { node(id: $id) { ${fields} } }`, { id })).version
  }
  const run = (field: string, id: string) =>
    owner.ask(`mutation ($id: ID!) { ${field.replace('(', '(id: $id, ').replace(', )', ')')} { __typename } }`, { id })

  test('the version of an endpoint grows with each change on request', async () => {
    const id = await makeObject('WebhookEndpoint')
    const changes = ['Update(input: { description: "x" })', 'Disable()', 'Enable()', 'RotateSecret()', 'Delete()']
    const seen = []
    for (const change of changes) {
      await run(`webhookEndpoint${change}`, id)
      seen.push(await versionOf(id))
    }
    expect(seen).toEqual([2, 3, 4, 5, 6])
  })

  test('the version of an endpoint stays when its health changes, and grows when failures disable the endpoint', async () => {
    await owner.createType('a.b')
    const { webhookEndpoint } = await owner.createEndpoint(failing.url, { disableAfterFailures: 2 })
    const fields = '... on WebhookEndpoint { enabled version health { consecutiveFailures } }'
    const seen = []
    for (let n = 0; n < 2; n++) {
      await owner.publish('a.b', n)
      await app.deliver()
      seen.push(await owner.ask(`query ($id: ID!) { node(id: $id) { ${fields} } }`, { id: webhookEndpoint.id }))
    }
    expect(seen).toEqual([
      { enabled: true, version: 1, health: { consecutiveFailures: 1 } },
      { enabled: false, version: 2, health: { consecutiveFailures: 2 } },
    ])
  })

  test('the version of a key grows with each change and stays when the key is used', async () => {
    const { secret, apiKey } = await owner.createKey({ events: ['read'] })
    await app.api.as(secret).ask('{ viewer { id } }')
    const used = async () =>
      (await owner.ask('query ($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }', { id: apiKey.id }))
        .lastUsedAt
    await expect.poll(used).not.toBeNull()
    const seen = [await versionOf(apiKey.id)]
    const rotate = 'Rotate(input: { mode: SAME_ID, overlapSeconds: 0 })'
    for (const change of ['Update(input: { name: "x" })', 'Disable()', 'Enable()', rotate, 'Revoke()']) {
      await run(`apiKey${change}`, apiKey.id)
      seen.push(await versionOf(apiKey.id))
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
  })
})
