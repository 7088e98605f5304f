import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import type { Client } from '../../support/api.ts'
import type { App } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import { createTeam } from '../../support/people.ts'

// Expensive fields are limited for each organization, independent of key, alias and node.
let nodes: Nodes
let app: App
beforeAll(async () => {
  nodes = await startNodes({
    allowances: {
      ...DEFAULT_LIMITS,
      tiers: { ...DEFAULT_LIMITS.tiers, STANDARD: { minute: 1_000, hour: 5_000 } },
    },
  })
  app = nodes.first
})
afterAll(() => nodes.stop())

const MAKE = 'apiKeyCreate(input: { name: "x", permissions: [] }) { ... on ApiKeyCreatePayload { apiKey { id } } }'
const keysOf = async (owner: Client) => {
  const { nodes: keys } = await owner.ask('{ apiKeys(first: 100) { nodes { id } } }')
  return keys.length
}

describe('field rate limit', () => {
  test.each([
    ['webhookEndpointTest', 5, 'webhookEndpointTest(id: "whep_0") { __typename }'],
    ['deliveryRetry', 10, 'deliveryRetry(id: "dlv_0") { __typename }'],
    ['bulkActionCreate', 5, 'bulkActionCreate(input: { kind: RETRY, filter: { statuses: [DEAD] } }) { __typename }'],
    ['replayCreate', 5, 'replayCreate(input: { endpointId: "whep_0" }) { __typename }'],
    ['apiKeyRotate', 20, 'apiKeyRotate(id: "key_0", input: { mode: SAME_ID, overlapSeconds: 0 }) { __typename }'],
  ])('%s is admitted %i times a minute and then rejected with the time to retry', async (field, max, text) => {
    const owner = await app.tenant()
    for (let n = 0; n < max; n++) expect((await owner.request(`mutation { ${text} }`)).errors).toBeUndefined()
    const { errors } = await owner.request(`mutation { ${text} }`)
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(`may call ${field} at most ${max} times per minute`),
      path: [field],
      extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) },
    })
    const retryAfter = errors?.[0]?.extensions.retryAfter as number
    // The time states when a call fits: within a minute and the step of a second in which the window moves.
    expect(retryAfter).toBeLessThanOrEqual(61)
    app.clock.advance(retryAfter - 1)
    expect((await owner.request(`mutation { ${text} }`)).errors?.[0]?.extensions.retryAfter).toBe(1)
    app.clock.advance(1)
    expect((await owner.request(`mutation { ${text} }`)).errors).toBeUndefined()
  })

  test('aliases within one request count separately, so exactly 20 keys are created', async () => {
    const owner = await app.tenant()
    for (const count of [15, 15]) {
      const aliases = Array.from({ length: count }, (_, n) => `k${n}: ${MAKE}`).join(' ')
      const { errors } = await owner.request(`mutation { ${aliases} }`)
      for (const { extensions } of errors ?? []) expect(extensions.code).toBe('RATE_LIMITED')
    }
    expect(await keysOf(owner)).toBe(20)
    const thousand = Array.from({ length: 1_000 }, (_, n) => `k${n}: ${MAKE}`).join(' ')
    const { errors } = await owner.request(`mutation { ${thousand} }`)
    expect(errors?.[0]?.message).toMatch(/token|at most/i)
    expect(await keysOf(owner)).toBe(20)
  })

  test.each([
    ['text', (redis: Redis, name: string) => redis.set(name, 'no hash')],
    ['a list', (redis: Redis, name: string) => redis.del(name).then(() => redis.rpush(name, '1'))],
    ['a hash of words', (redis: Redis, name: string) => redis.hset(name, { now: 'x', minuten: 'y', minuteo: 'z' })],
  ])('a malformed Redis entry, %s, counts as no calls', async (_, write) => {
    const owner = await app.tenant()
    await owner.request(`mutation { ${MAKE} }`)
    const redis = new Redis(nodes.redis.url)
    const [name] = await redis.keys(`signalbox:limit:${owner.organizationId} *`)
    await write(redis, name!)
    await redis.quit()
    for (let n = 0; n < 20; n++) expect((await owner.request(`mutation { ${MAKE} }`)).errors).toBeUndefined()
    expect((await owner.request(`mutation { ${MAKE} }`)).errors?.[0]?.extensions.code).toBe('RATE_LIMITED')
  })

  test('100 concurrent requests with several keys of an organization admit exactly the limit', async () => {
    const owner = await app.tenant()
    const other = await app.tenant({ keys: ['write'] }, owner.organizationId)
    const before = await keysOf(owner)
    await Promise.all(Array.from({ length: 100 }, (_, n) => (n % 2 ? owner : other).request(`mutation { ${MAKE} }`)))
    // The operator has already created two keys in this organization.
    expect((await keysOf(owner)) - before).toBe(18)
  })

  test('two nodes share the count of calls', async () => {
    const owner = await app.tenant()
    const there = nodes.second.api.as(owner.key)
    for (let n = 0; n < 10; n++)
      for (const client of [owner, there])
        await client.request('mutation { replayCreate(input: { endpointId: "whep_0" }) { __typename } }')
    const codes = async (client: Client) =>
      (await client.request('mutation { replayCreate(input: { endpointId: "whep_0" }) { __typename } }')).errors?.[0]
        ?.extensions.code
    expect([await codes(owner), await codes(there)]).toEqual(['RATE_LIMITED', 'RATE_LIMITED'])
  })

  test('a request without permission or of another organization does not count', async () => {
    const owner = await app.tenant()
    const reader = await app.tenant({ events: ['read'] }, owner.organizationId)
    const text = 'mutation { webhookEndpointTest(id: "whep_0") { __typename } }'
    for (let n = 0; n < 10; n++) expect((await reader.request(text)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    const stranger = await app.tenant()
    for (let n = 0; n < 5; n++) await stranger.request(text)
    expect((await owner.request(text)).errors).toBeUndefined()
  })
})

describe('limit of invitations', () => {
  test('an organization sends 20 a minute, and the next one is refused', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const request = (n: number) =>
      owner.request(
        `mutation { invitationCreate(input: { email: "guest${n}@example.com", role: VIEWER }) { __typename } }`,
      )
    for (let n = 0; n < 20; n++) expect((await request(n)).errors).toBeUndefined()
    expect((await request(20)).errors?.[0]).toMatchObject({
      ...{ path: ['invitationCreate'], extensions: { code: 'RATE_LIMITED' } },
    })
  })
})
