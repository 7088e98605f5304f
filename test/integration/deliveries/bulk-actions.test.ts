import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DELIVERIES_IN_A_BATCH } from '../../../src/domain/deliveries/bulk-action-batch.ts'
import { moveDeliveries } from '../../../src/domain/deliveries/delivery-transitions.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// After an outage a person retries or cancels all deliveries of a filter at once, with a preview and progress.
let app: App
let tenant: Client & { organizationId: string }
let receiver: Receiver
let endpointId: string
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  receiver = await startReceiver()
  receiver.respond((_request, response) => response.writeHead(500).end())
  tenant = await app.tenant()
  for (const type of ['order.made', 'order.paid']) await tenant.createType(type)
  const made = await tenant.createEndpoint(receiver.url, { retryPolicy: { maxAttempts: 1 } })
  endpointId = made.webhookEndpoint.id
})
afterEach(() => receiver.stop())

const ACTION = 'bulkAction { id status count }'
const create = async (kind: string, filter: object, by: Client = tenant) =>
  (
    await by.ask(
      `mutation ($input: BulkActionCreateInput!) { bulkActionCreate(input: $input) {
        ... on BulkActionCreatePayload { ${ACTION} } ... on Error { code message } } }`,
      { input: { kind, filter } },
    )
  ).bulkAction
const preview = (kind: string, filter: object, by: Client = tenant) =>
  by.ask(
    `query ($input: BulkActionCreateInput!) { bulkActionPreview(input: $input) {
      ... on BulkActionPreviewPayload { count isExact } ... on Error { code message } } }`,
    { input: { kind, filter } },
  )
const states = async () => (await tenant.deliveries()).map(({ status }) => status).sort()

/** Dead letters, made by SQL: the worker would take a while. */
async function manyDead(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 500)
    await tenant.publishMany(Array.from({ length: Math.min(left, 500) }, () => ({ type: 'order.made', data: 1 })))
  await app.database.pool.query(
    `UPDATE deliveries SET status = 'DEAD', attempt_count = 1, next_attempt_at = NULL, version = 0 WHERE organization_id = $1`,
    [tenant.organizationId],
  )
}

describe('bulk retry', () => {
  test('all dead letters of a filter are sent again, and others are not', async () => {
    const made = await tenant.publish('order.made')
    await tenant.publish('order.paid')
    await app.deliver()
    expect(await states()).toEqual(['DEAD', 'DEAD'])
    receiver.respond((_request, response) => response.writeHead(204).end())
    receiver.requests.length = 0
    const filter = { statuses: ['DEAD'], types: ['order.made'] }
    expect(await preview('RETRY', filter)).toEqual({ count: 1, isExact: true })
    expect(await states()).toEqual(['DEAD', 'DEAD'])
    expect(await create('RETRY', filter)).toMatchObject({ status: 'COMPLETED', count: 1 })
    await app.deliver()
    expect(receiver.requests.map(({ eventId }) => eventId)).toEqual([made])
    expect(await states()).toEqual(['DEAD', 'SUCCEEDED'])
  })

  test('deliveries to a disabled endpoint are neither counted nor retried', async () => {
    await tenant.publish('order.made')
    await app.deliver()
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', { id: endpointId })
    expect(await preview('RETRY', { statuses: ['DEAD'] })).toEqual({ count: 0, isExact: true })
    expect(await create('RETRY', { statuses: ['DEAD'] })).toMatchObject({ status: 'COMPLETED', count: 0 })
    expect(await states()).toEqual(['DEAD'])
  })

  test('more than a batch goes on in the workers, each delivery once, with progress for subscribers', async () => {
    const count = 2 * DELIVERIES_IN_A_BATCH + 7
    await manyDead(count)
    const action = await create('RETRY', { statuses: ['DEAD'] })
    expect(action).toMatchObject({ status: 'RUNNING', count: DELIVERIES_IN_A_BATCH })
    const live = watchSocket(
      app.url,
      tenant.key,
      `subscription { bulkActionUpdates(id: "${action.id}") { status count } }`,
    )
    await live.until((messages) => messages.length > 0)
    await Promise.all([app.worker.runMaintenance(), app.worker.runMaintenance()])
    await live.until((messages) => messages.at(-1).bulkActionUpdates.status === 'COMPLETED')
    expect(live.messages.at(-1).bulkActionUpdates.count).toBe(count)
    live.stop()
    const { rows } = await app.database.pool.query(
      'SELECT count(*)::int AS retried, max(version) AS version FROM deliveries WHERE organization_id = $1 AND status = $2',
      [tenant.organizationId, 'RETRYING'],
    )
    expect(rows).toEqual([{ retried: count, version: 1 }])
  })

  test('a canceled action stops after its batch, and a finished one cannot be canceled', async () => {
    await manyDead(DELIVERIES_IN_A_BATCH + 7)
    const { id } = await create('RETRY', { statuses: ['DEAD'] })
    const cancel = `mutation { bulkActionCancel(id: "${id}") { ... on BulkActionCancelPayload { ${ACTION} } ... on Error { code message } } }`
    expect((await tenant.ask(cancel)).bulkAction).toEqual({ id, status: 'CANCELED', count: DELIVERIES_IN_A_BATCH })
    await app.worker.runMaintenance()
    expect(await preview('RETRY', { statuses: ['DEAD'] })).toEqual({ count: 7, isExact: true })
    await expect(tenant.ask(cancel)).rejects.toThrow('BULK_ACTION_FINISHED: The bulk action is CANCELED')
  })
})

