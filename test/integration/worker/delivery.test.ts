import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

// The life of a delivery from publish to its final status, on a test clock.
let app: App
let receiver: Receiver
let tenant: Client

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.stop())

async function setUp(endpoint: Record<string, unknown> = {}): Promise<string> {
  tenant = await app.tenant()
  await tenant.createType('invoice.paid')
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, endpoint)
  return webhookEndpoint.id
}

const answer = (status: number, headers: Record<string, string> = {}) =>
  receiver.respond((_request, response) => response.writeHead(status, headers).end('answer'))

describe('delivery', () => {
  test('a published event reaches the receiver as the stored bytes and becomes SUCCEEDED with its attempt', async () => {
    await setUp({ headers: [{ name: 'X-Team', value: 'billing' }] })
    const eventId = await tenant.publish('invoice.paid', { z: 1, a: [true, null, 'ü'], nested: { b: 2, a: 1 } })
    await app.deliver()

    const [request] = receiver.requests
    const { body } = await tenant.ask('query ($id: ID!) { node(id: $id) { ... on Event { body } } }', { id: eventId })
    expect(request?.body.toString()).toBe(body)
    expect(body).toContain('"data":{"z":1,"a":[true,null,"ü"],"nested":{"b":2,"a":1}},"previous":null,"metadata":null}')
    expect(Object.keys(JSON.parse(body))).toEqual([
      'id',
      'type',
      'timestamp',
      'organizationId',
      'data',
      'previous',
      'metadata',
    ])
    expect(request?.method).toBe('POST')
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': eventId,
      'webhook-timestamp': String(app.clock.now().getTime() / 1000),
      'x-team': 'billing',
    })
    expect(await tenant.deliveries()).toMatchObject([
      {
        status: 'SUCCEEDED',
        attemptCount: 1,
        nextAttemptAt: null,
        explanation: `127.0.0.1:${receiver.port} accepted with 204.`,
        attempts: [{ number: 1, trigger: 'SCHEDULED', statusCode: 204, errorCode: null }],
      },
    ])
  })

  test('a failed delivery is retried on schedule with the same id and bytes until the attempts are used up', async () => {
    await setUp({ retryPolicy: { preset: 'DEFAULT' } })
    answer(500)
    const eventId = await tenant.publish('invoice.paid')
    await app.deliver()
    expect((await tenant.deliveries())[0]).toMatchObject({
      status: 'RETRYING',
      explanation: expect.stringMatching(
        /^127.0.0.1:\d+ answered 500 Internal Server Error: check the receiver's logs. Attempt 1 of 3; the next is due at 2026-03-01 1\d:\d\d:\d\d UTC.$/,
      ),
      nextAttemptAt: new Date(app.clock.now().getTime() + 60_000).toISOString(),
    })

    app.clock.advance(59)
    await app.deliver()
    expect(receiver.requests).toHaveLength(1)
    app.clock.advance(1)
    await app.deliver()
    expect(receiver.requests).toHaveLength(2)
    app.clock.advance(300)
    await app.deliver()
    app.clock.advance(100_000)
    await app.deliver()

    expect(receiver.requests.map((request) => request.eventId)).toEqual([eventId, eventId, eventId])
    expect(new Set(receiver.requests.map((request) => request.body.toString())).size).toBe(1)
    expect(new Set(receiver.requests.map((request) => request.headers['webhook-timestamp'])).size).toBe(3)
    const [delivery] = await tenant.deliveries()
    expect(delivery).toMatchObject({ status: 'DEAD', attemptCount: 3, nextAttemptAt: null })
    expect(delivery?.explanation).toContain('All 3 attempts are used up.')
    expect(
      delivery?.attempts.map(({ number, statusCode, errorCode, responseBody }) => [
        number,
        statusCode,
        errorCode,
        responseBody,
      ]),
    ).toEqual([
      [1, 500, 'HTTP_SERVER_ERROR', 'answer'],
      [2, 500, 'HTTP_SERVER_ERROR', 'answer'],
      [3, 500, 'HTTP_SERVER_ERROR', 'answer'],
    ])
  })

  test.each([
    [429, '90', 90],
    [503, '90', 90],
    [429, '10', 60],
    [503, 'Sun, 01 Mar 2099 12:00:00 GMT', 24 * 3600],
    [500, '90', 60],
  ])('a response of %i with Retry-After "%s" delays the retry by %i s', async (status, retryAfter, wait) => {
    await setUp({ retryPolicy: { maxAttempts: 2, backoffSeconds: [60] } })
    answer(status, { 'retry-after': retryAfter })
    await tenant.publish('invoice.paid')
    await app.deliver()
    const due = new Date(app.clock.now().getTime() + wait * 1000).toISOString()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'RETRYING', nextAttemptAt: due }])
  })

  test('a 410 response disables the endpoint, holds its deliveries and is recorded in the audit trail', async () => {
    const endpointId = await setUp()
    answer(410)
    await tenant.publish('invoice.paid')
    await app.deliver()
    app.clock.advance(1)
    await tenant.publish('invoice.paid')
    await app.deliver()
    expect(receiver.requests).toHaveLength(1)
    const gone = `${new URL(receiver.url).host} answered 410 Gone: the receiver wants no more webhooks.`
    expect(await tenant.deliveries()).toMatchObject([
      { status: 'HELD', attemptCount: 1, explanation: `${gone} The endpoint was disabled.` },
      { status: 'HELD', attemptCount: 0 },
    ])
    const { nodes } = await tenant.ask('{ auditEntries(first: 1) { nodes { actor { name } action resource } } }')
    expect(nodes).toEqual([{ actor: { name: 'Signalbox' }, action: 'WEBHOOK_ENDPOINT_DISABLE', resource: endpointId }])
    answer(204)
    await tenant.ask('mutation ($id: ID!) { webhookEndpointEnable(id: $id) { __typename } }', { id: endpointId })
    await app.deliver()
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })

  test('deliveries to a disabled endpoint are HELD, and CANCELED when the endpoint is enabled with CANCEL', async () => {
    const endpointId = await setUp({ enabled: false })
    await tenant.publish('invoice.paid')
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'HELD', attemptCount: 0 }])
    const enable =
      'mutation ($id: ID!, $held: HeldDeliveries) { webhookEndpointEnable(id: $id, heldDeliveries: $held) { __typename } }'
    await tenant.ask(enable, { id: endpointId, held: 'CANCEL' })
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'CANCELED' }])
    expect(receiver.requests).toHaveLength(0)
  })

  test('a delivery that waits for a retry is held when its endpoint is disabled', async () => {
    const endpointId = await setUp()
    answer(500)
    await tenant.publish('invoice.paid')
    await app.deliver()
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', { id: endpointId })
    expect(await tenant.deliveries()).toMatchObject([{ status: 'HELD', nextAttemptAt: null }])
    app.clock.advance(1_000)
    await app.deliver()
    expect(receiver.requests).toHaveLength(1)
  })

  test('a delivery older than the maximum age becomes EXPIRED, and can be retried manually', async () => {
    await setUp({ maxAgeSeconds: 60, retryPolicy: { maxAttempts: 5, backoffSeconds: [120] } })
    answer(500)
    await tenant.publish('invoice.paid')
    await app.deliver()
    app.clock.advance(120)
    await app.deliver()
    const [expired] = await tenant.deliveries()
    expect(expired).toMatchObject({ status: 'EXPIRED', attemptCount: 1 })
    answer(204)
    await tenant.ask('mutation ($id: ID!) { deliveryRetry(id: $id) { __typename } }', { id: expired?.id })
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SUCCEEDED', attempts: [{}, { trigger: 'MANUAL' }] }])
  })

  test('a manual retry is sent at once and does not count against the retry schedule', async () => {
    await setUp({ retryPolicy: { maxAttempts: 2, backoffSeconds: [60] } })
    answer(500)
    await tenant.publish('invoice.paid')
    await app.deliver()
    const [{ id } = { id: '' }] = await tenant.deliveries()
    await tenant.ask('mutation ($id: ID!) { deliveryRetry(id: $id) { __typename } }', { id })
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'RETRYING', attemptCount: 2 }])
    app.clock.advance(60)
    await app.deliver()
    const [delivery] = await tenant.deliveries()
    expect(delivery).toMatchObject({ status: 'DEAD', attemptCount: 3 })
    expect(delivery?.attempts.map(({ trigger }) => trigger)).toEqual(['SCHEDULED', 'MANUAL', 'SCHEDULED'])
  })

  test('a retry or cancel that is not possible is rejected with advice', async () => {
    const endpointId = await setUp()
    await tenant.publish('invoice.paid')
    const [{ id } = { id: '' }] = await tenant.deliveries()
    const call = (field: string) =>
      tenant.ask(`mutation ($id: ID!) { ${field}(id: $id) { __typename ... on Error { code message } } }`, { id })
    await expect(call('deliveryRetry')).rejects.toThrow(
      'DELIVERY_IN_PROGRESS: The delivery is PENDING and will be sent anyway.',
    )
    await app.deliver()
    await expect(call('deliveryCancel')).rejects.toThrow('DELIVERY_FINISHED')
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', { id: endpointId })
    await expect(call('deliveryRetry')).rejects.toThrow('ENDPOINT_DISABLED')
  })

  test('a canceled delivery is not sent', async () => {
    await setUp()
    await tenant.publish('invoice.paid')
    const [{ id } = { id: '' }] = await tenant.deliveries()
    await tenant.ask('mutation ($id: ID!) { deliveryCancel(id: $id) { __typename } }', { id })
    await app.deliver()
    expect(receiver.requests).toHaveLength(0)
    expect(await tenant.deliveries()).toMatchObject([{ status: 'CANCELED' }])
  })

  test('a delivery that is canceled in flight records its attempt and stays CANCELED', async () => {
    await setUp()
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(204).end()))
    await tenant.publish('invoice.paid')
    const sent = app.deliver()
    const release = await arrived
    const [{ id } = { id: '' }] = await tenant.deliveries()
    await tenant.ask('mutation ($id: ID!) { deliveryCancel(id: $id) { __typename } }', { id })
    release()
    await sent
    expect(await tenant.deliveries()).toMatchObject([
      { status: 'CANCELED', attemptCount: 1, attempts: [{ statusCode: 204 }] },
    ])
  })

  test('deleting an endpoint cancels its pending deliveries, and past deliveries keep the endpoint id', async () => {
    const endpointId = await setUp()
    answer(500)
    await tenant.publish('invoice.paid')
    await app.deliver()
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', { id: endpointId })
    app.clock.advance(60)
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'CANCELED', endpointId }])
    expect(await tenant.ask('{ webhookEndpoints { nodes { id } } }')).toEqual({ nodes: [] })
  })

  test('a test event reaches a disabled endpoint, has the trigger TEST and is not retried', async () => {
    const endpointId = await setUp({ enabled: false, eventTypes: ['something.else'] })
    answer(500)
    await tenant.ask(
      'mutation ($id: ID!) { webhookEndpointTest(id: $id) { ... on WebhookEndpointTestPayload { event { id } } } }',
      { id: endpointId },
    )
    await app.deliver()
    expect(JSON.parse(receiver.requests[0]?.body.toString() ?? '')).toMatchObject({ type: 'webhook.test' })
    expect(await tenant.deliveries()).toMatchObject([
      { status: 'DEAD', attempts: [{ trigger: 'TEST', statusCode: 500 }] },
    ])
  })

  test('an event is delivered only to endpoints with a matching subscription filter', async () => {
    tenant = await app.tenant()
    for (const type of ['invoice.paid', 'invoice.line.added', 'order.made']) await tenant.createType(type)
    for (const [name, eventTypes] of Object.entries({
      all: ['*'],
      prefix: ['invoice.*'],
      deep: ['invoice.line.*'],
      exact: ['invoice.paid', 'x.y'],
    }))
      await tenant.createEndpoint(`http://127.0.0.1:${receiver.port}/${name}`, { eventTypes })
    for (const type of ['invoice.paid', 'invoice.line.added', 'order.made']) await tenant.publish(type)
    await app.deliver()
    const got = receiver.requests.map(({ path, body }) => `${path} ${JSON.parse(body.toString()).type}`).sort()
    expect(got).toEqual([
      '/all invoice.line.added',
      '/all invoice.paid',
      '/all order.made',
      '/deep invoice.line.added',
      '/exact invoice.paid',
      '/prefix invoice.line.added',
      '/prefix invoice.paid',
    ])
  })
})
