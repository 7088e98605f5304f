import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { subscribed, watchSocket } from '../../support/watch.ts'

let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.stop()
  await app.stop()
})

const WITH_ENDPOINT = '... on Error { code message } __typename'

/** An organization with two endpoints, of which one has the external id `erp-7`. */
async function start() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { externalId: 'erp-7' })
  const other = await tenant.createEndpoint(receiver.url)
  return { tenant, id: webhookEndpoint.id, otherId: other.webhookEndpoint.id }
}

const change = (client: Client, verb: string, id: string, more = '') =>
  client.ask(
    `mutation ($id: ID!) { webhookEndpoint${verb}(id: $id${more}) { ${WITH_ENDPOINT}
    ... on WebhookEndpoint${verb}Payload { ${verb === 'Test' ? 'event { id }' : 'webhookEndpoint { id externalId enabled }'} } } }`,
    { id },
  )

describe('external id of an endpoint', () => {
  test('every mutation of an endpoint accepts it in place of the id', async () => {
    const { tenant, id } = await start()
    for (const [verb, more] of [
      ['Update', ', input: { description: "new" }'],
      ['Disable', ''],
      ['Enable', ''],
      ['RotateSecret', ''],
      ['Delete', ''],
    ] as const)
      expect((await change(tenant, verb, 'erp-7', more)).webhookEndpoint).toMatchObject({ id, externalId: 'erp-7' })
    await expect(change(tenant, 'Delete', 'erp-7')).rejects.toThrow(
      'NOT_FOUND: There is no webhook endpoint with the id erp-7 in this organization.',
    )
  })

  test('filters, statistics, tests and replays accept it in place of the id', async () => {
    const { tenant, id, otherId } = await start()
    const { event } = await change(tenant, 'Test', 'erp-7')
    await tenant.publish('a.b')
    await app.deliver()
    const deliveriesOf = async (endpointId: string) => {
      const { nodes } = await tenant.ask(
        'query ($id: ID!) { deliveries(filter: { endpointId: $id }) { nodes { endpointId eventId } } }',
        { id: endpointId },
      )
      return nodes as { endpointId: string; eventId: string }[]
    }
    const found = await deliveriesOf('erp-7')
    expect(found.map(({ endpointId }) => endpointId)).toEqual([id, id])
    expect(found.map(({ eventId }) => eventId)).toContain(event.id)
    expect(found).toEqual(await deliveriesOf(id))
    expect(await deliveriesOf('erp-none')).toEqual([])
    const totalOf = async (endpointId: string) =>
      (
        await tenant.ask('query ($id: ID!) { deliveryStats(filter: { endpointId: $id }) { total } }', {
          id: endpointId,
        })
      ).total
    expect([await totalOf('erp-7'), await totalOf(otherId)]).toEqual([2, 1])
    const REPLAY = '(input: { endpointId: "erp-7", statuses: [SUCCEEDED] })'
    expect(
      await tenant.ask(
        `{ replayPreview${REPLAY} { ... on ReplayPreviewPayload { count } ... on Error { code message } } }`,
      ),
    ).toEqual({ count: 1 })
    const { replay } = await tenant.ask(
      `mutation { replayCreate${REPLAY} { ... on ReplayCreatePayload { replay { endpointId } } ... on Error { code message } } }`,
    )
    expect(replay.endpointId).toBe(id)
  })

  test('subscriptions accept it in place of the id', async () => {
    const { tenant, id, otherId } = await start()
    const watch = (field: string) => watchSocket(app.url, tenant.key, `subscription { ${field} }`)
    const deliveries = watch('deliveryUpdates(filter: { endpointId: "erp-7" }) { delivery { endpointId status } }')
    const endpoints = watch('webhookEndpointUpdates(id: "erp-7") { webhookEndpoint { id enabled } }')
    const stats = watch('deliveryStatsUpdates(filter: { endpointId: "erp-7" }) { total }')
    await subscribed(app, 3)
    await endpoints.until((messages) => messages.length === 1)
    await stats.until((messages) => messages.length === 1)
    await tenant.publish('a.b')
    await app.deliver()
    await deliveries.until((messages) =>
      messages.some(({ deliveryUpdates }) => deliveryUpdates.delivery.status === 'SUCCEEDED'),
    )
    for (const { deliveryUpdates } of deliveries.messages) expect(deliveryUpdates.delivery.endpointId).toBe(id)
    await stats.until((messages) => messages.at(-1).deliveryStatsUpdates.total === 1)
    await change(tenant, 'Disable', otherId)
    await change(tenant, 'Disable', 'erp-7')
    await endpoints.until((messages) => messages.length === 2)
    expect(endpoints.messages.map(({ webhookEndpointUpdates }) => webhookEndpointUpdates.webhookEndpoint)).toEqual([
      { id, enabled: true },
      { id, enabled: false },
    ])
    for (const one of [deliveries, endpoints, stats]) one.stop()
  })

  test('a subscription keeps its endpoint when the external id moves to another one', async () => {
    const { tenant, id, otherId } = await start()
    const watch = watchSocket(
      app.url,
      tenant.key,
      'subscription { webhookEndpointUpdates(id: "erp-7") { webhookEndpoint { id description } gap } }',
    )
    await watch.until((messages) => messages.length === 1)
    await change(tenant, 'Update', 'erp-7', ', input: { externalId: null }')
    await change(tenant, 'Update', otherId, ', input: { externalId: "erp-7" }')
    await change(tenant, 'Disable', id)
    await watch.until((messages) => messages.length === 2)
    for (const { webhookEndpointUpdates } of watch.messages) expect(webhookEndpointUpdates.webhookEndpoint.id).toBe(id)
    watch.stop()
  })

  test('it is unique among the endpoints of an organization that are not deleted', async () => {
    const { tenant, id, otherId } = await start()
    const taken = 'EXTERNAL_ID_TAKEN: Another endpoint has the external id "erp-7".'
    await expect(tenant.createEndpoint(receiver.url, { externalId: 'erp-7' })).rejects.toThrow(taken)
    await expect(change(tenant, 'Update', otherId, ', input: { externalId: "erp-7" }')).rejects.toThrow(taken)
    await change(tenant, 'Delete', 'erp-7')
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { externalId: 'erp-7' })
    expect(webhookEndpoint.id).not.toBe(id)
    expect((await change(tenant, 'Disable', 'erp-7')).webhookEndpoint.id).toBe(webhookEndpoint.id)
    // The deleted endpoint keeps it for readers of its deliveries.
    const { externalId } = await tenant.ask(
      'query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { externalId } } }',
      { id },
    )
    expect(externalId).toBe('erp-7')
  })

  test('the same one of another organization is another endpoint, and an unknown one looks like a foreign one', async () => {
    const { tenant, id } = await start()
    const stranger = await start()
    expect((await change(stranger.tenant, 'Disable', 'erp-7')).webhookEndpoint.id).toBe(stranger.id)
    expect(stranger.id).not.toBe(id)
    const lone = await app.tenant()
    await expect(change(lone, 'Disable', 'erp-7')).rejects.toThrow('NOT_FOUND')
    expect((await tenant.ask('{ webhookEndpoints { nodes { externalId enabled } } }')).nodes).toEqual([
      { externalId: null, enabled: true },
      { externalId: 'erp-7', enabled: true },
    ])
  })

  test.each([
    ['an id of an endpoint', 'whep_01jd'],
    ['an id of an organization', 'org_01jd'],
    ['text with a space', 'erp 7'],
    ['longer than 100 characters', 'x'.repeat(101)],
  ])('it is rejected when it is %s', async (_what, externalId) => {
    const tenant = await app.tenant()
    await expect(tenant.createEndpoint(receiver.url, { externalId })).rejects.toThrow(
      'VALIDATION_FAILED: input.externalId',
    )
  })
})
