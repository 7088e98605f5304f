import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  type GraphQLResponse,
  getPaginationMetadata,
  getPaginationVariables,
  getSingularSelector,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
  type Variables,
} from 'relay-runtime'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, type Mock, test, vi } from 'vitest'
import { type ClientApp, type Deliveries, type Endpoint, type Events, startForClients } from '../../support/clients.ts'
import { compileRelay } from '../../support/relay.ts'

const DOCUMENTS = [
  `fragment client_events on Query
  @argumentDefinitions(first: { type: "Int" }, after: { type: "String" }, last: { type: "Int" }, before: { type: "String" })
  @refetchable(queryName: "clientPageQuery") {
    events(first: $first, after: $after, last: $last, before: $before) @connection(key: "client_events") {
      edges { node { id type } }
    }
  }`,
  `query clientEventsQuery($first: Int, $last: Int) {
    ...client_events @arguments(first: $first, last: $last)
  }`,
  'fragment client_endpoint on WebhookEndpoint { id description health { status } }',
  'query clientEndpointQuery($id: ID!) { node(id: $id) { ...client_endpoint @alias(as: "endpoint") } }',
  `mutation clientUpdateMutation($id: ID!, $input: WebhookEndpointUpdateInput!) {
    webhookEndpointUpdate(id: $id, input: $input) {
      __typename
      ... on WebhookEndpointUpdatePayload { webhookEndpoint { ...client_endpoint } }
      ... on Error { code }
    }
  }`,
  'subscription clientDeliveriesSubscription { deliveryUpdates { delivery { id status event { id } } } }',
]

let signalbox: ClientApp
let compiled: Awaited<ReturnType<typeof compileRelay>>
beforeAll(async () => {
  signalbox = await startForClients()
  compiled = await compileRelay(DOCUMENTS)
  await signalbox.register(Object.values(compiled.persisted))
})
afterAll(async () => {
  await signalbox.stop()
  await compiled.remove()
})

/** Warnings of Relay: records that share an id, fields that the answer lacks. */
let warnings: Mock
beforeEach(() => {
  warnings = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  expect(warnings.mock.calls).toEqual([])
  warnings.mockRestore()
})

/** An environment whose key is restricted to the documents that the compiler made. */
function createRelay(): Environment {
  const { authorization, confined, url } = signalbox
  const socket = signalbox.socket(confined)
  const network = Network.create(
    async ({ id }, variables) => {
      const headers = { 'content-type': 'application/json', ...authorization(confined) }
      const body = JSON.stringify({ documentId: `sha256:${id}`, variables })
      return (await fetch(url, { method: 'POST', headers, body })).json()
    },
    ({ id }, variables) =>
      Observable.create<GraphQLResponse>((sink) => {
        const request = { query: '', documentId: `sha256:${id}`, variables }
        return socket.subscribe(request, sink as Parameters<typeof socket.subscribe>[1])
      }),
  )
  return new Environment({ network, store: new Store(new RecordSource()) })
}

/** Fetches a query and keeps its records. @returns its data, and a function that reads its data from the store alone */
async function load(relay: Environment, name: string, variables: Variables) {
  const operation = createOperationDescriptor(compiled.request(name), variables)
  relay.retain(operation)
  await fetchQuery(relay, compiled.request(name), variables).toPromise()
  return () => relay.lookup(operation.fragment).data as never
}

/** Reads the data of a fragment from the store. */
function readFragment<Data>(relay: Environment, name: string, parent: object): Data {
  return relay.lookup(getSingularSelector(compiled.fragment(name), parent)!).data as Data
}

function update(relay: Environment, variables: Variables): Promise<{ webhookEndpointUpdate: object }> {
  const mutation = compiled.request('clientUpdateMutation')
  return new Promise((resolve, reject) => {
    commitMutation(relay, { mutation, variables, onCompleted: (data) => resolve(data as never), onError: reject })
  })
}

describe('Relay', () => {
  test.each(['forward', 'backward'] as const)('a connection grows by pages %s', async (direction) => {
    const relay = createRelay()
    const read = await load(relay, 'clientEventsQuery', direction === 'forward' ? { first: 2 } : { last: 2 })
    const { paginationMetadata, paginationRequest } = getPaginationMetadata(compiled.fragment('client_events'), 'test')
    for (const count of [2, 4, 5]) {
      const { events } = readFragment<Events>(relay, 'client_events', read())
      const known = direction === 'forward' ? signalbox.eventIds.slice(0, count) : signalbox.eventIds.slice(-count)
      expect(events.edges.map(({ node }) => node.id)).toEqual(known)
      const { endCursor, startCursor, hasNextPage, hasPreviousPage } = events.pageInfo
      const [cursor, hasMore] = direction === 'forward' ? [endCursor, hasNextPage] : [startCursor, hasPreviousPage]
      expect(hasMore).toBe(count < 5)
      const variables = getPaginationVariables(direction, 2, cursor, {}, {}, paginationMetadata)
      if (hasMore) await fetchQuery(relay, paginationRequest, variables).toPromise()
    }
  })

  test('a mutation updates the record that a fragment shows', async () => {
    const relay = createRelay()
    const { endpointId: id } = signalbox
    const read = await load(relay, 'clientEndpointQuery', { id })
    const shown = () =>
      readFragment<Endpoint>(relay, 'client_endpoint', (read() as { node: { endpoint: object } }).node.endpoint)
    expect(shown()).toMatchObject({ id, description: '', health: { status: 'HEALTHY' } })
    const { webhookEndpointUpdate } = await update(relay, { id, input: { description: 'Renamed' } })
    expect(webhookEndpointUpdate).toMatchObject({ __typename: 'WebhookEndpointUpdatePayload' })
    expect(shown()).toMatchObject({ id, description: 'Renamed' })
  })

  test('an error of a mutation is the member of its union', async () => {
    const { webhookEndpointUpdate } = await update(createRelay(), { id: 'whep_absent', input: {} })
    expect(webhookEndpointUpdate).toEqual({ __typename: 'NotFoundError', code: 'NOT_FOUND' })
  })

  test('a subscription updates the record of its delivery', async () => {
    const relay = createRelay()
    const { id, result } = await signalbox.publishTo(
      () =>
        new Promise<Deliveries>((resolve, reject) => {
          const { dispose } = requestSubscription<{ response: Deliveries; variables: Variables }>(relay, {
            subscription: compiled.request('clientDeliveriesSubscription'),
            variables: {},
            onNext(data) {
              if (data?.deliveryUpdates.delivery.status !== 'SUCCEEDED') return
              dispose()
              resolve(data)
            },
            onError: reject,
          })
        }),
    )
    const { delivery } = result.deliveryUpdates
    expect(delivery.event.id).toBe(id)
    expect(relay.getStore().getSource().get(delivery.id)).toMatchObject({ __typename: 'Delivery', status: 'SUCCEEDED' })
  })
})
