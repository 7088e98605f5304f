import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import { subscribed, type Watch, watchSocket } from '../../support/watch.ts'

// Changed keys and endpoints are sent to the subscribers of every node, each with its id and version.
let nodes: Nodes
let single: App
const stops: (() => void)[] = []
beforeAll(async () => {
  nodes = await startNodes()
  single = await startApp()
})
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})
afterAll(async () => {
  await nodes.stop()
  await single.stop()
})

const KEYS = 'subscription { apiKeyUpdates { gap apiKey { id version name revokedAt disabledAt replacedBy } } }'
const ENDPOINTS = 'subscription { webhookEndpointUpdates { gap webhookEndpoint { id version enabled deletedAt } } }'

/** Resolves when the server sends changes to the subscriber. */
async function watch(app: App, key: string, query: string): Promise<Watch> {
  const before = app.services.subscriptions.count()
  const opened = watchSocket(app.url, key, query)
  stops.push(opened.stop)
  await subscribed(app, before + 1)
  return opened
}

const objects = ({ messages }: Watch) =>
  messages.map((message) => message.apiKeyUpdates?.apiKey ?? message.webhookEndpointUpdates?.webhookEndpoint)

async function untilVersion(watched: Watch, id: string, version: number) {
  const find = () => objects(watched).find((object) => object?.id === id && object.version === version)
  await watched.until(() => find() !== undefined)
  return find()
}

const change = async (owner: Client, field: string, id: string) => {
  const answer = await owner.request(`mutation ($id: ID!) { result: ${field} { __typename } }`, { id })
  expect(answer.data.result.__typename).toMatch(/Payload$/)
}

const PLACES: [string, () => [App, App]][] = [
  ['of the same node, without Redis', () => [single, single]],
  ['of another node, over Redis', () => [nodes.first, nodes.second]],
]

describe.each(PLACES)('update for subscribers %s', (_name, appsOf) => {
  test.each([
    ['updated', 'apiKeyUpdate(id: $id, input: { name: "renamed" })', { name: 'renamed' }],
    ['rotated', 'apiKeyRotate(id: $id, input: { mode: SAME_ID, overlapSeconds: 60 })', { replacedBy: null }],
    ['disabled', 'apiKeyDisable(id: $id)', { disabledAt: expect.any(String) }],
    ['revoked', 'apiKeyRevoke(id: $id)', { revokedAt: expect.any(String) }],
  ])('a key that is %s is sent with its next version', async (_change, field, expected) => {
    const [here, there] = appsOf()
    const owner = await here.tenant()
    const watched = await watch(there, owner.key, KEYS)
    const { apiKey } = await owner.createKey({ events: ['read'] })
    expect(await untilVersion(watched, apiKey.id, 1)).toMatchObject({ name: 'Test', revokedAt: null })
    await change(owner, field, apiKey.id)
    expect(await untilVersion(watched, apiKey.id, 2)).toMatchObject(expected)
    expect(watched.messages.every(({ apiKeyUpdates }) => apiKeyUpdates.gap === false)).toBe(true)
  })

  test('a key that is replaced in a rotation is sent, and so is the key that replaces it', async () => {
    const [here, there] = appsOf()
    const owner = await here.tenant()
    const { apiKey } = await owner.createKey({ events: ['read'] })
    const watched = await watch(there, owner.key, KEYS)
    await change(owner, 'apiKeyRotate(id: $id, input: { mode: NEW_ID, overlapSeconds: 60 })', apiKey.id)
    const { replacedBy } = await untilVersion(watched, apiKey.id, 2)
    expect(await untilVersion(watched, replacedBy, 1)).toMatchObject({ replacedBy: null })
  })

  test('an endpoint is sent when it is created, updated, disabled, given a new secret and deleted', async () => {
    const [here, there] = appsOf()
    const owner = await here.tenant()
    const watched = await watch(there, owner.key, ENDPOINTS)
    const { webhookEndpoint } = await owner.createEndpoint('http://127.0.0.1:9/')
    await untilVersion(watched, webhookEndpoint.id, 1)
    const changes = [
      'Update(id: $id, input: { timeoutSeconds: 5 })',
      'Disable(id: $id)',
      'RotateSecret(id: $id)',
      'Delete(id: $id)',
    ]
    for (const [nth, verb] of changes.entries()) {
      await change(owner, `webhookEndpoint${verb}`, webhookEndpoint.id)
      const sent = await untilVersion(watched, webhookEndpoint.id, nth + 2)
      expect([sent.enabled, sent.deletedAt !== null]).toEqual([verb.startsWith('Update'), verb.startsWith('Delete')])
    }
  })
})

describe('apiKeyUpdates', () => {
  test('a use of a key sends nothing', async () => {
    const owner = await single.tenant()
    const { secret, apiKey } = await owner.createKey({ events: ['read'] })
    const watched = await watch(single, owner.key, KEYS)
    await single.api.as(secret).ask('{ viewer { id } }')
    const key = { id: apiKey.id }
    const used = () => owner.ask('query ($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }', key)
    await expect.poll(used).toEqual({ lastUsedAt: expect.any(String) })
    await change(owner, 'apiKeyDisable(id: $id)', apiKey.id)
    await untilVersion(watched, apiKey.id, 2)
    expect(objects(watched).map(({ version }) => version)).toEqual([2])
  })

  test('with an id, the first message is the current state, and other keys are left out', async () => {
    const owner = await single.tenant()
    const { apiKey } = await owner.createKey({ events: ['read'] })
    const one = KEYS.replace('apiKeyUpdates', `apiKeyUpdates(id: "${apiKey.id}")`)
    const watched = await watch(single, owner.key, one)
    await untilVersion(watched, apiKey.id, 1)
    const all = await watch(single, owner.key, KEYS)
    const other = await owner.createKey({ events: ['read'] })
    await untilVersion(all, other.apiKey.id, 1)
    await change(owner, 'apiKeyRevoke(id: $id)', apiKey.id)
    await untilVersion(watched, apiKey.id, 2)
    expect(objects(watched).map(({ id }) => id)).toEqual([apiKey.id, apiKey.id])
  })

  test('a refused change sends nothing', async () => {
    const owner = await single.tenant()
    const { apiKey } = await owner.createKey({ events: ['read'] })
    const watched = await watch(single, owner.key, KEYS)
    const refused =
      'mutation ($id: ID!) { apiKeyUpdate(id: $id, expectedVersion: 9, input: {}) { ... on Error { code } } }'
    expect((await owner.request(refused, { id: apiKey.id })).data.apiKeyUpdate.code).toBe('VERSION_CONFLICT')
    await change(owner, 'apiKeyDisable(id: $id)', apiKey.id)
    await untilVersion(watched, apiKey.id, 2)
    expect(watched.messages).toHaveLength(1)
  })

  test.each([
    ['apiKeyUpdates', KEYS, 'keys'],
    ['webhookEndpointUpdates', ENDPOINTS, 'webhooks'],
  ])('%s needs permission to read', async (_name, query, resource) => {
    const owner = await single.tenant()
    const lacking = await single.tenant({ [resource]: ['write', 'delete'] }, owner.organizationId)
    const refused = watchSocket(single.url, lacking.key, query)
    await refused.untilEnded()
    expect(refused.messages).toMatchObject([{ errors: [{ extensions: { code: 'FORBIDDEN' } }] }])
  })
})
