import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRedisBus } from '../../../src/bus/redis-bus.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import { accountOf } from '../../support/accounts.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { createBrowser, setUpOwner } from '../../support/browser-client.ts'
import { cloneDatabase } from '../../support/database.ts'
import { startRedis } from '../../support/redis.ts'

// Tries to sign in by client address, shared by two nodes through Redis.
const LIMIT = 6
const allowances = { ...DEFAULT_LIMITS, signIns: { minute: LIMIT, hour: 1_000 } }
const stops: (() => Promise<unknown>)[] = []
const nodes: App[] = []
beforeAll(async () => {
  const [database, redis] = [await cloneDatabase(), await startRedis()]
  for (let n = 0; n < 2; n++) {
    const bus = createRedisBus({ url: redis.url, log: silentLog })
    nodes.push(
      await startApp({
        ...{ databaseUrl: database.url, redisUrl: redis.url, bus, allowances, trustedProxies: ['127.0.0.1/32'] },
      }),
    )
  }
  stops.push(...nodes.map((node) => node.stop), redis.stop, database.drop)
  await setUpOwner(nodes[0]!)
})
afterAll(async () => {
  for (const stop of stops) await stop()
})

const from = (node: App, address: string) => accountOf(createBrowser(node.url, { 'x-forwarded-for': address }))

describe('tries to sign in from one address', () => {
  test.each([
    ['an IPv4 address', ['192.0.2.1', '::ffff:192.0.2.1'], '192.0.2.2'],
    ['a /64 network of IPv6', ['2001:db8:1:1::1', '2001:db8:1:1:ffff::2'], '2001:db8:1:2::1'],
  ])(
    '[7] they count together for %s, over all processes and for every step that is guessed',
    async (name, [one, other], free) => {
      const steps = [
        (node: App, address: string) => from(node, address).signIn(`of ${name}@example.com`, { password: 'wrong' }),
        (node: App, address: string) => from(node, address).verify({ challenge: 'wrong', code: '000000' }),
        (node: App, address: string) => from(node, address).reset({ code: 'wrong', password: 'another long password' }),
      ]
      for (let n = 0; n < LIMIT; n++) {
        const answer = await steps[n % 3]!(nodes[n % 2]!, n % 4 < 2 ? one! : other!)
        expect(answer.code).toMatch(/^(UNAUTHENTICATED|CODE_NOT_GOOD)$/)
      }
      for (const node of nodes)
        for (const address of [one!, other!]) {
          for (const step of steps) expect((await step(node, address)).topLevel).toBe('RATE_LIMITED')
          expect((await from(node, address).requestReset('ana@example.com')).topLevel).toBe('RATE_LIMITED')
          expect((await from(node, address).signIn('ana@example.com')).topLevel).toBe('RATE_LIMITED')
        }
      expect((await from(nodes[0]!, free).signIn('ana@example.com')).person.name).toBe('Ana')
      nodes[0]!.clock.advance(61)
      nodes[1]!.clock.advance(61)
      expect((await from(nodes[1]!, one!).signIn('ana@example.com')).person.name).toBe('Ana')
    },
  )
})