describe('move of a list of deliveries', () => {
  test('a delivery that succeeded after it was found is not sent again', async () => {
    receiver.respond((_request, response) => response.writeHead(204).end())
    await tenant.publish('order.made')
    await app.deliver()
    const [found] = await tenant.deliveries()
    const which = { organizationId: tenant.organizationId, deliveryIds: [found!.id] }
    const move = (statuses: ('DEAD' | 'SUCCEEDED')[]) =>
      app.database.prisma.$transaction((tx) => moveDeliveries(tx, { ...which, statuses }, 'RETRY', app.clock))
    expect(await move(['DEAD'])).toBe(0)
    expect(await states()).toEqual(['SUCCEEDED'])
    expect(await move(['SUCCEEDED'])).toBe(1)
  })
})

describe('bulk cancel', () => {
  test('waiting and held deliveries of an endpoint are canceled', async () => {
    await tenant.publish('order.made')
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', { id: endpointId })
    await tenant.publish('order.paid')
    expect(await states()).toEqual(['HELD', 'HELD'])
    const filter = { statuses: ['HELD', 'PENDING'], endpointId }
    expect(await create('CANCEL', filter)).toMatchObject({ status: 'COMPLETED', count: 2 })
    expect(await states()).toEqual(['CANCELED', 'CANCELED'])
  })
})

describe('bulk action', () => {
  test.each([
    ['no states', 'RETRY', {}, 'input.filter.statuses: is required'],
    [
      'a state that cannot be retried',
      'RETRY',
      { statuses: ['DEAD', 'HELD'] },
      'input.filter.statuses.1: must be one of',
    ],
    ['a state that cannot be canceled', 'CANCEL', { statuses: ['DEAD'] }, 'input.filter.statuses.0: must be one of'],
  ])('%s is refused with its path', async (_name, kind, filter, message) => {
    await expect(preview(kind, filter)).rejects.toThrow(message)
    await expect(create(kind, filter)).rejects.toThrow(message)
  })

  test('the filter of an action is shown as it was given', async () => {
    const filter = { statuses: ['DEAD'], types: ['order.made'], from: '2026-01-01T00:00:00.000Z' }
    await create('RETRY', filter)
    expect((await tenant.ask('{ bulkActions { nodes { filter } } }')).nodes).toEqual([{ filter }])
  })

  test('an organization changes its own deliveries only, also with the endpoint of another one', async () => {
    await tenant.publish('order.made')
    await app.deliver()
    const stranger = await app.tenant()
    for (const filter of [{ statuses: ['DEAD'] }, { statuses: ['DEAD'], endpointId }]) {
      expect(await preview('RETRY', filter, stranger)).toEqual({ count: 0, isExact: true })
      expect(await create('RETRY', filter, stranger)).toMatchObject({ count: 0 })
    }
    expect(await states()).toEqual(['DEAD'])
  })
})
