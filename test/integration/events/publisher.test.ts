import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('order.made')
})
afterAll(() => app.stop())

describe('publisher of an event', () => {
  const publisherOf = (id: string) =>
    tenant.ask(
      `query ($id: ID!) { node(id: $id) { ... on Event { requestId publishedBy { __typename principalId name } } } }`,
      { id },
    )

  test('an event names the key and the request that published it, also when it is read later or published again', async () => {
    const { apiKey, secret } = await tenant.createKey({ events: ['read', 'write'] }, { name: 'Shop' })
    const publish = async (requestId: string) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': secret, 'x-request-id': requestId },
        body: JSON.stringify({
          query: `mutation { eventPublish(input: { type: "order.made", data: {}, idempotencyKey: "published" }) {
            ... on EventPublishPayload { event { id requestId publishedBy { __typename principalId name } } } } }`,
        }),
      })
      return (await response.json()).data.eventPublish.event
    }
    const { id, ...publisher } = await publish('request-1')
    const actor = { __typename: 'ApiKeyActor', principalId: apiKey.id, name: 'Shop' }
    expect(publisher).toEqual({ requestId: 'request-1', publishedBy: actor })
    expect(await publish('request-2')).toEqual({ id, ...publisher })
    await tenant.ask(`mutation ($id: ID!) { apiKeyUpdate(id: $id, input: { name: "Renamed" }) { __typename } }`, {
      id: apiKey.id,
    })
    expect(await publisherOf(id)).toEqual(publisher)
  })

  test('events of a list and test events name their publisher', async () => {
    const { keyId } = tenant
    const [id] = await tenant.publishMany([{ type: 'order.made', data: {} }])
    expect((await publisherOf(id!)).publishedBy.principalId).toBe(keyId)
    const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/', { eventTypes: ['a.b'] })
    const { event, delivery } = await tenant.ask(
      `mutation ($id: ID!) { webhookEndpointTest(id: $id) {
        ... on WebhookEndpointTestPayload { event { id requestId publishedBy { principalId } } delivery { id } } } }`,
      { id: webhookEndpoint.id },
    )
    expect(event).toMatchObject({ requestId: expect.stringMatching(/./), publishedBy: { principalId: keyId } })
    const { rows } = await app.database.pool.query('SELECT published_by FROM delivery_index WHERE id = $1', [
      delivery.id,
    ])
    expect(rows).toEqual([{ published_by: keyId }])
  })

  test('an event of an earlier version has no publisher', async () => {
    const id = await tenant.publish('order.made')
    await app.database.pool.query(
      'UPDATE events SET published_by = NULL, published_by_name = NULL, request_id = NULL WHERE id = $1',
      [id],
    )
    expect(await publisherOf(id)).toEqual({ requestId: null, publishedBy: null })
  })
})
