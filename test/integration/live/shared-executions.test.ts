import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { type App, startApp, TENANT } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { subscribed, type Watch, watchEvents, watchSocket } from '../../support/watch.ts'

// Subscribers with the same document, variables, organization and permissions share the execution of a message.
let app: App
const receiver = await startReceiver()
/** `publicKeys` is resolved by one call of the domain, which the tests count. */
const QUERY = 'subscription { deliveryUpdates { cursor gap delivery { id version endpoint { publicKeys } } } }'

const stops: (() => void)[] = []
const open = (key: string, query: string, over = watchSocket) => {
  const watch = over(app.url, key, query)
  stops.push(watch.stop)
  return watch
}

beforeAll(async () => {
  app = await startApp()
})
// The server notices a closed connection with a short delay.
afterEach(async () => {
  vi.restoreAllMocks()
  for (const stop of stops.splice(0)) stop()
  await subscribed(app, 0)
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(receiver.url)
  return tenant
}

const versions = ({ messages }: Watch) => messages.map(({ deliveryUpdates }) => deliveryUpdates.delivery.version)

describe('shared executions of deliveryUpdates', () => {
  test('subscribers of two keys with the same permissions share each execution, over WebSocket and SSE', async () => {
    const tenant = await setUp()
    const other = await app.tenant(TENANT, tenant.organizationId)
    const calls = vi.spyOn(app.services.endpointSecrets, 'publicKeys')
    const watches = [open(tenant.key, QUERY), open(other.key, QUERY), open(other.key, QUERY, watchEvents)]
    await subscribed(app, 3)
    await tenant.publish('a.b')
    await app.deliver()
    await Promise.all(watches.map((watch) => watch.until((messages) => messages.length === 3)))
    const [first, ...more] = watches
    for (const watch of more) expect(watch.messages).toEqual(first!.messages)
    expect(calls).toHaveBeenCalledTimes(3)
  })

  test('a subscriber without events:read gets no event from a subscriber with events:read', async () => {
    const tenant = await setUp()
    const { events: _, ...permissions } = TENANT
    const lacking = await Promise.all([1, 2].map(() => app.tenant(permissions, tenant.organizationId)))
    const query = 'subscription { deliveryUpdates { delivery { id event { id type data } } } }'
    const watch = open(tenant.key, query)
    const refused = lacking.map(({ key }) => open(key, query))
    await subscribed(app, 3)
    const eventId = await tenant.publish('a.b', { n: 1 })
    await Promise.all([watch, ...refused].map((one) => one.until((messages) => messages.length === 1)))
    expect(watch.messages[0].deliveryUpdates.delivery.event).toEqual({ id: eventId, type: 'a.b', data: { n: 1 } })
    for (const { messages } of refused) {
      expect(messages[0]).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
      expect(JSON.stringify(messages)).not.toContain(eventId)
    }
    const actors = async () => {
      const query = '{ auditEntries { nodes { actor { principalId } field } } }'
      const { nodes } = await tenant.ask(query)
      return nodes.filter(({ field }: { field: string | null }) => field === 'Delivery.event')
    }
    await vi.waitFor(async () =>
      expect((await actors()).map(({ actor }: { actor: { principalId: string } }) => actor.principalId).sort()).toEqual(
        lacking.map(({ keyId }) => keyId).sort(),
      ),
    )
  })

  test('the second subscriber goes on when the first leaves during a shared execution', async () => {
    const tenant = await setUp()
    const release = Promise.withResolvers<string[]>()
    const calls = vi.spyOn(app.services.endpointSecrets, 'publicKeys').mockReturnValueOnce(release.promise)
    const first = open(tenant.key, QUERY)
    await subscribed(app, 1)
    const second = open(tenant.key, QUERY)
    await subscribed(app, 2)
    await tenant.publish('a.b')
    await vi.waitFor(() => expect(calls).toHaveBeenCalledTimes(1))
    first.stop()
    await subscribed(app, 1)
    release.resolve([])
    await second.until((messages) => messages.length === 1)
    await app.deliver()
    await second.until((messages) => messages.length === 3)
    expect(versions(second)).toEqual([1, 2, 3])
    expect(first.messages).toEqual([])
  })

  test('a subscriber that resumes after the same cursor gets the messages from that cursor on', async () => {
    const tenant = await setUp()
    const first = open(tenant.key, QUERY)
    await subscribed(app, 1)
    await tenant.publish('a.b')
    await first.until((messages) => messages.length === 1)
    const query = QUERY.replace(
      'deliveryUpdates',
      `deliveryUpdates(after: "${first.messages[0].deliveryUpdates.cursor}")`,
    )
    const early = open(tenant.key, query)
    await subscribed(app, 2)
    await app.deliver()
    await early.until((messages) => messages.length === 2)
    const late = open(tenant.key, query)
    await late.until((messages) => messages.length === 2)
    expect(late.messages).toEqual(early.messages)
    expect(versions(late)).toEqual([2, 3])
  })

  test('a slow subscriber holds up no other, and receives every message in order once it reads on', async () => {
    const tenant = await setUp()
    const query = 'subscription { deliveryUpdates { cursor gap delivery { id event { body } } } }'
    const slow = await openPaused(tenant.key, query)
    await subscribed(app, 1)
    const watch = open(tenant.key, query)
    await subscribed(app, 2)
    const data = 'x'.repeat(16_000)
    await tenant.publishMany(Array.from({ length: 500 }, () => ({ type: 'a.b', data })))
    await watch.until((messages) => messages.length === 500)
    expect(slow.received.length).toBe(0)
    slow.socket.resume()
    await vi.waitFor(() => expect(slow.received.length).toBe(500), { timeout: 20_000 })
    const cursors = (messages: unknown[]) =>
      messages.map((message) => (message as Watch['messages'][number]).deliveryUpdates.cursor)
    expect(cursors(slow.received)).toEqual(cursors(watch.messages))
  })
})

/** A subscriber over WebSocket that reads nothing after its subscription started. */
async function openPaused(key: string, query: string) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  stops.push(() => socket.terminate())
  const received: unknown[] = []
  const acknowledged = Promise.withResolvers<void>()
  socket.on('message', (text) => {
    const { type, payload } = JSON.parse(String(text))
    if (type === 'connection_ack') acknowledged.resolve()
    if (type === 'next') received.push(payload.data)
  })
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }))
  await acknowledged.promise
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }), () => socket.pause())
  return { socket, received }
}
