import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRedisBus } from '../../../src/bus/redis-bus.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { type Browser, createBrowser, setUpOwner } from '../../support/browser-client.ts'
import { cloneDatabase } from '../../support/database.ts'
import { startRedis } from '../../support/redis.ts'

// What people and strangers may ask, and how requests of people are counted. Two nodes share the limits through Redis.
const LIMIT = 20
const limit = { minute: LIMIT, hour: 1_000 }
const allowances = { ...DEFAULT_LIMITS, tiers: { ...DEFAULT_LIMITS.tiers, PEOPLE: limit, STRANGERS: limit } }
const stops: (() => Promise<unknown>)[] = []
const nodes: App[] = []
let browser: Browser
beforeAll(async () => {
  const [database, redis] = [await cloneDatabase(), await startRedis()]
  for (let n = 0; n < 2; n++) {
    const bus = createRedisBus({ url: redis.url, log: silentLog })
    const trustedProxies = ['127.0.0.1/32']
    nodes.push(
      await startApp({ ...{ databaseUrl: database.url, redisUrl: redis.url, bus, allowances, trustedProxies } }),
    )
  }
  stops.push(...nodes.map((node) => node.stop), redis.stop, database.drop)
  ;({ browser } = await setUpOwner(nodes[0]!))
})
afterAll(async () => {
  for (const stop of stops) await stop()
})

/** A request without a credential from an address, which a proxy names. */
async function knock(node: App, address: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${node.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'x-forwarded-for': address, ...headers },
    body: JSON.stringify({ query: '{ viewer { role } }' }),
  })
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] }
  return { code: errors[0]!.extensions.code, status: response.status, retryAfter: response.headers.get('retry-after') }
}

describe('requests without a credential', () => {
  test.each([
    ['an IPv4 address', ['192.0.2.1', '::ffff:192.0.2.1'], '192.0.2.2'],
    ['a /64 network of IPv6', ['2001:db8:1:1::1', '2001:db8:1:1:ffff::2'], '2001:db8:1:2::1'],
  ])('[7] every request counts against %s, over all processes', async (_name, [one, other], free) => {
    for (let n = 0; n < LIMIT; n++)
      expect((await knock(nodes[n % 2]!, n % 3 === 0 ? one! : other!)).code).toBe('UNAUTHENTICATED')
    for (const node of nodes)
      for (const address of [one!, other!])
        expect(await knock(node, address)).toEqual({ code: 'RATE_LIMITED', status: 429, retryAfter: '61' })
    expect((await knock(nodes[0]!, free)).code).toBe('UNAUTHENTICATED')
  })

  test('[7] wrong keys and ended sessions count against the address, and a good key passes at its limit', async () => {
    const [node] = nodes as [App, App]
    const cookie = `__Host-sb_session_${new URL(node.url).port}=sbs_wrong`
    for (let n = 0; n < LIMIT; n++)
      await knock(
        node,
        '192.0.2.9',
        n % 2 === 0 ? { authorization: 'Bearer sb_live_wrong' } : { cookie, origin: node.url },
      )
    expect((await knock(node, '192.0.2.9', { cookie, origin: node.url })).code).toBe('RATE_LIMITED')
    const response = await fetch(`${node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.9', 'x-api-key': node.hostKey },
      body: JSON.stringify({ query: '{ viewer { role } }' }),
    })
    expect(response.status).toBe(200)
  })
})

describe('requests of people', () => {
  test('a person past the limit is refused on every node and on a second session, in words for people', async () => {
    const [first, second] = nodes as [App, App]
    let refused: string | undefined
    for (let n = 0; n <= LIMIT && refused === undefined; n++)
      refused = (await browser.request('{ viewer { role } }')).errors?.[0]?.message
    expect(refused).toMatch(/^You have used up your requests for this minute\. Try again in \d+ s\.$/)
    const there = createBrowser(second.url)
    const [token = ''] = [...browser.jar.values()]
    there.jar.set(`__Host-sb_session_${new URL(second.url).port}`, token)
    expect((await there.request('{ viewer { role } }')).errors?.[0]?.extensions.code).toBe('RATE_LIMITED')
    first.clock.advance(62)
    second.clock.advance(62)
    expect((await there.request('{ viewer { role } }')).errors).toBeUndefined()
  })

  test('an operation past the cost of a minute is refused when a person sends it', async () => {
    const list = 'events(first: 100) { nodes { deliveries(first: 100) { nodes { id } } } }'
    const { errors } = await browser.request(`{ a: ${list} b: ${list} }`)
    expect(errors?.[0]?.message).toBe(
      'This operation costs more points than you may spend within a minute. Request less.',
    )
  })

  test('requests of people are counted as those of people, and not as usage of keys', async () => {
    const [node] = nodes as [App, App]
    node.clock.advance(120)
    const FIGURES = '{ totals { requests } byOperation { value requests } uniqueKeys }'
    await node.services.usageRecorder.flush()
    const before = await browser.ask(`{ peopleUsage ${FIGURES} }`)
    for (let n = 0; n < 3; n++) await browser.ask('{ setup: viewer { role } }')
    await node.services.usageRecorder.flush()
    const people = await browser.ask(`{ peopleUsage ${FIGURES} }`)
    const viewers = ({ byOperation }: { byOperation: { value: string; requests: number }[] }) =>
      byOperation.find(({ value }) => value === 'viewer')?.requests ?? 0
    expect(viewers(people) - viewers(before)).toBe(3)
    expect(people.uniqueKeys).toBe(0)
    expect(await browser.ask(`{ usage ${FIGURES} }`)).toEqual({
      totals: { requests: 0 },
      byOperation: [],
      uniqueKeys: 0,
    })
    expect(await browser.ask('{ usageRecords { nodes { operation } } }')).toEqual({ nodes: [] })
  })

  test('a refusal names the role and the permission that it lacks', async () => {
    const { database } = nodes[0]!
    await database.prisma.member.updateMany({ data: { role: 'VIEWER' } })
    const { errors } = await browser.request('{ auditEntries { nodes { id } } }')
    expect(errors?.[0]).toMatchObject({
      message:
        'Your role VIEWER lacks the permission audit: read for Query.auditEntries. Ask an owner or an administrator.',
      extensions: { code: 'FORBIDDEN' },
    })
  })
})
