import { afterAll, describe, expect, test } from 'vitest'
import { KEYS_NEAR_LIMIT_AT_MOST } from '../../../src/domain/overview/keys-near-limit.ts'
import { BACKLOG_AT_MOST } from '../../../src/domain/overview/overview.ts'
import { exactly, LIMIT, startOverview } from '../../support/overview.ts'

const overview = await startOverview()
const { app, receiver, rowsOf, setUp, answering } = overview
afterAll(overview.stop)

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
        { id: `key_${n}`, tier: 'ELEVATED', plan: 'GROWTH' },
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
