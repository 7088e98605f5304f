import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  compileFilter,
  findMismatch,
  subscribes,
  toFilterable,
} from '../../../src/domain/endpoints/subscription-filter.ts'
import { createFilterCache, matchEvents, NO_MATCHES } from '../../../src/domain/events/match-endpoints.ts'
import { DELIVERIES_AT_MOST, type NewEvent, storeEvents } from '../../../src/domain/events/store-events.ts'
import { createIds } from '../../../src/lib/ids.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { cloneDatabase } from '../../support/database.ts'

// Two processes on one database, without a bus between them: no announcement of a change arrives.
let database: Awaited<ReturnType<typeof cloneDatabase>>
let app: App
let other: App
let tenant: Client & { organizationId: string }
let there: Client
beforeAll(async () => {
  database = await cloneDatabase()
  app = await startApp({ databaseUrl: database.url })
  other = await startApp({ databaseUrl: database.url })
})
afterAll(async () => {
  await other.stop()
  await app.stop()
  await database.drop()
})
beforeEach(async () => {
  tenant = await app.tenant()
  there = other.api.as(tenant.key)
  await tenant.createType('order.made')
})

const create = async (more: Record<string, unknown>): Promise<string> =>
  (await tenant.createEndpoint('http://127.0.0.1:9/', more)).webhookEndpoint.id
const update = (id: string, input: Record<string, unknown>) =>
  tenant.ask(
    'mutation ($id: ID!, $input: WebhookEndpointUpdateInput!) { webhookEndpointUpdate(id: $id, input: $input) { __typename } }',
    { id, input },
  )
async function countDeliveries(eventId: string): Promise<number> {
  const { rowCount } = await app.database.pool.query('SELECT FROM deliveries WHERE event_id = $1', [eventId])
  return rowCount ?? 0
}
const is = (n: number) => ({ equals: { path: ['data', 'n'], value: n } })

describe('change of a filter', () => {
  test('the next publish of another process decides by the new filter, without an announcement', async () => {
    const id = await create({ predicate: is(1) })
    const publish = async (n: number, channels?: string[]) =>
      countDeliveries(await there.publish('order.made', { n }, { channels }))
    expect([await publish(1), await publish(2)]).toEqual([1, 0])
    await update(id, { predicate: is(2) })
    expect(await publish(2)).toBe(1)
    await update(id, { predicate: null, channels: ['eu'] })
    expect([await publish(2), await publish(2, ['eu'])]).toEqual([0, 1])
    await update(id, { channels: [] })
    expect(await publish(3)).toBe(1)
    await update(id, { channels: ['eu'], eventTypes: ['user.*', 'order.*'] })
    expect([await publish(3), await publish(3, ['eu'])]).toEqual([0, 1])
    await create({ predicate: is(3) })
    expect(await publish(3)).toBe(1)
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', { id })
    expect(await publish(3, ['eu'])).toBe(1)
  })

  test('no event is missed while an endpoint that always wants it changes its filter', async () => {
    const id = await create({ channels: ['eu'] })
    const published: Promise<string>[] = []
    for (let n = 0; n < 30; n++) {
      for (const client of [tenant, there]) published.push(client.publish('order.made', { n }, { channels: ['eu'] }))
      await update(id, { channels: n % 2 === 0 ? ['eu', 'us'] : ['eu'] })
      published.push(there.publish('order.made', { n }, { channels: ['eu'] }))
    }
    const counts = await Promise.all((await Promise.all(published)).map(countDeliveries))
    expect(counts).toEqual(Array(90).fill(1))
  })

  test('a publish of other organizations in the same statement is stored when a filter was not evaluated', async () => {
    await create({ channels: ['eu'] })
    const neighbor = await app.tenant()
    await neighbor.createEndpoint('http://127.0.0.1:9/')
    const makeId = createIds(app.clock)
    const event = (organizationId: string): NewEvent => ({
      ...{ id: makeId('evt'), organizationId, type: 'order.made', channels: ['eu'], body: Buffer.from('{}') },
      ...{ idempotencyKey: null, idempotencyHash: null, publishedBy: null, publishedByName: null, requestId: null },
    })
    const [own, foreign] = [event(tenant.organizationId), event(neighbor.organizationId)]
    const { pool } = app.database
    const store = (events: NewEvent[], matches = [NO_MATCHES]) =>
      storeEvents(pool, events, 'ordinary', app.clock.now(), own.id.slice(4, 14), matches)
    const { stored, undecided } = await store([own, foreign])
    expect(undecided).toEqual(new Set([tenant.organizationId]))
    expect(stored?.repeated).toEqual(new Set())
    expect([await countDeliveries(own.id), await countDeliveries(foreign.id)]).toEqual([0, 1])
    expect((await pool.query('SELECT FROM events WHERE id = $1', [own.id])).rowCount).toBe(0)

    const filters = await createFilterCache({ pool }).load(tenant.organizationId)
    const matches = await matchEvents(filters, [own], async (_index, work) => work())
    expect((await store([own], [matches])).undecided).toEqual(new Set())
    expect(await countDeliveries(own.id)).toBe(1)
  })

  test('filters past the memory of the cache are evicted, and read again', async () => {
    const second = await app.tenant()
    for (const client of [tenant, second]) await client.createEndpoint('http://127.0.0.1:9/', { channels: ['eu'] })
    const { pool } = app.database
    const load = (maxBytes: number) => {
      const cache = createFilterCache({ pool, maxBytes })
      const ids = [tenant.organizationId, second.organizationId]
      return Promise.all(ids.map(cache.load)).then(() => ids.map((id) => cache.get(id).endpoints.length))
    }
    expect(await load(100_000)).toEqual([1, 1])
    expect((await load(1_000)).toSorted()).toEqual([0, 1])
    expect(await load(1)).toEqual([0, 0])
  })

  test('a publish with too many deliveries by its filters is refused, and one within the bound is stored', async () => {
    const endpoints = DELIVERIES_AT_MOST.large / 500 + 1
    for (let n = 0; n < endpoints; n++) await create({ predicate: { exists: { path: ['data', 'n'] } } })
    const events = Array.from({ length: 500 }, (_, n) => ({ type: 'order.made', data: { n } }))
    await expect(tenant.publishMany(events)).rejects.toThrow(`would make ${500 * endpoints} deliveries`)
    const fitting = Math.floor(DELIVERIES_AT_MOST.large / endpoints)
    const ids = await there.publishMany(events.map(({ type }, n) => ({ type, data: n < fitting ? { n } : {} })))
    expect(await Promise.all([ids[0]!, ids[fitting - 1]!, ids[fitting]!].map(countDeliveries))).toEqual([
      endpoints,
      endpoints,
      0,
    ])
  }, 120_000)
})

describe('types of a filter', () => {
  test('SQL and code select the same events (property)', async () => {
    const word = fc.constantFrom('webhook', 'a', 'a_b', 'endpoint', 'disabled', 'test')
    const type = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('.'))
    const pattern = fc.oneof(
      type,
      type.map((text) => `${text}.*`),
      fc.constant('*'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pattern, { minLength: 1, maxLength: 3 }), type, async (eventTypes, type) => {
        const filter = compileFilter({ eventTypes, channels: [], predicate: null })
        const mismatch = findMismatch(filter, toFilterable({ type, channels: [], body: Buffer.from('{}') }))
        const { rows } = await app.database.pool.query(`SELECT ${subscribes('$1::text[]', '$2::text')} AS wanted`, [
          eventTypes,
          type,
        ])
        expect(rows).toEqual([{ wanted: mismatch === undefined }])
      }),
      { numRuns: 300 },
    )
  })
})
