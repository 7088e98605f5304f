import { type Client, type ClientOptions, createClient, NetworkError } from 'graphql-sse'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partnerEvents, partnerRetry, partnerWatch } from '../../../examples/partner/operations.ts'
import {
  type ClientApp,
  DELIVERIES_SUBSCRIPTION,
  type Deliveries,
  EVENTS_QUERY,
  type Events,
  startForClients,
} from '../../support/clients.ts'

let signalbox: ClientApp
const clients: Client[] = []
beforeAll(async () => {
  signalbox = await startForClients()
})
afterAll(async () => {
  for (const client of clients) client.dispose()
  await signalbox.stop()
})

/** A client in distinct connections mode: one request for each operation. */
function createSse(key: string, options: Partial<ClientOptions> = {}) {
  const client = createClient({
    url: signalbox.url,
    headers: signalbox.authorization(key),
    retryAttempts: 0,
    ...options,
  } as ClientOptions)
  clients.push(client)
  return client
}

/** A request of a committed operation; the client sends its parameters as they are. */
const persisted = ({ documentId }: { documentId: string }, variables = {}) => ({ documentId, variables }) as never

/** The messages of an operation up to the first that satisfies a condition. */
async function collect<Data>(
  client: Client,
  request: { query: string; variables?: object },
  isLast = (_data: Data) => false,
) {
  const messages: Data[] = []
  for await (const { data, errors } of client.iterate<Data>(request as never)) {
    if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join())
    messages.push(data!)
    if (isLast(data!)) break
  }
  return messages
}

describe('graphql-sse', () => {
  test('a query is one message, forward and backward through pages', async () => {
    const client = createSse(signalbox.owner.key)
    const read = async (variables: object) => {
      const messages = await collect<Events>(client, { query: EVENTS_QUERY, variables })
      expect(messages).toHaveLength(1)
      return messages[0]!.events
    }
    const idsOf = ({ edges }: Events['events']) => edges.map(({ node }) => node.id)
    const first = await read({ first: 2 })
    const second = await read({ first: 2, after: first.pageInfo.endCursor })
    expect([...idsOf(first), ...idsOf(second)]).toEqual(signalbox.eventIds.slice(0, 4))
    expect(idsOf(await read({ last: 2, before: second.pageInfo.startCursor }))).toEqual(idsOf(first))
  })

  test('a subscription sends each change of a delivery', async () => {
    const client = createSse(signalbox.owner.key)
    const { id, result } = await signalbox.publishTo(() =>
      collect<Deliveries>(
        client,
        { query: DELIVERIES_SUBSCRIPTION },
        ({ deliveryUpdates }) => deliveryUpdates.delivery.status === 'SUCCEEDED',
      ),
    )
    expect(result.map(({ deliveryUpdates }) => deliveryUpdates.delivery.event.id)).toEqual(result.map(() => id))
    expect(result.map(({ deliveryUpdates }) => deliveryUpdates.delivery.status).at(0)).toBe('PENDING')
  })

  test('a restricted key sends committed operations of each kind', async () => {
    const client = createSse(signalbox.confined)
    expect(await collect(client, persisted(partnerEvents, { first: 1 }))).toMatchObject([
      { events: { nodes: [{ id: signalbox.eventIds[0] }] } },
    ])
    expect(await collect(client, persisted(partnerRetry, { id: 'dlv_absent' }))).toMatchObject([
      { deliveryRetry: { __typename: 'NotFoundError', code: 'NOT_FOUND' } },
    ])
    const { id, result } = await signalbox.publishTo(() =>
      collect<Deliveries>(client, persisted(partnerWatch), () => true),
    )
    expect(result).toMatchObject([{ deliveryUpdates: { delivery: { event: { id } } } }])
  })

  test('a refused key ends the operation with the status of the answer', async () => {
    const client = createSse('sb_live_unknown')
    const failed = await collect(client, { query: DELIVERIES_SUBSCRIPTION }).catch((error) => error)
    expect(failed).toBeInstanceOf(NetworkError)
    expect(failed.response.status).toBe(401)
  })
})
