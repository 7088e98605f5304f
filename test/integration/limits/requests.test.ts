import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import { type App, startApp } from '../../support/app.ts'
import { watchEvents, watchSocket } from '../../support/watch.ts'

// Limits over HTTP, SSE and WebSocket, on a test clock.
const LIMIT = 5
let app: App
beforeAll(async () => {
  app = await startApp({
    allowances: {
      ...DEFAULT_LIMITS,
      tiers: { ...DEFAULT_LIMITS.tiers, STANDARD: { minute: LIMIT, hour: 12 } },
      plans: { ...DEFAULT_LIMITS.plans, STARTER: 4 },
    },
  })
})
afterAll(() => app.stop())

const VIEWER = '{ viewer { id } }'
const SUBSCRIBE = 'subscription { liveStatus { degraded } }'

async function ask(key: string | undefined, query = VIEWER) {
  const headers = { 'content-type': 'application/json', ...(key && { 'x-api-key': key }) }
  const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const header = (name: string) => response.headers.get(name)
  return {
    status: response.status,
    body: await response.json(),
    limits: ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'].map(header),
    rateLimit: header('ratelimit'),
    policy: header('ratelimit-policy'),
  }
}

/** A key of tier STANDARD, and the time when requests made now stop counting. */
async function newKey(plan = 'GROWTH') {
  const organizationId = await app.host.createOrganization('Limited')
  await app.host.ask(
    'mutation ($id: ID!, $plan: Plan!) { organizationUpdate(id: $id, input: { plan: $plan }) { __typename } }',
    { id: organizationId, plan },
  )
  const { secret } = await app.host.in(organizationId).createKey({ events: ['read'], keys: ['read'] })
  return { key: secret, reset: Math.floor(app.clock.now().getTime() / 1000) + 61 }
}

describe('rate limit headers', () => {
  test('every response to an API key states the remaining limits in both header forms', async () => {
    const { key, reset } = await newKey()
    const first = await ask(key)
    expect(first.limits).toEqual(['5', '4', String(reset), null])
    expect(first.rateLimit).toBe('"minute";r=4;t=61, "hour";r=11;t=3660, "day";r=49999;t=87840, "cost";r=4998;t=61')
    expect(first.policy).toBe('"minute";q=5;w=60, "hour";q=12;w=3600, "day";q=50000;w=86400, "cost";q=5000;w=60')
    app.clock.advance(10)
    expect((await ask(key)).limits).toEqual(['5', '3', String(reset), null])
  })

  test('a request past the limit is rejected with 429, spends nothing, and is admitted after the stated time', async () => {
    const { key, reset } = await newKey()
    for (let n = 0; n < LIMIT; n++) expect((await ask(key)).status).toBe(200)
    app.clock.advance(1)
    for (let n = 0; n < 3; n++) {
      const { status, body, limits, rateLimit } = await ask(key)
      expect(status).toBe(429)
      expect(body).toEqual({
        errors: [
          {
            message: 'This key has used up its requests for this minute. Try again in 60 s.',
            extensions: { code: 'RATE_LIMITED', retryAfter: 60, window: 'minute' },
          },
        ],
      })
      expect(limits).toEqual(['5', '0', String(reset), '60'])
      expect(rateLimit).toMatch(/^"minute";r=0;t=60, "hour";r=7;/)
    }
    app.clock.advance(60)
    expect((await ask(key)).limits.slice(0, 2)).toEqual(['5', '4'])
  })

  test('the window closest to exhaustion is the one reported', async () => {
    const { key } = await newKey()
    for (let n = 0; n < LIMIT; n++) await ask(key)
    app.clock.advance(61)
    for (let n = 0; n < LIMIT; n++) await ask(key)
    app.clock.advance(61)
    expect((await ask(key)).limits.slice(0, 2)).toEqual(['12', '1'])
    await ask(key)
    const { status, limits, body } = await ask(key)
    expect([status, limits[0], limits[1]]).toEqual([429, '12', '0'])
    expect(body.errors[0].extensions.window).toBe('hour')
  })

  test('the daily limit is set by the plan', async () => {
    const { key } = await newKey('STARTER')
    for (let n = 0; n < 4; n++) await ask(key)
    expect((await ask(key)).body.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', window: 'day' })
  })

  test('a request rejected before execution reports the limits and spends nothing', async () => {
    const { key } = await newKey()
    for (const query of ['{', '{ nothing }', `{ ${'a: viewer { id } '.repeat(30)} }`]) {
      const { body, limits } = await ask(key, query)
      expect(body.errors).toBeDefined()
      expect(limits.slice(0, 2)).toEqual(['5', '5'])
    }
  })

  test('a rejected key, a missing key and an operator key report no limits', async () => {
    expect((await ask('sb_live_000000000000000000000000000000000000000000000000')).limits).toEqual(Array(4).fill(null))
    expect((await ask(undefined)).limits).toEqual(Array(4).fill(null))
    for (let n = 0; n < 20; n++) expect((await ask(app.hostKey)).limits).toEqual(Array(4).fill(null))
  })
})

describe('rate limit', () => {
  test('every connection_init and operation over WebSocket counts, and is refused past the limit', async () => {
    const { key } = await newKey()
    const open = []
    for (let left = LIMIT; left > 2; left -= 2) {
      const watch = watchSocket(app.url, key, SUBSCRIBE)
      await watch.until((messages) => messages.length > 0)
      open.push(watch)
    }
    if (LIMIT % 2 === 0) await ask(key)
    // One request is left, for connection_init.
    const refused = watchSocket(app.url, key, SUBSCRIBE)
    await refused.untilEnded()
    expect(refused.messages).toMatchObject([
      { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 61, window: 'minute' } }] },
    ])
    expect(await watchSocket(app.url, key, VIEWER).untilEnded()).toMatchObject({ code: 1013 })
    expect((await ask(key)).status).toBe(429)
    for (const { stop } of open) stop()
  })

  test('an operation over SSE past the limit fails with the time to retry', async () => {
    const { key } = await newKey()
    for (let n = 0; n < LIMIT; n++) await ask(key)
    const watch = watchEvents(app.url, key, SUBSCRIBE)
    await watch.until((messages) => messages.length > 0)
    expect(watch.messages[0].errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 61 })
  })
})

