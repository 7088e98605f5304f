import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const TEST = `mutation ($id: ID!, $type: String) { webhookEndpointTest(id: $id, type: $type) {
  ... on WebhookEndpointTestPayload { event { id type } delivery { id } }
  ... on Error { code message } ... on ValidationError { issues { path message } } } }`

describe('test event of an event type', () => {
  test('has the name and the example of the type, without its sensitive fields, and is marked as a test', async () => {
    const tenant = await app.tenant()
    await tenant.createType('user.created', { example: { id: 'u1', password: 'x', age: 1.5 } })
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { eventTypes: ['a.b'] })
    const { event } = await tenant.ask(TEST, { id: webhookEndpoint.id, type: 'user.created' })
    await app.deliver()
    const body = JSON.parse(receiver.requests.at(-1)!.body.toString())
    expect(body).toMatchObject({ type: 'user.created', data: { id: 'u1', age: 1.5 }, metadata: { test: true } })
    expect(body.data).not.toHaveProperty('password')
    // The stored event stays a test, so that no replay sends it to another endpoint.
    expect(event.type).toBe('webhook.test')
  })

  test('is refused for an unknown type, and for one without an example', async () => {
    const tenant = await app.tenant()
    await tenant.createType('user.created')
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    for (const [type, message] of [
      ['user.created', /has no example/],
      ['user.gone', /is no event type/],
    ] as const) {
      const { data } = await tenant.request(TEST, { id: webhookEndpoint.id, type })
      expect(data.webhookEndpointTest.issues).toEqual([{ path: 'type', message: expect.stringMatching(message) }])
    }
  })

  test('does not read the types of another organization', async () => {
    const [tenant, other] = [await app.tenant(), await app.tenant()]
    await other.createType('theirs.only', { example: { secretOfTheirs: 1 } })
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    const { data } = await tenant.request(TEST, { id: webhookEndpoint.id, type: 'theirs.only' })
    expect(data.webhookEndpointTest.code).toBe('VALIDATION_FAILED')
  })
})
