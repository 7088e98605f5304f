import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

// An endpoint selects events by type, then by channels, then by a predicate over the envelope.
let app: App
let tenant: Client
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  tenant = await app.tenant()
  await tenant.createType('order.made')
})

/** The paths of the endpoints that an event has deliveries to. */
async function receiversOf(eventId: string): Promise<string[]> {
  const { nodes } = await tenant
    .ask(
      'query ($id: ID!) { node(id: $id) { ... on Event { deliveries(first: 100) { nodes { endpoint { url } } } } } }',
      { id: eventId },
    )
    .then(({ deliveries }) => deliveries)
  return nodes.map(({ endpoint }: { endpoint: { url: string } }) => new URL(endpoint.url).pathname.slice(1)).sort()
}
const endpoint = (name: string, more: Record<string, unknown> = {}) =>
  tenant.createEndpoint(`http://127.0.0.1:9/${name}`, more)
const amount = (operator: string, value: unknown) => ({ [operator]: { path: ['data', 'amount'], value } })

const UPDATE = `mutation ($id: ID!, $input: WebhookEndpointUpdateInput!) { webhookEndpointUpdate(id: $id, input: $input) {
  ... on WebhookEndpointUpdatePayload { webhookEndpoint { channels predicate } }
  ... on ValidationError { issues { path message } } } }`

describe('endpoint filter', () => {
  test('an event goes to endpoints without channels, and to those with at least one channel of the event', async () => {
    await endpoint('all')
    await endpoint('eu', { channels: ['eu', 'de'] })
    await endpoint('us', { channels: ['us'] })
    expect(await receiversOf(await tenant.publish('order.made'))).toEqual(['all'])
    expect(await receiversOf(await tenant.publish('order.made', {}, { channels: ['fr', 'de'] }))).toEqual(['all', 'eu'])
    const both = await tenant.publish('order.made', {}, { channels: ['us', 'eu'] })
    expect(await receiversOf(both)).toEqual(['all', 'eu', 'us'])
    expect(await tenant.ask('query ($id: ID!) { node(id: $id) { ... on Event { channels } } }', { id: both })).toEqual({
      channels: ['us', 'eu'],
    })
  })

  test('an event goes to endpoints with a predicate that holds for its envelope', async () => {
    await endpoint('large', { predicate: amount('greater', 100) })
    await endpoint('small', { predicate: { not: amount('greater', 100) } })
    await endpoint('other', { eventTypes: ['user.*'], predicate: amount('greater', 100) })
    await endpoint('both', { channels: ['eu'], predicate: { and: [amount('less', 200), amount('greater', 100)] } })
    expect(await receiversOf(await tenant.publish('order.made', { amount: 150 }))).toEqual(['large'])
    expect(await receiversOf(await tenant.publish('order.made', { amount: 100 }))).toEqual(['small'])
    expect(await receiversOf(await tenant.publish('order.made', {}))).toEqual(['small'])
    const inChannel = await tenant.publish('order.made', { amount: 150 }, { channels: ['eu'] })
    expect(await receiversOf(inChannel)).toEqual(['both', 'large'])
  })

  test('numbers are compared by the text of the request, also beyond the numbers of JavaScript', async () => {
    const create = (value: string) =>
      fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` },
        body: `{"query":"mutation ($p: EventPredicateInput) { webhookEndpointCreate(input: { url: \\"http://127.0.0.1:9/exact\\", eventTypes: [\\"*\\"], predicate: $p }) { ... on WebhookEndpointCreatePayload { webhookEndpoint { predicate } } } }","variables":{"p":{"equals":{"path":["data","id"],"value":${value}}}}}`,
      }).then((response) => response.text())
    expect(await create('9007199254740993')).toContain(
      '"predicate":{"equals":{"path":["data","id"],"value":9007199254740993}}',
    )
    await tenant.publish('order.made', { id: 9007199254740992 })
    const answer = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` },
      body: '{"query":"mutation ($d: JSON!) { eventPublish(input: { type: \\"order.made\\", data: $d }) { ... on EventPublishPayload { event { id } } } }","variables":{"d":{"id":9007199254740993.0}}}',
    })
    const { data } = (await answer.json()) as { data: { eventPublish: { event: { id: string } } } }
    expect(await receiversOf(data.eventPublish.event.id)).toEqual(['exact'])
    expect(await tenant.deliveries()).toHaveLength(1)
  })

  test('a list of events creates the deliveries of each event by its own channels and payload', async () => {
    await endpoint('all')
    await endpoint('large', { predicate: amount('greater', 1) })
    await endpoint('eu', { channels: ['eu'] })
    const ids = await tenant.publishMany([
      { type: 'order.made', data: { amount: 1 } },
      { type: 'order.made', data: { amount: 2 }, channels: ['eu'] },
      { type: 'order.made', data: { amount: 3 } },
    ])
    expect(await Promise.all(ids.map(receiversOf))).toEqual([['all'], ['all', 'eu', 'large'], ['all', 'large']])
  })

  test('a disabled endpoint holds only the events that it wants', async () => {
    await endpoint('held', { enabled: false, predicate: amount('equals', 1) })
    await tenant.publish('order.made', { amount: 1 })
    await tenant.publish('order.made', { amount: 2 })
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['HELD'])
  })

  test('an update replaces channels and predicate, and null and the empty list remove them', async () => {
    const { webhookEndpoint } = await endpoint('one', { channels: ['eu'], predicate: amount('equals', 1) })
    const update = (input: Record<string, unknown>) => tenant.ask(UPDATE, { id: webhookEndpoint.id, input })
    const publish = async () =>
      (await receiversOf(await tenant.publish('order.made', { amount: 2 }, { channels: ['us'] }))).length
    expect(await publish()).toBe(0)
    await update({ channels: ['us'] })
    expect(await publish()).toBe(0)
    const { webhookEndpoint: updated } = await update({ predicate: amount('equals', 2) })
    expect(updated).toEqual({ channels: ['us'], predicate: amount('equals', 2) })
    expect(await publish()).toBe(1)
    // The predicate of the answer is a valid input, with the same effect.
    expect((await update({ predicate: updated.predicate })).webhookEndpoint).toEqual(updated)
    expect(await publish()).toBe(1)
    await update({ predicate: amount('equals', 3), description: 'x' })
    expect(await publish()).toBe(0)
    await update({ predicate: null })
    expect(await publish()).toBe(1)
    await update({ channels: ['none'] })
    expect(await publish()).toBe(0)
    await update({ channels: [] })
    expect(await publish()).toBe(1)
  })

  test('an idempotency key with other channels is a conflict, whatever the order of the channels', async () => {
    const publish = (channels?: string[]) => tenant.publish('order.made', {}, { idempotencyKey: 'k', channels })
    const id = await publish(['a', 'b'])
    expect(await publish(['b', 'a'])).toBe(id)
    await expect(publish(['a'])).rejects.toThrow('IDEMPOTENCY_CONFLICT')
    await expect(publish()).rejects.toThrow('IDEMPOTENCY_CONFLICT')
  })
})
