import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import { type App, startApp } from '../../support/app.ts'
import { watchSocket } from '../../support/watch.ts'

// A key shows its own usage, and what revoking it would break.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

/** An organization with a reader and a busy key. */
async function newTenant() {
  const owner = await app.tenant()
  const busy = await app.tenant({ events: ['read'], deliveries: ['read'] }, owner.organizationId)
  const ask = async (selection: string) => {
    await app.services.usageRecorder.flush()
    const query = `query ($id: ID!) { node(id: $id) { ... on ApiKey { ${selection} } } }`
    return (await owner.request(query, { id: busy.keyId })).data.node
  }
  return { owner, busy, ask }
}

describe('limits of a key', () => {
  test('a key shows what is left of each window, and reading it spends nothing', async () => {
    const own = await startApp({ allowances: DEFAULT_LIMITS })
    const owner = await own.tenant()
    const busy = await own.tenant({ events: ['read'] }, owner.organizationId)
    await busy.request('{ events { nodes { id } } }')
    const LIMITS = `query ($id: ID!) { node(id: $id) { ... on ApiKey {
      currentLimits { degraded windows { name limit remaining } } } } }`
    const read = async () => (await owner.request(LIMITS, { id: busy.keyId })).data.node.currentLimits
    const first = await read()
    expect(first).toMatchObject({
      degraded: false,
      windows: [
        { name: 'minute', limit: 60, remaining: 59 },
        { name: 'hour', limit: 3_000, remaining: 2_999 },
        { name: 'day', limit: 50_000, remaining: 49_999 },
        { name: 'cost', limit: 60_000 },
      ],
    })
    expect(await read()).toEqual(first)
    await own.stop()
  })

  test('a key without limits shows none', async () => {
    const { data } = await app.host.request('{ viewer { apiKey { currentLimits { degraded } } } }')
    expect(data.viewer.apiKey.currentLimits).toBeNull()
  })
})

describe('usage of a key', () => {
  test('a key has the requests of its own and not those of others', async () => {
    const { busy, ask } = await newTenant()
    for (let n = 0; n < 3; n++) await busy.request('{ events { nodes { id } } }')
    expect((await ask('usage { totals { requests } byOperation { value requests } }')).usage).toEqual({
      totals: { requests: 3 },
      byOperation: [{ value: 'events', requests: 3 }],
    })
  })

  test('an organization has the keys with the most requests first, those of people and of strangers apart', async () => {
    const { owner, busy } = await newTenant()
    await owner.request('{ deliveries { nodes { id } } }')
    for (let n = 0; n < 2; n++) await busy.request('{ events { nodes { id } } }')
    await app.services.usageRecorder.flush()
    const USAGE = 'query ($filter: UsageFilter) { usage(filter: $filter) { byKey { value requests } } }'
    expect((await owner.ask(USAGE)).byKey).toEqual([
      { value: busy.keyId, requests: 2 },
      { value: owner.keyId, requests: 1 },
    ])
    const { byKey } = await owner.ask(USAGE, { filter: { keyId: owner.keyId, operation: 'deliveries' } })
    expect(byKey).toEqual([{ value: owner.keyId, requests: 1 }])
    expect((await owner.ask('{ peopleUsage { byKey { value } } }')).byKey).toEqual([])
  })

  test('a filter that names a key is refused', async () => {
    const { owner } = await newTenant()
    const { errors } = await owner.request('{ apiKeys { nodes { usage(filter: { keyId: "x" }) { interval } } } }')
    expect(errors?.[0]?.message).toContain('filter.keyId: must be absent')
  })

  test('a series is CSV with a header line, one line per bucket and no value for a figure without requests', async () => {
    const { busy, ask } = await newTenant()
    await busy.request('{ events { nodes { id } } }')
    const { csv, series } = (await ask('usage { csv series { at requests } }')).usage
    const [header, line, rest] = csv.split('\r\n')
    expect(header).toBe(
      'at,requests,failed,rateLimited,errorRate,meanDuration,p50Duration,p95Duration,p99Duration,requestBytes,responseBytes',
    )
    expect(line).toMatch(new RegExp(`^${series[0].at.replace('Z', '.000Z').replace('.000.000', '.000')},1,0,0,0,\\d+`))
    expect(rest).toBe('')
  })
})

describe('activity of a key', () => {
  test('a key counts its recent requests and its open subscriptions', async () => {
    const { busy, ask } = await newTenant()
    await busy.request('{ events { nodes { id } } }')
    const watch = watchSocket(app.url, busy.key, 'subscription { deliveryUpdates { cursor } }')
    const activity = () => ask('activity { recentRequests openSubscriptions }')
    // The connection counts as a request as well.
    await expect.poll(activity).toEqual({ activity: { recentRequests: 2, openSubscriptions: 1 } })
    watch.stop()
    await expect.poll(activity).toEqual({ activity: { recentRequests: 2, openSubscriptions: 0 } })
    app.clock.advance(7 * 60)
    expect(await activity()).toEqual({ activity: { recentRequests: 0, openSubscriptions: 0 } })
  })

  test('usage and activity of a key need usage:read', async () => {
    const { owner } = await newTenant()
    const reader = await app.tenant({ keys: ['read'] }, owner.organizationId)
    for (const field of ['usage { interval }', 'activity { recentRequests }']) {
      const { errors } = await reader.request(`{ apiKeys { nodes { ${field} } } }`)
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    }
  })
})
