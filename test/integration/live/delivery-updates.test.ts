import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { deliveryChannel } from '../../../src/bus/bus.ts'
import { type App, startApp, TENANT } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { isStatement } from '../../support/statements.ts'
import { subscribed, type Watch, watchEvents, watchSocket } from '../../support/watch.ts'

// Every change of status is sent live, over both transports.
let app: App
const receiver = await startReceiver()
const UPDATES = `subscription { deliveryUpdates { gap cursor delivery {
  id status version attemptCount explanation event { id type } endpoint { id url } } } }`
const STATUS = 'subscription { liveStatus { degraded } }'

beforeAll(async () => {
  app = await startApp()
})
// The server notices a closed connection with a short delay.
afterEach(() => subscribed(app, 0))
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, {
    retryPolicy: { maxAttempts: 2, backoffSeconds: [5] },
  })
  return Object.assign(tenant, { endpointId: webhookEndpoint.id })
}

const statuses = ({ messages }: Watch) => messages.map(({ deliveryUpdates }) => deliveryUpdates.delivery.status)

describe('deliveryUpdates', () => {
  test.each([
    ['WebSocket', watchSocket],
    ['SSE', watchEvents],
  ])('a subscriber over %s receives each state of a delivery in order', async (_name, watchOver) => {
    const tenant = await setUp()
    const watch = watchOver(app.url, tenant.key, UPDATES)
    await subscribed(app, 1)
    receiver.respond((_request, response) => response.writeHead(500).end())
    const eventId = await tenant.publish('a.b')
    await app.deliver()
    receiver.respond((_request, response) => response.writeHead(204).end())
    app.clock.advance(5)
    await app.deliver()
    await watch.until((messages) => messages.length === 5)
    expect(statuses(watch)).toEqual(['PENDING', 'SENDING', 'RETRYING', 'SENDING', 'SUCCEEDED'])
    expect(watch.messages.map(({ deliveryUpdates }) => deliveryUpdates.delivery.version)).toEqual([1, 2, 3, 4, 5])
    expect(watch.messages[4].deliveryUpdates).toMatchObject({
      gap: false,
      delivery: {
        attemptCount: 2,
        event: { id: eventId, type: 'a.b' },
        endpoint: { id: tenant.endpointId, url: receiver.url },
      },
    })
    watch.stop()
  })

  test('fields in the live message are resolved without a database read', async () => {
    const tenant = await setUp()
    const watch = watchSocket(app.url, tenant.key, UPDATES)
    await subscribed(app, 1)
    const at = app.clock.now().toISOString()
    const change = (version: number) => [
      ...['dlv_made_up', 'PENDING', 'SCHEDULED', 0, version, null, null, at, at],
      ...['evt_x', 'x.y', 'whep_x', 'https://x.example/'],
    ]
    // These rows do not exist, so a result can only come from the message.
    const { pool } = app.database
    const values = [tenant.organizationId, JSON.stringify([change(1), change(2)])]
    await pool.query(
      'INSERT INTO delivery_log_heads (organization_id, position, previous, started_at) VALUES ($1, 1, 0, now())',
      values.slice(0, 1),
    )
    await pool.query(
      `INSERT INTO delivery_changes (organization_id, position, previous, part, changes, created_at)
      VALUES ($1, 1, 0, 0, $2, now())`,
      values,
    )
    app.bus.publish(deliveryChannel(tenant.organizationId), [tenant.organizationId])
    await watch.until((messages) => messages.length === 2)
    expect(watch.messages[1].deliveryUpdates.delivery).toMatchObject({
      ...{
        id: 'dlv_made_up',
        version: 2,
        event: { id: 'evt_x', type: 'x.y' },
        endpoint: { url: 'https://x.example/' },
      },
    })
    watch.stop()
  })

  test('fields beyond the live message are read from the database', async () => {
    const tenant = await setUp()
    const query = 'subscription { deliveryUpdates { delivery { event { data } endpoint { timeoutSeconds } } } }'
    const watch = watchSocket(app.url, tenant.key, query)
    await subscribed(app, 1)
    await tenant.publish('a.b', { n: 1 })
    await watch.until((messages) => messages.length === 1)
    expect(watch.messages[0].deliveryUpdates.delivery).toEqual({
      event: { data: { n: 1 } },
      endpoint: { timeoutSeconds: 30 },
    })
    watch.stop()
  })

  test('a filter passes only the selected endpoint and statuses', async () => {
    const tenant = await setUp()
    const other = await tenant.createEndpoint(receiver.url)
    const query = `subscription { deliveryUpdates(filter: { endpointId: "${other.webhookEndpoint.id}", statuses: [SUCCEEDED] }) {
    delivery { status endpointId } } }`
    const watch = watchSocket(app.url, tenant.key, query)
    await subscribed(app, 1)
    await tenant.publish('a.b')
    await app.deliver()
    await tenant.publish('a.b')
    await app.deliver()
    await watch.until((messages) => messages.length === 2)
    const delivery = { status: 'SUCCEEDED', endpointId: other.webhookEndpoint.id }
    expect(watch.messages).toEqual([{ deliveryUpdates: { delivery } }, { deliveryUpdates: { delivery } }])
    watch.stop()
  })

  test.each([
    ['apiKeyRevoke', 'WebSocket', watchSocket],
    ['apiKeyRevoke', 'SSE', watchEvents],
    ['apiKeyDisable', 'WebSocket', watchSocket],
  ])('%s ends the subscriptions of the key over %s', async (mutation, _name, watchOver) => {
    const owner = await setUp()
    const watcher = await app.tenant(TENANT, owner.organizationId)
    const watch = watchOver(app.url, watcher.key, UPDATES)
    await subscribed(app, 1)
    await owner.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename } }`, { id: watcher.keyId })
    await watch.untilEnded()
    await owner.publish('a.b')
    expect(watch.messages).toEqual([])
    watch.stop()
  })

  test('a key may have 100 open subscriptions, and the next is rejected with TOO_MANY_SUBSCRIPTIONS', async () => {
    const tenant = await setUp()
    const watches = Array.from({ length: 100 }, () => watchSocket(app.url, tenant.key, STATUS))
    await Promise.all(watches.map((watch) => watch.until((messages) => messages.length === 1)))
    const refused = watchSocket(app.url, tenant.key, STATUS)
    const reason = await Promise.race([
      refused.untilEnded(),
      refused.until((messages) => messages.length > 0).then(() => refused.messages),
    ])
    expect(JSON.stringify(reason)).toContain('TOO_MANY_SUBSCRIPTIONS')
    for (const watch of [...watches, refused]) watch.stop()
  })

  test('a subscription without permission is rejected', async () => {
    const tenant = await app.tenant({ events: ['read'] })
    const watch = watchSocket(app.url, tenant.key, UPDATES)
    const reason = await Promise.race([
      watch.untilEnded(),
      watch.until((messages) => messages.length > 0).then(() => watch.messages),
    ])
    expect(JSON.stringify(reason)).toContain('FORBIDDEN')
    watch.stop()
  })

  test('a subscription that fails to read ends with an error and frees its slot', async () => {
    const tenant = await setUp()
    const watch = watchSocket(app.url, tenant.key, UPDATES)
    await subscribed(app, 1)
    const { pool } = app.database
    const query = pool.query.bind(pool)
    const failing = vi.spyOn(pool, 'query').mockImplementation(((...args: Parameters<typeof query>) => {
      const isRead = isStatement(args[0], 'FROM delivery_changes')
      return isRead ? Promise.reject(new Error('the database went away')) : query(...args)
    }) as never)
    await tenant.publish('a.b')
    const reason = await watch.untilEnded()
    failing.mockRestore()
    expect(JSON.stringify(reason)).toContain('INTERNAL')
    expect(app.services.subscriptions.count()).toBe(0)
  })
})
