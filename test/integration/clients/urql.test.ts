import { readFileSync } from 'node:fs'
import { Client, fetchExchange, getOperationName, gql, subscriptionExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import { persistedExchange } from '@urql/exchange-persisted'
import { buildSchema, introspectionFromSchema, isObjectType } from 'graphql'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PartnerEventsQuery } from '../../../examples/partner/operations.ts'
import {
  type ClientApp,
  DELIVERIES_SUBSCRIPTION,
  type Deliveries,
  ENDPOINT_UPDATE,
  ENDPOINTS_QUERY,
  type Endpoint,
  type Endpoints,
  EVENTS_QUERY,
  type Events,
  operationText,
  startForClients,
} from '../../support/clients.ts'

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'))
const introspection = introspectionFromSchema(schema)
/** Types without an id stay inside their parent. */
const keys = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !('id' in type.getFields()) && !type.name.startsWith('__'))
    .map(({ name }) => [name, () => null]),
)
const manifest: { operations: { id: string; name: string }[] } = JSON.parse(
  readFileSync('persisted-operations/manifest.json', 'utf8'),
)
const idsByName = new Map(manifest.operations.map(({ id, name }) => [name, id]))

const ENDPOINT_CREATE = gql`mutation EndpointCreate($input: WebhookEndpointCreateInput!) {
  webhookEndpointCreate(input: $input) {
    ... on WebhookEndpointCreatePayload { webhookEndpoint { id description } }
    ... on Error { code message }
  }
}`

/** Warnings and errors of graphcache: unknown types, absent keys, uncacheable results. */
const complaints: string[] = []
let signalbox: ClientApp
beforeAll(async () => {
  signalbox = await startForClients()
})
afterEach(() => expect(complaints.splice(0)).toEqual([]))
afterAll(() => signalbox.stop())

/** A client as a front end sets it up, with its HTTP requests. */
function createUrql(key: string, options: { persisted: boolean } = { persisted: false }) {
  const requests: { url: string; body: string }[] = []
  const socket = signalbox.socket(key)
  const cache = cacheExchange({
    schema: introspection,
    keys,
    resolvers: { Query: { events: relayPagination(), node: (_query, { id }) => ({ __typename: 'Delivery', id }) } },
    updates: {
      Mutation: {
        webhookEndpointCreate({ webhookEndpointCreate: result }, _input, cache) {
          const { __typename, webhookEndpoint: node } = result as { __typename: string; webhookEndpoint: Endpoint }
          if (__typename !== 'WebhookEndpointCreatePayload') return
          cache.updateQuery<Endpoints>({ query: ENDPOINTS_QUERY }, (data) => {
            data?.webhookEndpoints.edges.unshift({ __typename: 'WebhookEndpointEdge', node })
            return data
          })
        },
      },
    },
    logger: (severity, message) => severity !== 'debug' && complaints.push(message),
  })
  const persisted = persistedExchange({
    generateHash: async (_text, document) => idsByName.get(getOperationName(document)!),
    ...{ enforcePersistedQueries: true, enableForMutation: true, enableForSubscriptions: true },
  })
  const client = new Client({
    url: signalbox.url,
    fetchOptions: { headers: signalbox.authorization(key) },
    fetch(url, init) {
      requests.push({ url: String(url), body: String(init?.body ?? '') })
      return fetch(url, init)
    },
    exchanges: [
      cache,
      ...(options.persisted ? [persisted] : []),
      subscriptionExchange({
        forwardSubscription: ({ query = '', ...request }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, ...request }, sink) }),
        }),
      }),
      fetchExchange,
    ],
  })
  return { client, requests }
}

/** The first message of a subscription that satisfies a condition. */
function firstOf<Data>(client: Client, document: string, condition: (data: Data) => boolean): Promise<Data> {
  return new Promise((resolve, reject) => {
    const { unsubscribe } = client.subscription<Data>(document, {}).subscribe(({ data, error }) => {
      if (error) reject(error)
      else if (data && condition(data)) {
        unsubscribe()
        resolve(data)
      }
    })
  })
}