describe('operation cost', () => {
  test('a response states its requested cost, its actual cost and the remaining points', async () => {
    const { key } = await newKey()
    const { body } = await ask(key, '{ events(first: 10) { nodes { id } } viewer { organization { id } } }')
    const left = {
      limit: 5000,
      remaining: 5000 - 24,
      resetAt: new Date(app.clock.now().getTime() + 61_000).toISOString(),
    }
    expect(body.extensions.cost).toEqual({ requested: 24, actual: 5, left })
    const ofHost = await ask(app.hostKey)
    expect(ofHost.body.extensions.cost).toEqual({ requested: 2, actual: 2, left: null })
  })

  test.each([
    ['an inline fragment', '{ events { ... { nodes { id } } } }', 41],
    ['a fragment', '{ events { ...F } } fragment F on EventConnection { edges { node { id } } }', 61],
    [
      'a total, which counts like a page below the root',
      '{ events(first: 1) { nodes { id } ...F } } fragment F on EventConnection { total { count } }',
      9,
    ],
    ['a list without pages', '{ usage { series { requests } } }', 1002],
    [
      'reads of the entries of a page',
      '{ webhookEndpoints(first: 10) { nodes { deliveryStats { total } } } }',
      1 + 10 * (1 + 1 + 1) + 10 * 5,
    ],
    [
      'nodes, by their ids',
      '{ nodes(ids: ["evt_1", "evt_2", "evt_2"]) { ... on Event { deliveries(first: 1) { nodes { id } } } } }',
      1 + 3 * 3 + (3 - 1) * 5,
    ],
  ])('a cost counts fields within %s', async (_name, query, requested) => {
    expect((await ask(app.hostKey, query)).body.extensions.cost.requested).toBe(requested)
  })

  test.each([
    [
      'the windows of a verified key',
      (key: string) => `apiKeyVerify(input: { key: "${key}" }) {
    ... on ApiKeyVerifyPayload { apiKey { id } limits { windows { name } } } }`,
      17,
    ],
    [
      'published events',
      () => `eventPublishMany(input: { events: [{ type: "a.b", data: 1 }, { type: "a.b", data: 1 }, { type: "a.b", data: 1 }] }) {
    ... on EventPublishManyPayload { events { id } } }`,
      511,
    ],
    [
      'validation issues',
      () => `eventPublishMany(input: { events: [{ type: "", data: 1 }, { type: "", data: 1 }, { type: "", data: 1 }] }) {
    ... on ValidationError { issues { path } } }`,
      12,
    ],
  ])('the actual cost of %s is at most the requested cost', async (_name, field, requested) => {
    const { key } = await newKey()
    await app.host.ask('mutation { eventTypeCreate(input: { name: "a.b" }) { __typename } }')
    const { cost } = (await ask(app.hostKey, `mutation { ${field(key)} }`)).body.extensions
    expect(cost).toMatchObject({ requested })
    expect(cost.actual).toBeGreaterThanOrEqual(12)
    expect(cost.actual).toBeLessThanOrEqual(requested)
  })

  test('responses over SSE and WebSocket state their cost', async () => {
    const { key } = await newKey()
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': key },
      body: JSON.stringify({ query: VIEWER }),
    })
    expect(await response.text()).toMatch(/"cost":\{"requested":2,"actual":2,"left":\{"limit":5000,"remaining":4998/)
    const client = createClient({
      ...{ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket },
      connectionParams: { 'x-api-key': key },
    })
    const { value } = await client.iterate({ query: VIEWER }).next()
    expect(value.extensions.cost).toMatchObject({ requested: 2, actual: 2, left: { remaining: 4996 } })
    await client.dispose()
  })

  test('an operation that costs more than the remaining points is rejected before execution and spends no request', async () => {
    const { key } = await newKey()
    const { body, limits } = await ask(
      key,
      '{ events(first: 100) { nodes { deliveries(first: 50) { nodes { id } } } } }',
    )
    expect(body.errors[0]).toMatchObject({
      message: 'This operation costs more points than this key may spend within a minute. Request less.',
      extensions: { code: 'RATE_LIMITED', window: 'cost' },
    })
    expect(limits[3]).toBeNull()
    expect(limits[0]).toBe('5000')
    expect((await ask(key)).limits.slice(0, 2)).toEqual(['5', '4'])
  })
})
