import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  COUNT_EVERY_MS,
  countMinutes,
  createCountMinutes,
  removeMinutes,
} from '../../../src/domain/deliveries/count-minutes.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// Figures of the page that an organization opens first, from real publishes and attempts on a test clock.
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const count = () => countMinutes(app.database.pool, app.clock.now())
const rowsOf = async (table: string, organizationId: string) =>
  (await app.database.pool.query(`SELECT * FROM ${table} WHERE organization_id = $1`, [organizationId])).rows

/** An organization with an endpoint, in which the platform key acts. */
async function setUp(more: Record<string, unknown> = {}) {
  const organizationId = await app.host.createOrganization('Watched')
  const tenant = app.host.in(organizationId)
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { disableAfterFailures: null, ...more })
  const publish = async (events: number) => {
    await tenant.publishMany(Array.from({ length: events }, (_, n) => ({ type: 'a.b', data: { n } })))
  }
  const lastHour = () =>
    tenant.ask(
      '{ overview { lastHour { created succeeded failed successShare p95Duration minutes { at created succeeded failed } } } }',
    )
  const backlog = async () =>
    (
      await tenant.ask(`{ overview { backlog { due { count isExact } later { count isExact } dead { count isExact }
        held { count isExact } oldestDueAt } } }`)
    ).backlog
  return {
    ...tenant,
    organizationId,
    endpointId: webhookEndpoint.id,
    publishSome: publish,
    backlog,
    lastHour: async () => (await lastHour()).lastHour,
  }
}

/** Answers every request with a status until the work is done. */
async function answering(status: number, work: () => Promise<unknown>): Promise<void> {
  receiver.respond((_request, response) => response.writeHead(status).end())
  await work()
  receiver.respond((_request, response) => response.writeHead(204).end())
}

const exactly = (count: number) => ({ count, isExact: true })

describe('overview of the last hour', () => {
  test('each minute has the deliveries created and the attempts made in it, and the sums are those of the minutes', async () => {
    const tenant = await setUp()
    await (await setUp()).publishSome(9)
    await tenant.publishSome(4)
    await answering(204, app.deliver)
    await count()
    app.clock.advance(60)
    await tenant.publishSome(2)
    await answering(500, app.deliver)
    await count()
    await tenant.publishSome(1)
    await count()
    const { minutes, p95Duration, ...sums } = await tenant.lastHour()
    expect(sums).toEqual({ created: 7, succeeded: 4, failed: 2, successShare: 4 / 6 })
    expect(p95Duration).toBeGreaterThan(0)
    expect(minutes).toHaveLength(60)
    const now = app.clock.now().getTime()
    const atMinute = (ago: number) => new Date(Math.floor(now / 60_000) * 60_000 - ago * 60_000).toISOString()
    expect(minutes.map(({ at }: { at: string }) => new Date(at).toISOString())).toEqual(
      Array.from({ length: 60 }, (_, n) => atMinute(59 - n)),
    )
    expect(minutes.at(-1)).toMatchObject({ created: 3, succeeded: 0, failed: 2 })
    expect(minutes.at(-2)).toMatchObject({ created: 4, succeeded: 4, failed: 0 })
    expect(minutes.at(-3)).toMatchObject({ created: 0, succeeded: 0, failed: 0 })
  })

  test('a minute leaves the overview after an hour, and its rows go after two hours', async () => {
    const tenant = await setUp()
    await tenant.publishSome(1)
    await count()
    app.clock.advance(59 * 60)
    expect(await tenant.lastHour()).toMatchObject({ created: 1, successShare: null, p95Duration: null })
    app.clock.advance(60)
    expect(await tenant.lastHour()).toMatchObject({ created: 0 })
    expect(await removeMinutes(app.database.pool, app.clock.now())).toBe(false)
    expect(await rowsOf('delivery_minutes', tenant.organizationId)).toHaveLength(1)
    app.clock.advance(3_660)
    await removeMinutes(app.database.pool, app.clock.now())
    expect(await rowsOf('delivery_minutes', tenant.organizationId)).toHaveLength(0)
  })

  test('processes that count at once count each delivery once', async () => {
    const tenant = await setUp()
    for (let round = 0; round < 5; round++) {
      await tenant.publishSome(10)
      await Promise.all(Array.from({ length: 4 }, count))
    }
    await count()
    expect(await tenant.lastHour()).toMatchObject({ created: 50 })
  })

  test('deliveries on both sides of midnight are counted, and totals of earlier days are removed', async () => {
    const tenant = await setUp()
    const toMidnight = 86_400_000 - (app.clock.now().getTime() % 86_400_000)
    app.clock.advance(toMidnight / 1000 - 5)
    await tenant.publishSome(3)
    app.clock.advance(10)
    await tenant.publishSome(2)
    await count()
    expect(await tenant.lastHour()).toMatchObject({ created: 5 })
    expect(await rowsOf('delivery_totals', tenant.organizationId)).toHaveLength(2)
    app.clock.advance(2 * 86_400)
    await tenant.publishSome(1)
    await count()
    expect(await rowsOf('delivery_totals', tenant.organizationId)).toHaveLength(1)
    expect(await tenant.lastHour()).toMatchObject({ created: 1 })
  })

  test('a count that fails is logged and repeated', async () => {
    const tenant = await setUp()
    await tenant.publishSome(1)
    const { pool } = app.database
    let failures = 0
    const connect = async () => {
      if (failures++ === 0) throw new Error('The database is away')
      return pool.connect()
    }
    const failing = Object.assign(Object.create(pool), { connect })
    const first = createCountMinutes({ pool: failing, clock: app.clock, log: silentLog })
    first.start()
    await first.stop()
    expect(await tenant.lastHour()).toMatchObject({ created: 0 })
    const second = createCountMinutes({ pool: failing, clock: app.clock, log: silentLog })
    second.start()
    await second.stop()
    expect(await tenant.lastHour()).toMatchObject({ created: 1 })
    expect(COUNT_EVERY_MS).toBeLessThan(60_000)
  })
})

