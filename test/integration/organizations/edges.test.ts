import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { interceptAnswers } from '../../support/statements.ts'

// Objects lead to the lists about them: the same rows as the root field under one more condition, with the same permission.
type Tenant = Awaited<ReturnType<App['tenant']>>
let app: App
let tenant: Tenant
let stranger: Tenant
/** Endpoints of the tenant: the first wants `order.*`, the second `user.made` only. */
let endpoints: string[]
/** Events of the tenant: `order.made` by the tenant, `user.made` by the tenant, `order.made` by another key. */
let events: string[]
let other: Tenant
const receiver = await startReceiver()

beforeAll(async () => {
  app = await startApp()
  await app.host.createType('order.made')
  tenant = await app.tenant()
  stranger = await app.tenant()
  endpoints = await fill(tenant)
  await fill(stranger)
  other = await app.tenant(undefined, tenant.organizationId)
  events = [await tenant.publish('order.made'), await tenant.publish('user.made'), await other.publish('order.made')]
  await stranger.publish('order.made')
  await app.deliver()
  for (const client of [tenant, stranger])
    for (const id of await idsOf(client, '{ webhookEndpoints { nodes { id } } }'))
      await client.ask(
        `mutation ($id: ID!) { replayCreate(input: { endpointId: $id, statuses: [SUCCEEDED] }) {
          ... on ReplayCreatePayload { replay { id } } ... on Error { message } } }`,
        { id },
      )
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function fill(owner: Client): Promise<string[]> {
  await owner.createType('user.made')
  const made = []
  for (const eventTypes of [['order.*'], ['user.made']])
    made.push((await owner.createEndpoint(receiver.url, { eventTypes })).webhookEndpoint.id)
  return made
}

/** The ids of the entries of every page in the answer, in their order. */
async function idsOf(client: Client, query: string, variables: Record<string, unknown> = {}): Promise<string[]> {
  const { data, errors } = await client.request(query, variables)
  expect(errors).toBeUndefined()
  return Array.from(JSON.stringify(data).matchAll(/"nodes":\[(.*?)\]/g), ([, nodes]) => nodes!).flatMap((nodes) =>
    Array.from(nodes.matchAll(/"id":"(\w+)"/g), ([, id]) => id!),
  )
}

const ofOrganization = (id: string, fields: string) => `{ node(id: "${id}") { ... on Organization { ${fields} } } }`
const LISTS = ['apiKeys', 'webhookEndpoints', 'eventTypes', 'events', 'deliveries', 'auditEntries']

describe('edges of an organization', () => {
  test.each(LISTS)('%s has the entries of the root field', async (list) => {
    const page = `${list}(first: 100) { nodes { id } }`
    const entries = await idsOf(tenant, `{ ${page} }`)
    expect(entries.length).toBeGreaterThan(0)
    expect(await idsOf(tenant, ofOrganization(tenant.organizationId, page))).toEqual(entries)
    expect(await idsOf(tenant, `{ viewer { organization { ${page} } } }`)).toEqual(entries)
  })

  test('filters and pages of an edge are those of the root field', async () => {
    const page = 'events(first: 1, filter: { types: ["order.made"] }) { nodes { id } total { count } }'
    const { viewer } = (await tenant.request(`{ viewer { organization { ${page} } } }`)).data
    expect(viewer.organization.events).toEqual({ nodes: [{ id: events[2] }], total: { count: 2 } })
  })

  test('usage and deliveryStats are those of the root fields', async () => {
    const fields = 'usage { totals { requests } } deliveryStats { total attempts }'
    const { viewer, deliveryStats } = (
      await tenant.request(`{ viewer { organization { ${fields} } } deliveryStats { total attempts } }`)
    ).data
    expect(viewer.organization.deliveryStats).toEqual(deliveryStats)
    expect(viewer.organization.usage.totals.requests).toEqual(expect.any(Number))
  })

  test('every edge of another organization is null for the operator, and has its entries when the operator acts in it', async () => {
    const fields = [
      ...LISTS.map((list) => `${list} { nodes { id } }`),
      'usage { totals { requests } }',
      'deliveryStats { total }',
    ]
    const { nodes } = await app.host.ask(`{ organizations { nodes { id ${fields.join(' ')} } } }`)
    const { organization } = await app.host.ask('{ viewer { organization { id } } }')
    expect(nodes).toHaveLength(3)
    for (const { id, ...edges } of nodes)
      for (const value of Object.values(edges)) expect(value !== null).toBe(id === organization.id)
    const acting = app.host.in(tenant.organizationId)
    expect(await idsOf(acting, ofOrganization(tenant.organizationId, 'events { nodes { id } }'))).toEqual(
      events.toReversed(),
    )
  })
})

describe('edges of an API key', () => {
  const ofKey = (id: string, fields: string) => `{ node(id: "${id}") { ... on ApiKey { ${fields} } } }`

  test('publishedEvents has the events of the key, and a filter narrows them', async () => {
    expect(await idsOf(tenant, ofKey(tenant.keyId, 'publishedEvents { nodes { id } }'))).toEqual([events[1], events[0]])
    expect(await idsOf(tenant, ofKey(other.keyId, 'publishedEvents { nodes { id } }'))).toEqual([events[2]])
    const narrowed = (filter: string) =>
      idsOf(tenant, ofKey(tenant.keyId, `publishedEvents(filter: ${filter}) { nodes { id } }`))
    expect(await narrowed('{ types: ["order.made"] }')).toEqual([events[0]])
    expect(await narrowed(`{ publishedById: "${tenant.keyId}" }`)).toEqual([events[1], events[0]])
    expect(await narrowed(`{ publishedById: "${other.keyId}" }`)).toEqual([])
  })

  test('auditEntries has the changes of the key only', async () => {
    const { apiKey } = await tenant.createKey({ events: ['read'] })
    await tenant.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: apiKey.id })
    const { auditEntries } = await tenant.ask(
      ofKey(apiKey.id, 'auditEntries { nodes { action resource resourceNode { __typename id } } }'),
    )
    const entry = (action: string) => ({
      action,
      resource: apiKey.id,
      resourceNode: { __typename: 'ApiKey', id: apiKey.id },
    })
    expect(auditEntries.nodes).toEqual([entry('API_KEY_REVOKE'), entry('API_KEY_CREATE')])
    const narrowed = `auditEntries(filter: { resourceId: "${other.keyId}" }) { nodes { id } }`
    expect(await idsOf(tenant, ofKey(apiKey.id, narrowed))).toEqual([])
  })
})

