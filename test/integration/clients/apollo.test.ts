import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { filter, firstValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PartnerEventsQuery, PartnerRetryMutation } from '../../../examples/partner/operations.ts'
import {
  type ClientApp,
  DELIVERIES_SUBSCRIPTION,
  type Deliveries,
  ENDPOINT_UPDATE,
  ENDPOINTS_QUERY,
  EVENTS_QUERY,
  type Events,
  operationText,
  startForClients,
} from '../../support/clients.ts'

const possibleTypes = JSON.parse(readFileSync('persisted-operations/possible-types.json', 'utf8'))
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

let signalbox: ClientApp
beforeAll(async () => {
  signalbox = await startForClients()
})
afterAll(() => signalbox.stop())

/** A client as a front end sets it up, with the bodies of its HTTP requests. */
function createApollo(key: string, ...links: ApolloLink[]) {
  const bodies: string[] = []
  const http = new HttpLink({
    uri: signalbox.url,
    headers: signalbox.authorization(key),
    fetch(url, options) {
      bodies.push(String(options?.body))
      return fetch(url, options)
    },
  })
  const link = ApolloLink.from([
    ...links,
    ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(signalbox.socket(key)),
      http,
    ),
  ])
  const cache = new InMemoryCache({
    possibleTypes,
    typePolicies: { Query: { fields: { events: relayStylePagination() } } },
  })
  return { client: new ApolloClient({ cache, link }), bodies }
}

const idsOf = (data: Events | null) => data?.events.edges.map(({ node }) => node.id)

describe('Apollo Client', () => {
  test('relayStylePagination joins pages forward and backward', async () => {
    const { eventIds, owner } = signalbox
    for (const [first, next, end] of [
      ['first', 'after', 'endCursor'],
      ['last', 'before', 'startCursor'],
    ] as const) {
      const { client } = createApollo(owner.key)
      const query = client.watchQuery<Events>({ query: gql(EVENTS_QUERY), variables: { [first]: 2 } })
      let { data } = await query.fetchMore({ variables: {} })
      for (const count of [4, 5]) {
        ;({ data } = await query.fetchMore({ variables: { [next]: data?.events.pageInfo[end] } }))
        expect(data?.events.edges).toHaveLength(count === 5 ? 1 : 2)
        const known = first === 'first' ? eventIds.slice(0, count) : eventIds.slice(-count)
        expect(idsOf(client.readQuery({ query: gql(EVENTS_QUERY) }))).toEqual(known)
      }
    }
  })

  test('a mutation updates the list that shows its endpoint, without another request', async () => {
    const { client, bodies } = createApollo(signalbox.owner.key)
    await client.query({ query: gql(ENDPOINTS_QUERY) })
    const variables = { id: signalbox.endpointId, input: { description: 'Renamed' } }
    const { data } = await client.mutate({ mutation: gql(ENDPOINT_UPDATE), variables })
    expect(data).toMatchObject({ webhookEndpointUpdate: { __typename: 'WebhookEndpointUpdatePayload' } })
    expect(client.readQuery({ query: gql(ENDPOINTS_QUERY) })).toMatchObject({
      webhookEndpoints: { edges: [{ node: { id: signalbox.endpointId, description: 'Renamed' } }] },
    })
    expect(bodies).toHaveLength(2)
  })

  test('a member of a union is read from the cache by a fragment on its interface', async () => {
    const { client } = createApollo(signalbox.owner.key)
    const query = gql`query Preview($id: ID!) {
      replayPreview(input: { endpointId: $id }) {
        ... on ReplayPreviewPayload { count }
        ... on Error { code }
      }
    }`
    const preview = async (id: string) => {
      await client.query({ query, variables: { id } })
      return client.readQuery<{ replayPreview: object }>({ query, variables: { id } })?.replayPreview
    }
    expect(await preview('whep_absent')).toEqual({ __typename: 'NotFoundError', code: 'NOT_FOUND' })
    expect(await preview(signalbox.endpointId)).toEqual({
      __typename: 'ReplayPreviewPayload',
      count: expect.any(Number),
    })
  })

  test('a subscription over graphql-ws updates the cached delivery', async () => {
    const { client } = createApollo(signalbox.owner.key)
    const { id, result } = await signalbox.publishTo(() =>
      firstValueFrom(
        client
          .subscribe<Deliveries>({ query: gql(DELIVERIES_SUBSCRIPTION) })
          .pipe(filter(({ data }) => data?.deliveryUpdates.delivery.status === 'SUCCEEDED')),
      ),
    )
    const delivery = result.data!.deliveryUpdates.delivery
    expect(delivery.event.id).toBe(id)
    const fragment = gql('fragment Status on Delivery { status }')
    const cached = { id: client.cache.identify({ ...delivery })!, fragment }
    expect(client.readFragment(cached)).toMatchObject({ status: 'SUCCEEDED' })
  })

  test('the hash of a committed operation is enough for a restricted key', async () => {
    const { client, bodies } = createApollo(signalbox.confined, new PersistedQueryLink({ sha256 }))
    const { data } = await client.query<PartnerEventsQuery>({
      query: gql(operationText('PartnerEvents')),
      variables: { first: 2 },
    })
    expect(data?.events.nodes.map(({ id }) => id)).toEqual(signalbox.eventIds.slice(0, 2))
    const next = await client.query<PartnerEventsQuery>({
      query: gql(operationText('PartnerEvents')),
      variables: { first: 2, after: data?.events.pageInfo.endCursor },
      fetchPolicy: 'network-only',
    })
    expect(next.data?.events.nodes.map(({ id }) => id)).toEqual(signalbox.eventIds.slice(2, 4))

    const [delivery] = await signalbox.owner.deliveries()
    const retry = (id: string) =>
      client.mutate<PartnerRetryMutation>({ mutation: gql(operationText('PartnerRetry')), variables: { id } })
    expect((await retry('dlv_absent')).data?.deliveryRetry).toMatchObject({ __typename: 'NotFoundError' })
    expect((await retry(delivery!.id)).data?.deliveryRetry).toMatchObject({ __typename: 'DeliveryRetryPayload' })
    expect(bodies.filter((body) => 'query' in JSON.parse(body))).toEqual([])
  })

  test('a restricted key subscribes with a committed operation', async () => {
    const { client } = createApollo(signalbox.confined, new PersistedQueryLink({ sha256 }))
    const { id, result } = await signalbox.publishTo(() =>
      firstValueFrom(client.subscribe({ query: gql(operationText('PartnerWatch')) })),
    )
    expect(result.data).toMatchObject({ deliveryUpdates: { delivery: { event: { id } } } })
  })
})
