import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EVENTS_IN_A_PAGE } from '../../../src/domain/replays/replay-conditions.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// Events without a matching endpoint are stored, and can be replayed to an endpoint created later.
let app: App
let tenant: Client
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  receiver = await startReceiver()
  tenant = await app.tenant()
  for (const type of ['order.made', 'order.paid', 'user.made']) await tenant.createType(type)
})
afterEach(() => receiver.stop())

async function replay(input: Record<string, unknown>) {
  const created = await tenant.ask(
    `mutation ($input: ReplayCreateInput!) { replayCreate(input: $input) {
      ... on ReplayCreatePayload { replay { count status } } ... on Error { code message } } }`,
    { input },
  )
  return created.replay
}
const arrived = () => receiver.requests.map(({ eventId }) => eventId).sort()

describe('replay', () => {
  test('a replay sends each earlier event once to a new endpoint that subscribes to its type', async () => {
    const first = await tenant.publish('order.made')
    await tenant.publish('user.made')
    const second = await tenant.publish('order.paid')
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { eventTypes: ['order.*'] })
    await app.deliver()
    expect(arrived()).toEqual([])
    expect(await replay({ endpointId: webhookEndpoint.id })).toEqual({ count: 2, status: 'COMPLETED' })
    await app.deliver()
    expect(arrived()).toEqual([first, second].sort())
    expect(await replay({ endpointId: webhookEndpoint.id })).toEqual({ count: 0, status: 'COMPLETED' })
    expect((await tenant.deliveries()).map(({ status, attempts }) => [status, attempts[0]?.trigger])).toEqual([
      ['SUCCEEDED', 'REPLAY'],
      ['SUCCEEDED', 'REPLAY'],
    ])
  })

  test('a replay filters by type, time and status, and restarts the retry schedule of a dead delivery', async () => {
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { retryPolicy: { maxAttempts: 1 } })
    const endpointId = webhookEndpoint.id
    receiver.respond((_request, response) => response.writeHead(500).end())
    const dead = await tenant.publish('order.made')
    await app.deliver()
    receiver.respond((_request, response) => response.writeHead(204).end())
    app.clock.advance(60)
    const later = app.clock.now().toISOString()
    const succeeded = await tenant.publish('order.paid')
    await app.deliver()
    receiver.requests.length = 0

    expect(await replay({ endpointId, types: ['user.made'] })).toMatchObject({ count: 0 })
    expect(await replay({ endpointId, from: later })).toMatchObject({ count: 0 })
    expect(await replay({ endpointId, to: later })).toMatchObject({ count: 1 })
    await app.deliver()
    expect(arrived()).toEqual([dead])
    expect(await replay({ endpointId, statuses: ['SUCCEEDED'], from: later })).toMatchObject({ count: 1 })
    await app.deliver()
    expect(arrived()).toEqual([dead, succeeded].sort())
  })

  test('a replayed event older than the maximum age becomes EXPIRED', async () => {
    await tenant.publish('order.made')
    app.clock.advance(120)
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { maxAgeSeconds: 60 })
    await replay({ endpointId: webhookEndpoint.id })
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'EXPIRED', attemptCount: 0 }])
  })

  test('a replay processes one bounded page at once, and workers process the remaining pages', async () => {
    const events = (count: number) => Array.from({ length: count }, () => ({ type: 'order.made', data: {} }))
    for (const count of [500, 500, 5]) await tenant.publishMany(events(count))
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    expect(await replay({ endpointId: webhookEndpoint.id })).toEqual({ count: EVENTS_IN_A_PAGE, status: 'RUNNING' })
    await app.worker.runMaintenance()
    const { nodes } = await tenant.ask('{ replays { nodes { status count } } }')
    expect(nodes).toEqual([{ status: 'COMPLETED', count: EVENTS_IN_A_PAGE + 5 }])
  })

  async function publishMany(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 500) {
      const events = Array.from({ length: Math.min(500, left) }, () => ({ type: 'order.made', data: {} }))
      await tenant.publishMany(events)
    }
  }

  test('a preview counts the deliveries that a replay sends, and no other endpoint receives any', async () => {
    const { webhookEndpoint: other } = await tenant.createEndpoint(receiver.url, { retryPolicy: { maxAttempts: 1 } })
    receiver.respond((_request, response) => response.writeHead(500).end())
    await publishMany(3)
    await app.deliver()
    receiver.respond((_request, response) => response.writeHead(204).end())
    await publishMany(2)
    await app.deliver()
    receiver.requests.length = 0
    const { webhookEndpoint } = await tenant.createEndpoint(`${receiver.url}/later`)
    const preview = (input: Record<string, unknown>) =>
      tenant.ask(
        `query ($input: ReplayCreateInput!) { replayPreview(input: $input) {
        ... on ReplayPreviewPayload { count isExact } } }`,
        { input },
      )
    expect(await preview({ endpointId: other.id })).toEqual({ count: 3, isExact: true })
    expect(await preview({ endpointId: webhookEndpoint.id })).toEqual({ count: 5, isExact: true })
    expect(await replay({ endpointId: webhookEndpoint.id })).toMatchObject({ count: 5 })
    await app.deliver()
    expect(receiver.requests.map(({ path }) => path)).toEqual(Array(5).fill('/hook/later'))
  })

  test('a canceled replay stops after its current page and reports CANCELED to subscribers', async () => {
    await publishMany(EVENTS_IN_A_PAGE + 5)
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    await replay({ endpointId: webhookEndpoint.id })
    const [{ id }] = (await tenant.ask('{ replays { nodes { id } } }')).nodes
    const live = watchSocket(app.url, tenant.key, `subscription { replayUpdates(id: "${id}") { status count } }`)
    await live.until((messages) => messages.length > 0)
    await tenant.ask('mutation ($id: ID!) { replayCancel(id: $id) { __typename } }', { id })
    await app.worker.runMaintenance()
    await live.until((messages) => messages.at(-1).replayUpdates.status === 'CANCELED')
    expect(live.messages.map(({ replayUpdates }) => replayUpdates)).toEqual([
      { status: 'RUNNING', count: EVENTS_IN_A_PAGE },
      { status: 'CANCELED', count: EVENTS_IN_A_PAGE },
    ])
    live.stop()
  })

  test('concurrent workers process each event of a replay exactly once', async () => {
    // Earlier tests left deliveries to send and to hold. A worker busy with them would claim those of this replay.
    await app.deliver()
    await app.worker.runMaintenance()
    await app.deliver()
    const count = 3 * EVENTS_IN_A_PAGE + 7
    await publishMany(count)
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    await replay({ endpointId: webhookEndpoint.id })
    const others = await Promise.all([1, 2, 3].map(() => startApp({ databaseUrl: app.database.url, clock: app.clock })))
    await Promise.all(others.map(({ worker }) => worker.runMaintenance()))
    await Promise.all(others.map((other) => other.stop()))
    await app.worker.runMaintenance()
    const { nodes } = await tenant.ask('{ replays { nodes { status count } } }')
    expect(nodes).toEqual([{ status: 'COMPLETED', count }])
    const { rows } = await app.database.pool.query(
      'SELECT count(*)::int AS made, max(version) AS version FROM deliveries WHERE endpoint_id = $1',
      [webhookEndpoint.id],
    )
    expect(rows).toEqual([{ made: count, version: 1 }])
  })

  test('a replay and its preview are rejected for a time that ends before it begins', async () => {
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    const input = { endpointId: webhookEndpoint.id, from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' }
    await expect(replay(input)).rejects.toThrow('input.from: must be before to')
    const { issues } = await tenant.ask(
      `query ($input: ReplayCreateInput!) { replayPreview(input: $input) { ... on ValidationError { issues { path } } } }`,
      { input },
    )
    expect(issues).toEqual([{ path: 'input.from' }])
  })

  test('a replay is rejected for a disabled endpoint or for a status that is not final', async () => {
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { enabled: false })
    await expect(replay({ endpointId: webhookEndpoint.id })).rejects.toThrow('ENDPOINT_DISABLED')
    await expect(replay({ endpointId: webhookEndpoint.id, statuses: ['PENDING'] })).rejects.toThrow(
      'must be one of SUCCEEDED',
    )
  })
})