describe('edges of an endpoint', () => {
  const ofEndpoint = (fields: string, id = endpoints[0]!) =>
    `{ node(id: "${id}") { ... on WebhookEndpoint { ${fields} } } }`

  test('deliveries, deliveryStats, replays and auditEntries are about the endpoint only', async () => {
    const { node } = (
      await tenant.request(
        ofEndpoint(
          `deliveries { nodes { eventId endpointId } total { count } } deliveryStats { total }
          replays { nodes { endpointId } } auditEntries { nodes { action resource } }`,
        ),
      )
    ).data
    const [first] = endpoints
    expect(node.deliveries.total).toEqual({ count: 2 })
    expect(new Set(node.deliveries.nodes)).toEqual(
      new Set([events[2], events[0]].map((eventId) => ({ eventId, endpointId: first }))),
    )
    expect(node.deliveryStats).toEqual({ total: 2 })
    expect(node.replays.nodes).toEqual([{ endpointId: first }])
    expect(node.auditEntries.nodes).toEqual(
      ['REPLAY_CREATE', 'WEBHOOK_ENDPOINT_CREATE'].map((action) => ({ action, resource: first })),
    )
  })

  test('a filter that names another endpoint finds nothing', async () => {
    const filter = `(filter: { endpointId: "${endpoints[1]}" })`
    const { node } = (
      await tenant.request(ofEndpoint(`deliveries${filter} { nodes { id } } deliveryStats${filter} { total }`))
    ).data
    expect(node).toEqual({ deliveries: { nodes: [] }, deliveryStats: { total: 0 } })
    const same = `deliveries(filter: { endpointId: "${endpoints[0]}" }) { nodes { id } }`
    expect(await idsOf(tenant, ofEndpoint(same))).toHaveLength(2)
  })

  test('a page about an endpoint is one request with a bounded number of statements', async () => {
    const query =
      ofEndpoint(`url eventTypes headerNames retryPolicy { maxAttempts } health { status consecutiveFailures }
      deliveryStats { total attempts successRate p95Duration days { day total } }
      deliveries(first: 10) { nodes { id status explanation event { type publishedBy { name } }
        attempts { nodes { number statusCode errorCode } } } total { count } }
      replays(first: 5) { nodes { id status count } }
      auditEntries(first: 5) { nodes { action actor { name } createdAt } }`)
    await tenant.request(query)
    const texts: string[] = []
    const spy = interceptAnswers((statement, answer) => {
      const { text } = (statement ?? {}) as { text?: string }
      if (text !== undefined && /"?(webhook_endpoints|deliver|events|attempts|replays|audit)/.test(text))
        texts.push(text)
      return answer
    })
    const { data, errors } = await tenant.request(query)
    spy.mockRestore()
    expect(errors).toBeUndefined()
    expect(
      data.node.deliveries.nodes.map(({ attempts }: { attempts: { nodes: unknown[] } }) => attempts.nodes.length),
    ).toEqual([1, 1])
    // The endpoint with its health, two of statistics, two for each of three lists, a total, the events, and one page of attempts per delivery.
    expect(texts.length, texts.join('\n')).toBeGreaterThan(8)
    expect(texts.length, texts.join('\n')).toBeLessThanOrEqual(16)
  })
})

describe('edges of an event type', () => {
  const ofTypes = '{ eventTypes { nodes { name source events { nodes { id } } webhookEndpoints { nodes { id } } } } }'

  test('events and endpoints are those of the organization, also for a type of the operator', async () => {
    const { nodes } = await tenant.ask(ofTypes)
    const edgesOf = (name: string) => {
      const { events, webhookEndpoints, source } = nodes.find((type: { name: string }) => type.name === name)
      const ids = (page: { nodes: { id: string }[] }) => page.nodes.map(({ id }) => id)
      return { source, events: ids(events), endpoints: ids(webhookEndpoints) }
    }
    expect(edgesOf('order.made')).toEqual({
      ...{ source: 'OPERATOR', events: [events[2], events[0]], endpoints: [endpoints[0]] },
    })
    expect(edgesOf('user.made')).toEqual({
      ...{ source: 'ORGANIZATION', events: [events[1]], endpoints: [endpoints[1]] },
    })
  })

  test('filters narrow the edges', async () => {
    const ask = (edge: string) =>
      idsOf(tenant, `{ eventTypes(filter: { search: "order.made" }) { edges { node { ${edge} { nodes { id } } } } } }`)
    expect(await ask('events(filter: { types: ["user.made"] })')).toEqual([])
    expect(await ask('events(filter: { types: ["user.made", "order.made"] })')).toEqual([events[2], events[0]])
    expect(await ask('webhookEndpoints(filter: { type: "user.made" })')).toEqual([])
    expect(await ask('webhookEndpoints(filter: { type: "order.*" })')).toEqual([endpoints[0]])
  })
})

describe('resource of an audit entry', () => {
  test('the object is null without permission to read it, and for an id of nothing', async () => {
    const query = `{ auditEntries(first: 100) { nodes { resource resourceNode { id } } } }`
    const reader = await app.tenant({ audit: ['read'], webhooks: ['read'] }, tenant.organizationId)
    const { nodes } = await reader.ask(query)
    for (const { resource, resourceNode } of nodes)
      expect(resourceNode).toEqual(resource?.startsWith('whep_') ? { id: resource } : null)
    expect(nodes.filter((entry: { resourceNode: unknown }) => entry.resourceNode !== null)).not.toHaveLength(0)
    expect(nodes.filter((entry: { resource: string | null }) => entry.resource?.startsWith('key_'))).not.toHaveLength(0)
  })
})