describe('urql with graphcache', () => {
  test.each([
    ['forward', 'first', 'after', 'endCursor'],
    ['backward', 'last', 'before', 'startCursor'],
  ] as const)('relayPagination joins pages %s', async (direction, size, from, cursor) => {
    const { client } = createUrql(signalbox.owner.key)
    let variables = {}
    for (const count of [2, 4, 5]) {
      const { data } = await client.query<Events>(EVENTS_QUERY, { [size]: 2, ...variables })
      const known = direction === 'forward' ? signalbox.eventIds.slice(0, count) : signalbox.eventIds.slice(-count)
      expect(data?.events.edges.map(({ node }) => node.id)).toEqual(known)
      variables = { [from]: data?.events.pageInfo[cursor] }
    }
  })

  test('values without an id are read from the cache in their parents', async () => {
    const { client, requests } = createUrql(signalbox.owner.key)
    const query = `{
      viewer { id permissions { resource actions } }
      webhookEndpoints(first: 1) { nodes { id health { status } retryPolicy { maxAttempts } } }
      deliveryStats { total days { day total } }
      usage { totals { requests } series { at requests } }
    }`
    const { data } = await client.query(query, {})
    expect(data.deliveryStats.days.length).toBeGreaterThan(0)
    expect(client.readQuery(query, {})?.data).toEqual(data)
    expect(requests).toHaveLength(1)
  })

  test('a mutation updates the list that shows its endpoint, without another request', async () => {
    const { client, requests } = createUrql(signalbox.owner.key)
    await client.query(ENDPOINTS_QUERY, {})
    const input = { description: 'Renamed' }
    const { data } = await client.mutation(ENDPOINT_UPDATE, { id: signalbox.endpointId, input })
    expect(data.webhookEndpointUpdate.__typename).toBe('WebhookEndpointUpdatePayload')
    expect(client.readQuery<Endpoints>(ENDPOINTS_QUERY, {})?.data?.webhookEndpoints.edges).toMatchObject([
      { node: { id: signalbox.endpointId, description: 'Renamed' } },
    ])
    expect(requests).toHaveLength(2)
  })

  test('the payload of a mutation adds its endpoint to a list, and an error of the union adds none', async () => {
    const { client } = createUrql(signalbox.owner.key)
    await client.query(ENDPOINTS_QUERY, {})
    const create = async (url: string) => {
      const input = { url, eventTypes: ['*'], description: 'Added', enabled: false }
      const { data } = await client.mutation(ENDPOINT_CREATE, { input })
      return data.webhookEndpointCreate
    }
    expect(await create('https://127.0.0.1.invalid:0/')).toMatchObject({ code: 'VALIDATION_FAILED' })
    const { webhookEndpoint } = await create('https://receiver.example/')
    expect(client.readQuery<Endpoints>(ENDPOINTS_QUERY, {})?.data?.webhookEndpoints.edges).toMatchObject([
      { node: webhookEndpoint },
      { node: { id: signalbox.endpointId } },
    ])
    await client.mutation('mutation Delete($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', {
      id: webhookEndpoint.id,
    })
  })

  test('a subscription over graphql-ws updates the cached delivery', async () => {
    const { client, requests } = createUrql(signalbox.owner.key)
    const { id, result } = await signalbox.publishTo(() =>
      firstOf<Deliveries>(
        client,
        DELIVERIES_SUBSCRIPTION,
        ({ deliveryUpdates }) => deliveryUpdates.delivery.status === 'SUCCEEDED',
      ),
    )
    const { delivery } = result.deliveryUpdates
    expect(delivery.event.id).toBe(id)
    const query = 'query Delivery($id: ID!) { node(id: $id) { ... on Delivery { id status } } }'
    const { data } = await client.query(query, { id: delivery.id })
    expect(data.node.status).toBe('SUCCEEDED')
    expect(requests).toEqual([])
  })

  test('the id of a committed operation is enough for a restricted key', async () => {
    const { client, requests } = createUrql(signalbox.confined, { persisted: true })
    const readPage = async (after: string | null) => {
      const { data } = await client.query<PartnerEventsQuery>(operationText('PartnerEvents'), { first: 2, after })
      return data!.events
    }
    const { pageInfo } = await readPage(null)
    const { nodes } = await readPage(pageInfo.endCursor)
    expect(nodes.map(({ id }) => id)).toEqual(signalbox.eventIds.slice(0, 4))

    const [delivery] = await signalbox.owner.deliveries()
    const retry = async (id: string) => {
      const { data } = await client.mutation(operationText('PartnerRetry'), { id })
      return data.deliveryRetry
    }
    expect(await retry('dlv_absent')).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND' })
    expect(await retry(delivery!.id)).toMatchObject({ delivery: { id: delivery!.id } })
    for (const { url, body } of requests) expect(url + body).not.toMatch(/"query"|[?&]query=/)
  })

  test('a restricted key subscribes with the id of a committed operation', async () => {
    const { client } = createUrql(signalbox.confined, { persisted: true })
    const { id, result } = await signalbox.publishTo(() =>
      firstOf<Deliveries>(client, operationText('PartnerWatch'), () => true),
    )
    expect(result.deliveryUpdates.delivery.event.id).toBe(id)
  })
})
