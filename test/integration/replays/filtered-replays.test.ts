import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PAGE_BYTES } from '../../../src/domain/replays/find-wanted-events.ts'
import { runReplayBatch } from '../../../src/domain/replays/replay-batch.ts'
import { EVENTS_IN_A_PAGE } from '../../../src/domain/replays/replay-conditions.ts'
import { PREVIEW_PAGES } from '../../../src/domain/replays/replay-preview.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

// Replays and their previews decide by the filter that the endpoint has today.
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

const even = { equals: { path: ['data', 'isEven'], value: true } }
const publish = async (count: number, more: Record<string, unknown> = {}) => {
  const ids: string[] = []
  for (let from = 0; from < count; from += 500) {
    const events = Array.from({ length: Math.min(500, count - from) }, (_, n) => {
      return { type: 'order.made', data: { isEven: (from + n) % 2 === 0 }, ...more }
    })
    ids.push(...(await tenant.publishMany(events)))
  }
  return ids
}

async function replay(endpointId: string, more: Record<string, unknown> = {}) {
  const created = await tenant.ask(
    `mutation ($input: ReplayCreateInput!) { replayCreate(input: $input) {
      ... on ReplayCreatePayload { replay { count status } } ... on Error { code message } } }`,
    { input: { endpointId, ...more } },
  )
  return created.replay
}
const preview = (endpointId: string, more: Record<string, unknown> = {}) =>
  tenant.ask(
    `query ($input: ReplayCreateInput!) { replayPreview(input: $input) {
      ... on ReplayPreviewPayload { count isExact } ... on Error { code message } } }`,
    { input: { endpointId, ...more } },
  )
const update = (id: string, input: Record<string, unknown>) =>
  tenant.ask(
    'mutation ($id: ID!, $input: WebhookEndpointUpdateInput!) { webhookEndpointUpdate(id: $id, input: $input) { __typename } }',
    { id, input },
  )
const create = async (more: Record<string, unknown>) =>
  (await tenant.createEndpoint('http://127.0.0.1:9/', more)).webhookEndpoint.id
const deliveredEvents = async () => (await tenant.deliveries()).map(({ eventId }) => eventId).sort()

describe('replay to an endpoint with a filter', () => {
  test('a replay sends the events for which the predicate holds, and its preview counts the same', async () => {
    const ids = await publish(6)
    await tenant.publish('user.made', { isEven: true })
    const endpointId = await create({ eventTypes: ['order.*'], predicate: even })
    expect(await preview(endpointId)).toEqual({ count: 3, isExact: true })
    expect(await replay(endpointId)).toEqual({ count: 3, status: 'COMPLETED' })
    expect(await deliveredEvents()).toEqual(ids.filter((_, n) => n % 2 === 0).sort())
    expect(await preview(endpointId)).toEqual({ count: 0, isExact: true })
  })

  test('a replay sends the events with a channel of the endpoint, and its preview counts the same', async () => {
    await publish(2)
    const [id] = await publish(1, { channels: ['eu', 'de'] })
    const endpointId = await create({ channels: ['fr', 'de'] })
    expect(await preview(endpointId)).toEqual({ count: 1, isExact: true })
    expect(await replay(endpointId)).toEqual({ count: 1, status: 'COMPLETED' })
    expect(await deliveredEvents()).toEqual([id])
  })

  test('a delivered event is not sent again when the predicate no longer holds for it', async () => {
    const endpointId = await create({})
    const [first] = await publish(2)
    await app.database.pool.query("UPDATE deliveries SET status = 'DEAD' WHERE endpoint_id = $1", [endpointId])
    await update(endpointId, { predicate: even })
    expect(await preview(endpointId)).toEqual({ count: 1, isExact: true })
    expect(await replay(endpointId)).toEqual({ count: 1, status: 'COMPLETED' })
    const { rows } = await app.database.pool.query(
      "SELECT event_id FROM deliveries WHERE endpoint_id = $1 AND trigger = 'REPLAY'",
      [endpointId],
    )
    expect(rows).toEqual([{ event_id: first }])
  })

  test('a replay over several pages examines each event once', async () => {
    await publish(EVENTS_IN_A_PAGE + 6)
    const endpointId = await create({ predicate: even })
    const wanted = EVENTS_IN_A_PAGE / 2 + 3
    expect(await preview(endpointId)).toEqual({ count: wanted, isExact: true })
    expect(await replay(endpointId)).toEqual({ count: EVENTS_IN_A_PAGE / 2, status: 'RUNNING' })
    await app.worker.runMaintenance()
    const { nodes } = await tenant.ask('{ replays { nodes { status count } } }')
    expect(nodes).toEqual([{ status: 'COMPLETED', count: wanted }])
    const { rows } = await app.database.pool.query(
      'SELECT count(DISTINCT event_id)::int AS events, count(*)::int AS deliveries FROM deliveries WHERE endpoint_id = $1',
      [endpointId],
    )
    expect(rows).toEqual([{ events: wanted, deliveries: wanted }])
  })

  test('a page ends before its bodies exceed the bytes that one page may read', async () => {
    const filler = 'x'.repeat(250 * 1024)
    const fitting = Math.floor(PAGE_BYTES / (250 * 1024 + 300))
    for (let n = 0; n < fitting + 3; n++) await tenant.publish('order.made', { isEven: true, filler })
    const endpointId = await create({ predicate: even })
    expect(await preview(endpointId)).toEqual({ count: fitting + 3, isExact: true })
    expect(await replay(endpointId)).toEqual({ count: fitting, status: 'RUNNING' })
    await app.worker.runMaintenance()
    const { nodes } = await tenant.ask('{ replays { nodes { status count } } }')
    expect(nodes).toEqual([{ status: 'COMPLETED', count: fitting + 3 }])
  })

  test('a preview examines a bounded number of pages, and says that its count is not exact', async () => {
    await app.database.pool.query(
      `INSERT INTO events (id, organization_id, type, body, created_at)
        SELECT 'evt_' || lpad(n::text, 26, '0'), $1, 'order.made', '{"data":{"isEven":true}}', $2
        FROM generate_series(1, $3::int) n`,
      [tenant.organizationId, app.clock.now(), PREVIEW_PAGES * EVENTS_IN_A_PAGE + 1],
    )
    const endpointId = await create({ predicate: even })
    expect(await preview(endpointId)).toEqual({ count: PREVIEW_PAGES * EVENTS_IN_A_PAGE, isExact: false })
  })

  test('a batch decides by the new filter when the filter changes between decision and statement', async () => {
    const ids = await publish(4)
    const endpointId = await create({ predicate: even })
    const { pool } = app.database
    await pool.query(
      `INSERT INTO replays (id, organization_id, endpoint_id, types, statuses, status, created_by, created_at, updated_at)
        VALUES ('rpl_race', $1, $2, '{}', '{}', 'RUNNING', 'key_1', $3, $3)`,
      [tenant.organizationId, endpointId, app.clock.now()],
    )
    let decisions = 0
    const changing = {
      async query(statement: { text: string; values: unknown[] }) {
        const result = await pool.query(statement)
        if (statement.text.startsWith('SELECT id, body') && decisions++ === 0)
          await update(endpointId, { predicate: { not: even } })
        return result
      },
    } as unknown as typeof pool
    const options = { now: app.clock.now(), replayId: 'rpl_race', deliveryIdTime: '0'.repeat(10) }
    expect(await runReplayBatch(changing, options)).toMatchObject({ status: 'COMPLETED' })
    expect(decisions).toBe(2)
    expect(await deliveredEvents()).toEqual(ids.filter((_, n) => n % 2 === 1).sort())
  })
})