describe('overview of the backlog', () => {
  test('due, later, dead and held deliveries are counted apart, with the due time of the oldest', async () => {
    const tenant = await setUp({ retryPolicy: { maxAttempts: 2, backoffSeconds: [60] } })
    await (await setUp()).publishSome(3)
    expect(await tenant.backlog()).toEqual({
      ...{ due: exactly(0), later: exactly(0), dead: exactly(0), held: exactly(0), oldestDueAt: null },
    })
    await tenant.publishSome(2)
    await answering(500, app.deliver)
    expect(await tenant.backlog()).toMatchObject({ due: exactly(0), later: exactly(2), oldestDueAt: null })
    app.clock.advance(60)
    await answering(500, app.deliver)
    await tenant.publishSome(1)
    await answering(500, app.deliver)
    const published = app.clock.now()
    await tenant.publishSome(3)
    app.clock.advance(30)
    const waiting = await tenant.backlog()
    expect(waiting).toMatchObject({ due: exactly(3), later: exactly(1), dead: exactly(2), held: exactly(0) })
    expect(new Date(waiting.oldestDueAt)).toEqual(published)
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', {
      id: tenant.endpointId,
    })
    expect(await tenant.backlog()).toMatchObject({ due: exactly(0), held: exactly(4), dead: exactly(2) })
  })

  test('the number of failing endpoints leaves out disabled and recovered ones', async () => {
    const tenant = await setUp()
    const failing = async () => (await tenant.ask('{ overview { failingEndpoints } }')).failingEndpoints
    const second = (await tenant.createEndpoint(receiver.url)).webhookEndpoint.id
    expect(await failing()).toBe(0)
    await tenant.publishSome(1)
    await answering(500, app.deliver)
    expect(await failing()).toBe(2)
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', { id: second })
    expect(await failing()).toBe(1)
    await tenant.publishSome(1)
    await answering(204, app.deliver)
    expect(await failing()).toBe(0)
  })
})

describe('permissions of the overview', () => {
  test('a key that lacks a permission of one part reads the other parts', async () => {
    const { organizationId } = await setUp()
    const { key } = await app.tenant({ deliveries: ['read'] }, organizationId)
    const query = '{ overview { backlog { due { count } } failingEndpoints keysNearLimit { used } } }'
    const { data, errors } = await app.api.as(key).request(query)
    expect(data.overview).toEqual({ backlog: { due: { count: 0 } }, failingEndpoints: null, keysNearLimit: null })
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      expect.arrayContaining([
        [['overview', 'failingEndpoints'], 'FORBIDDEN'],
        [['overview', 'keysNearLimit'], 'FORBIDDEN'],
      ]),
    )
  })
})
