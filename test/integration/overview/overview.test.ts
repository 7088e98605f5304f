import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  COUNT_EVERY_MS,
  countMinutes,
  createCountMinutes,
  removeMinutes,
} from '../../../src/domain/deliveries/count-minutes.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import { KEYS_NEAR_LIMIT_AT_MOST } from '../../../src/domain/overview/keys-near-limit.ts'
import { BACKLOG_AT_MOST } from '../../../src/domain/overview/overview.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { explainReads } from '../../support/explain.ts'
import { startReceiver } from '../../support/receiver.ts'

// Figures of the page that an organization opens first, from real publishes and attempts on a test clock.
const LIMIT = 10
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp({
    allowances: { ...DEFAULT_LIMITS, tiers: { ...DEFAULT_LIMITS.tiers, ELEVATED: { minute: LIMIT, hour: 1_000 } } },
  })
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const count = () => countMinutes(app.database.pool, app.clock.now())
const rowsOf = async (table: string, organizationId: string) =>
  (await app.database.pool.query(`SELECT * FROM ${table} WHERE organization_id = $1`, [organizationId])).rows

/** An organization with an endpoint; the platform key acts in it, because tenants have limits here. */
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

describe('overview of keys near a limit', () => {
  test('a key is listed from 80 % of a window on, and reading the list spends nothing', async () => {
    const organizationId = await app.host.createOrganization('Limited')
    const owner = app.host.in(organizationId)
    const near = async () =>
      (await owner.ask('{ overview { keysNearLimit { apiKey { id } window { name limit resetAt } used usedShare } } }'))
        .keysNearLimit
    const { secret, apiKey } = await owner.createKey({ events: ['read'] }, { tier: 'ELEVATED' })
    await owner.createKey({ events: ['read'] }, { tier: 'ELEVATED' })
    const client = app.api.as(secret)
    const use = async (times: number) => {
      for (let n = 0; n < times; n++) await client.ask('{ viewer { id } }')
      // The time of the last use is written without a wait.
      await expect
        .poll(async () => (await rowsOf('api_keys', organizationId)).some((key) => key.last_used_at !== null))
        .toBe(true)
    }
    await use(LIMIT * 0.8 - 1)
    expect(await near()).toEqual([])
    await use(1)
    const window = { name: 'minute', limit: LIMIT, resetAt: expect.any(String) }
    const listed = [{ apiKey: { id: apiKey.id }, window, used: 8, usedShare: 0.8 }]
    expect(await near()).toEqual(listed)
    expect(await near()).toEqual(listed)
    app.clock.advance(120)
    expect(await near()).toEqual([])
  })
})

describe('bounds of the overview', () => {
  test('dead letters are counted up to the bound, which the answer states', async () => {
    const tenant = await setUp()
    const event = await tenant.publish('a.b')
    await app.database.pool.query(
      `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, created_at, updated_at)
       SELECT 'dlv_1' || lpad(n::text, 25, '0'), $1, $2, $3, 'DEAD', 'SCHEDULED', $4, $4 FROM generate_series(0, ${BACKLOG_AT_MOST}) n`,
      [tenant.organizationId, event, tenant.endpointId, app.clock.now()],
    )
    expect((await tenant.backlog()).dead).toEqual({ count: BACKLOG_AT_MOST, isExact: false })
  })

  test('of more keys near a limit than are listed, those with the fullest windows are', async () => {
    const organizationId = await app.host.createOrganization('Busy')
    await app.database.pool.query(
      `INSERT INTO api_keys (id, organization_id, name, environment, display_prefix, permissions, tier, created_by, created_at, last_used_at)
       SELECT 'key_' || n, $1, n, 'LIVE', 'sb_live_1', '{}', 'ELEVATED', 'system', $2, $2 FROM generate_series(0, ${KEYS_NEAR_LIMIT_AT_MOST + 4}) n`,
      [organizationId, app.clock.now()],
    )
    for (let n = 0; n < KEYS_NEAR_LIMIT_AT_MOST + 5; n++)
      await app.services.limits.spend(
        { principalId: `key_${n}`, tier: 'ELEVATED', plan: 'GROWTH' },
        { requests: n < 5 ? 8 : 9, points: 0 },
      )
    const { keysNearLimit } = await app.host.in(organizationId).ask('{ overview { keysNearLimit { used } } }')
    expect(keysNearLimit).toEqual(Array(KEYS_NEAR_LIMIT_AT_MOST).fill({ used: 9 }))
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

describe('cost of the overview', () => {
  test('stored deliveries, days and organizations do not add to the rows that are read', async () => {
    const tenant = await setUp()
    const other = await setUp()
    const { pool, boundedPool } = app.database
    await pool.query(STORED, [tenant.organizationId, other.organizationId, app.clock.now(), tenant.endpointId])
    await pool.query(DAYS, [tenant.organizationId, other.organizationId, app.clock.now()])
    await pool.query('ANALYZE')
    await tenant.publishSome(3)
    await count()
    const scans = await explainReads(boundedPool, () =>
      tenant.ask('{ overview { lastHour { created } backlog { due { count } dead { count } } failingEndpoints } }'),
    )
    expect(scans.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(100)
    expect(scans.filter(({ node }) => node === 'Seq Scan')).toEqual([])
    const counted = await explainReads(pool, async () => {
      const at = app.clock.now()
      await pool.query({
        text: "SELECT count(*) FROM delivery_stats WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date - 1",
        values: [at],
      })
    })
    expect(counted.map(({ index }) => index)).toEqual(['delivery_stats_day_idx'])
  })
})

/** Finished deliveries of two organizations. */
const STORED = `WITH event AS (
  INSERT INTO events (id, organization_id, type, body, created_at)
  SELECT 'evt_0' || lpad(n::text, 25, '0'), $1, 'a.b', '', $3 FROM generate_series(1, 20000) n RETURNING id
) INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, attempt_count, created_at, updated_at)
  SELECT 'dlv_' || substr(id, 5), CASE WHEN substr(id, 30)::int % 2 = 0 THEN $1 ELSE $2 END, id, $4, 'SUCCEEDED', 'SCHEDULED', 1, $3, $3
  FROM event`
/** Minutes of the other organization, and statistics of many days of both. */
const DAYS = `WITH minutes AS (
  INSERT INTO delivery_minutes SELECT $2, date_trunc('minute', $3::timestamptz) - n % 60 * interval '1 minute', n / 60, 1, 1, 0
  FROM generate_series(0, 5999) n
) INSERT INTO delivery_stats (endpoint_id, day, bucket, organization_id, created)
  SELECT 'whep_' || n % 2, $3::date - 2 - n / 20, n % 20, CASE WHEN n % 2 = 0 THEN $1 ELSE $2 END, 1 FROM generate_series(0, 5999) n`
