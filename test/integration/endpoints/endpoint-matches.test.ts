import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Client & { organizationId: string }
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  tenant = await app.tenant()
  for (const type of ['order.made', 'user.made']) await tenant.createType(type)
})

const large = { and: [{ exists: { path: ['data', 'amount'] } }, { greater: { path: ['data', 'amount'], value: 100 } }] }

const create = async (more: Record<string, unknown> = {}): Promise<string> =>
  (await tenant.createEndpoint('http://127.0.0.1:9/', more)).webhookEndpoint.id
const change = (name: string, endpointId: string, more = '') =>
  tenant.ask(`mutation ($id: ID!) { ${name}(id: $id ${more}) { __typename } }`, { id: endpointId })
const match = (eventId: string, endpointId: string, client: Client = tenant) =>
  client.ask(
    `query ($eventId: ID!, $endpointId: ID!) { webhookEndpointMatch(eventId: $eventId, endpointId: $endpointId) {
      matches reason path condition message } }`,
    { eventId, endpointId },
  )

describe('match of an event and an endpoint', () => {
  test('a match gives the rule that excluded the event, with path and place of the comparison that failed', async () => {
    const ids = {
      type: await create({ eventTypes: ['user.*'] }),
      channel: await create({ channels: ['eu'] }),
      predicate: await create({ predicate: large }),
      all: await create(),
    }
    const eventId = await tenant.publish('order.made', { amount: 7 }, { channels: ['us'] })
    const none = { path: null, condition: null }
    expect(await match(eventId, ids.type)).toEqual({
      ...{ ...none, matches: false, reason: 'EVENT_TYPE' },
      message: 'The event types of the endpoint do not include the type of the event.',
    })
    expect(await match(eventId, ids.channel)).toEqual({
      ...{ ...none, matches: false, reason: 'CHANNEL' },
      message: 'The event has none of the channels of the endpoint.',
    })
    expect(await match(eventId, ids.predicate)).toEqual({
      ...{ matches: false, reason: 'PREDICATE', path: ['data', 'amount'], condition: 'and.1.greater' },
      message: 'The predicate of the endpoint does not hold: and.1.greater on data.amount decided.',
    })
    expect(await match(eventId, ids.all)).toEqual({
      ...{ ...none, matches: true, reason: null },
      message: 'The endpoint has a delivery of the event. The filter matches the event today.',
    })
  })

  test('a match tells what happened after the event: a new endpoint, a changed filter, a deletion', async () => {
    const widened = await create({ channels: ['eu'] })
    const narrowed = await create()
    const deletedBefore = await create()
    await change('webhookEndpointDelete', deletedBefore)
    app.clock.advance(1)
    const eventId = await tenant.publish('order.made', { amount: 7 })
    app.clock.advance(1)
    const at = app.clock.now().toISOString()
    const later = await create({ predicate: { not: large } })
    await change('webhookEndpointUpdate', widened, ', input: { channels: [] }')
    await change('webhookEndpointUpdate', narrowed, ', input: { eventTypes: ["user.*"] }')
    expect(await match(eventId, later)).toMatchObject({
      ...{ matches: true, reason: 'CREATED_LATER' },
      message: `The endpoint was created at ${at}, after the event. The filter matches the event today.`,
    })
    expect(await match(eventId, widened)).toMatchObject({
      ...{ matches: true, reason: 'FILTER_CHANGED' },
      message: `The filter changed at ${at}, after the event. The filter matches the event today.`,
    })
    expect(await match(eventId, narrowed)).toMatchObject({
      ...{ matches: false, reason: 'EVENT_TYPE' },
      message:
        'The endpoint has a delivery of the event. The event types of the endpoint do not include the type of the event.',
    })
    expect(await match(eventId, deletedBefore)).toMatchObject({ matches: true, reason: 'DELETED' })
  })

  test('a match does not blame a filter that may have replaced another one after the event', async () => {
    const changed = await create({ channels: ['eu'] })
    const eventId = await tenant.publish('order.made')
    app.clock.advance(1)
    await change('webhookEndpointUpdate', changed, ', input: { channels: ["us"] }')
    const at = app.clock.now().toISOString()
    expect((await match(eventId, changed)).message).toBe(
      `Only the filter that replaced another at ${at} is known. The event has none of the channels of the endpoint.`,
    )
  })

  test('a disabled endpoint has a held delivery, and a test event goes to the tested endpoint only', async () => {
    const disabled = await create({ enabled: false })
    const other = await create()
    const eventId = await tenant.publish('order.made')
    const answer = await tenant.ask(
      `query ($eventId: ID!, $endpointId: ID!) { webhookEndpointMatch(eventId: $eventId, endpointId: $endpointId) {
        reason delivery { status } endpoint { id } } }`,
      { eventId, endpointId: disabled },
    )
    expect(answer).toEqual({ reason: null, delivery: { status: 'HELD' }, endpoint: { id: disabled } })
    const { event } = await tenant.ask(
      'mutation ($id: ID!) { webhookEndpointTest(id: $id) { ... on WebhookEndpointTestPayload { event { id } } } }',
      { id: disabled },
    )
    expect(await match(event.id, other)).toMatchObject({ matches: false, reason: 'TEST_EVENT' })
  })

  test('an event lists its match with each endpoint, page by page, newest endpoint first', async () => {
    const ids = [await create({ channels: ['eu'] }), await create(), await create({ eventTypes: ['user.*'] })]
    const deleted = await create()
    await change('webhookEndpointDelete', deleted)
    const eventId = await tenant.publish('order.made')
    const page = async (args: string) => {
      const { endpointMatches } = await tenant.ask(
        `query ($id: ID!) { node(id: $id) { ... on Event { endpointMatches(${args}) {
          nodes { reason endpoint { id } delivery { id } } pageInfo { endCursor hasNextPage } } } } }`,
        { id: eventId },
      )
      return endpointMatches
    }
    const first = await page('first: 2')
    expect(first.pageInfo.hasNextPage).toBe(true)
    const second = await page(`first: 2, after: "${first.pageInfo.endCursor}"`)
    expect(second.pageInfo.hasNextPage).toBe(false)
    const nodes = [...first.nodes, ...second.nodes]
    expect(nodes.map(({ endpoint }) => endpoint.id)).toEqual(ids.toReversed())
    expect(nodes.map(({ reason }) => reason)).toEqual(['EVENT_TYPE', null, 'CHANNEL'])
    expect(nodes.map(({ delivery }) => delivery !== null)).toEqual([false, true, false])
  })

  test('a match is null for a foreign event or endpoint, and without permission to read both', async () => {
    const endpointId = await create()
    const eventId = await tenant.publish('order.made')
    const other = await app.tenant()
    await other.createType('order.made')
    const foreignEvent = await other.publish('order.made')
    const { webhookEndpoint: foreign } = await other.createEndpoint('http://127.0.0.1:9/')
    expect(await match(foreignEvent, endpointId)).toBeNull()
    expect(await match(eventId, foreign.id)).toBeNull()
    expect(await match(foreignEvent, foreign.id)).toBeNull()
    const withoutEvents = await app.tenant({ webhooks: ['read'] }, tenant.organizationId)
    expect(await match(eventId, endpointId, withoutEvents)).toBeNull()
    const both = await app.tenant({ webhooks: ['read'], events: ['read'] }, tenant.organizationId)
    expect(await match(eventId, endpointId, both)).toMatchObject({ matches: true, reason: null })
  })
})
