import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../../src/domain/keys/token.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import type { Client } from '../../support/api.ts'
import { permissionList } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { watchSocket } from '../../support/watch.ts'

// Usage of each API key is recorded over every transport.
let app: App
beforeAll(async () => {
  app = await startApp({ allowances: DEFAULT_LIMITS })
})
afterAll(() => app.stop())

const RECORDS = `query ($keyId: ID) { usageRecords(first: 100, keyId: $keyId) { nodes {
  keyId operation outcome status tier ip userAgent error requestBytes responseBytes durationMicroseconds } } }`
const USAGE = `query ($filter: UsageFilter) { usage(filter: $filter) {
  interval uniqueKeys totals { requests failed rateLimited errorRate requestBytes p50Duration p99Duration meanDuration }
  series { at requests } byOperation { value requests } byStatus { value requests } byTier { value requests } } }`

const EVENTS = '{ events { nodes { id } } }'

/** Queries usage with a separate key, so that the queries do not count toward the tested key. */
async function reader(organizationId: string) {
  const client = await app.tenant({ usage: ['read'] }, organizationId)
  return {
    ...client,
    records: async (keyId: string) => (await client.ask(RECORDS, { keyId })).nodes,
    usage: (filter: object = {}) => client.ask(USAGE, { filter }),
  }
}

const newTenant = async () => {
  const tenant = await app.tenant()
  return { tenant, read: await reader(tenant.organizationId) }
}

describe('usage record', () => {
  test('a request is recorded with operation, outcome, origin and size', async () => {
    const { tenant, read } = await newTenant()
    const body = JSON.stringify({ query: EVENTS })
    const headers = { 'content-type': 'application/json', 'user-agent': 'partner/1.0', 'x-api-key': tenant.key }
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body })
    const answer = await response.text()
    await app.services.usageRecorder.flush()
    const [record] = await read.records(tenant.keyId)
    const { durationMicroseconds, responseBytes, ...rest } = record
    expect(rest).toEqual({
      ...{ keyId: tenant.keyId, operation: 'events', outcome: 'OK', status: 200, tier: 'STANDARD', ip: '127.0.0.1' },
      ...{ userAgent: 'partner/1.0', error: null, requestBytes: body.length },
    })
    expect(durationMicroseconds).toBeGreaterThan(0)
    expect(responseBytes).toBeGreaterThan(answer.length)
  })

  test.each([
    ['a document that does not parse', '{', { operation: 'none', outcome: 'GRAPHQL_PARSE_FAILED', status: 200 }],
    ['a document that is too large', `{ ${'a: viewer { id } '.repeat(30)} }`, { outcome: 'QUERY_TOO_LARGE' }],
    [
      'a field without the permission',
      '{ organizations { nodes { id } } }',
      { operation: 'organizations', outcome: 'FORBIDDEN' },
    ],
    ['several fields at once', '{ a: viewer { id } b: viewer { id } }', { operation: 'several', outcome: 'OK' }],
  ])('%s is recorded with its outcome', async (_name, query, expected) => {
    const { tenant, read } = await newTenant()
    await tenant.request(query)
    await app.services.usageRecorder.flush()
    expect(await read.records(tenant.keyId)).toMatchObject([expected])
  })

  test('every operation over WebSocket is recorded, and a subscription when it starts', async () => {
    const { tenant, read } = await newTenant()
    for (const query of ['{ viewer { id } }', '{ nothing }', 'subscription { liveStatus { degraded } }']) {
      const watch = watchSocket(app.url, tenant.key, query)
      await Promise.race([watch.untilEnded(), watch.until((messages) => messages.length > 0)])
      watch.stop()
    }
    await app.services.usageRecorder.flush()
    const records = await read.records(tenant.keyId)
    expect(records.map(({ operation, outcome }: Record<string, string>) => [operation, outcome])).toEqual([
      ['liveStatus', 'OK'],
      ['none', 'GRAPHQL_VALIDATION_FAILED'],
      ['viewer', 'OK'],
    ])
  })

  test('a rejected key is recorded for its organization, and an unknown key for the operator', async () => {
    const { tenant, read } = await newTenant()
    await tenant.ask('mutation ($id: ID!) { apiKeyDisable(id: $id) { __typename } }', { id: tenant.keyId })
    await tenant.request(EVENTS)
    const unknown = createToken('sb', 'LIVE')
    await app.api.as(unknown).request(EVENTS)
    await app.api.as('nonsense').request(EVENTS)
    await app.services.usageRecorder.flush()
    expect((await read.records(tenant.keyId))[0]).toMatchObject({
      ...{
        outcome: 'UNAUTHENTICATED',
        status: 401,
        error: 'This API key is disabled. An administrator can enable it.',
      },
    })
    const { nodes } = await app.host.ask('{ invalidKeyAttempts(first: 2) { nodes { keyId ip outcome error } } }')
    expect(nodes).toEqual([
      {
        ...{ keyId: null, ip: '127.0.0.1', outcome: 'UNAUTHENTICATED' },
        error: 'This is not an API key of this installation. Check that the whole key was copied.',
      },
      { keyId: null, ip: '127.0.0.1', outcome: 'UNAUTHENTICATED', error: 'This API key does not exist.' },
    ])
    expect(JSON.stringify(nodes)).not.toContain(unknown.slice(12))
    const { totals } = await app.host.ask('{ invalidKeyUsage { totals { requests failed } } }')
    expect(totals.requests).toBeGreaterThanOrEqual(2)
    expect(totals.failed).toBe(totals.requests)
  })

  test('a verification is recorded for the verified key with the given operation', async () => {
    const { tenant, read } = await newTenant()
    const verify = (more: object) =>
      app.host.ask('mutation ($input: ApiKeyVerifyInput!) { apiKeyVerify(input: $input) { __typename } }', {
        input: { key: tenant.key, ...more },
      })
    await verify({ operation: 'GET:/invoices', ip: '203.0.113.7' })
    await verify({ permissions: permissionList({ platform: ['read'] }) })
    await verify({ cost: 60 })
    await app.services.usageRecorder.flush()
    expect(await read.records(tenant.keyId)).toMatchObject([
      { operation: 'apiKeyVerify', outcome: 'RATE_LIMITED', status: 429 },
      { operation: 'apiKeyVerify', outcome: 'INSUFFICIENT_PERMISSIONS', status: 403 },
      { operation: 'GET:/invoices', outcome: 'OK', status: 200, ip: '203.0.113.7' },
    ])
    expect((await read.usage({ keyId: tenant.keyId })).totals).toMatchObject({ requests: 3, failed: 2, rateLimited: 1 })
  })

  test('a verification of an unknown key is recorded for the organization that verifies', async () => {
    const { tenant, read } = await newTenant()
    await tenant.request(
      'mutation ($key: String!) { apiKeyVerify(input: { key: $key, ip: "203.0.113.7" }) { __typename } }',
      {
        key: createToken('sb', 'LIVE'),
      },
    )
    await app.services.usageRecorder.flush()
    const { nodes } = await read.ask('{ usageRecords(first: 2) { nodes { keyId operation outcome ip } } }')
    expect(nodes).toContainEqual({ keyId: null, operation: 'apiKeyVerify', outcome: 'NOT_FOUND', ip: '203.0.113.7' })
    const { nodes: unknown } = await app.host.ask('{ invalidKeyAttempts(first: 5) { nodes { ip } } }')
    expect(unknown).not.toContainEqual({ ip: '203.0.113.7' })
  })
})

describe('usage', () => {
  test('usage is summed by operation, status and tier, over time, for all keys and for one key', async () => {
    const { tenant, read } = await newTenant()
    const other = await app.tenant({ events: ['read'] }, tenant.organizationId)
    const start = new Date(Math.ceil(app.clock.now().getTime() / 3_600_000) * 3_600_000)
    app.clock.advance((start.getTime() - app.clock.now().getTime()) / 1000)
    for (let n = 0; n < 3; n++) {
      await tenant.request(EVENTS)
      await other.request('{ viewer { id } }')
      app.clock.advance(3_600)
    }
    await other.request('{ organizations { nodes { id } } }')
    await app.services.usageRecorder.flush()
    const range = { from: start.toISOString(), to: new Date(app.clock.now().getTime() + 1_000).toISOString() }
    const all = await read.usage(range)
    expect(all).toMatchObject({
      ...{ interval: 'HOUR', uniqueKeys: 2 },
      totals: { requests: 7, failed: 1, rateLimited: 0, errorRate: 1 / 7 },
      byOperation: [
        { value: 'events', requests: 3 },
        { value: 'viewer', requests: 3 },
        { value: 'organizations', requests: 1 },
      ],
      byStatus: [{ value: '200', requests: 7 }],
      byTier: [{ value: 'STANDARD', requests: 7 }],
    })
    const hour = (n: number) => new Date(start.getTime() + n * 3_600_000).toISOString()
    expect(all.series).toEqual([
      { at: hour(0), requests: 2 },
      { at: hour(1), requests: 2 },
      { at: hour(2), requests: 2 },
      { at: hour(3), requests: 1 },
    ])
    expect(all.totals.p50Duration).toBeGreaterThan(0)
    const of = async (filter: object) => (await read.usage({ ...range, ...filter })).totals.requests
    expect(await of({ keyId: other.keyId })).toBe(4)
    expect(await of({ operation: 'viewer' })).toBe(3)
    expect(await of({ status: 500 })).toBe(0)
    expect(await of({ tier: 'ELEVATED' })).toBe(0)
    expect((await read.usage({ ...range, keyId: other.keyId })).uniqueKeys).toBe(1)
    expect((await read.usage({ ...range, operation: 'events' })).uniqueKeys).toBe(1)
    expect((await read.usage({ ...range, operation: 'nothing' })).uniqueKeys).toBe(0)
    // A bucket that starts at the end of the range is excluded, so adjacent ranges do not overlap.
    expect((await read.usage({ from: hour(0), to: hour(2), interval: 'HOUR' })).totals.requests).toBe(4)
    // Filtered by one key, because the reading key is counted too, with a delay.
    const { keyId } = other
    for (const interval of ['MINUTE', 'HOUR', 'DAY', 'MONTH']) expect(await of({ interval, keyId })).toBe(4)
  })

  test.each([
    ['an end before its beginning', { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' }],
    ['more points than 1,000', { from: '2025-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z', interval: 'MINUTE' }],
  ])('usage with %s is rejected', async (_name, filter) => {
    const { read } = await newTenant()
    const { errors } = await read.request(USAGE, { filter })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', issues: [{ path: 'filter.from' }] })
  })

  test('a usage subscription sends totals for all keys or for one key', async () => {
    const { tenant, read } = await newTenant()
    const other = await app.tenant({ events: ['read'] }, tenant.organizationId)
    const query = (filter: string) => `subscription { usageUpdates${filter} { totals { requests rateLimited } } }`
    const all = watchSocket(app.url, read.key, query(''))
    const one = watchSocket(app.url, read.key, query(`(filter: { keyId: "${tenant.keyId}" })`))
    for (const watch of [all, one]) await watch.until((messages) => messages.length > 0)
    for (let n = 0; n < 61; n++) await tenant.request(EVENTS)
    await other.request(EVENTS)
    await app.services.usageRecorder.flush()
    const last = (messages: { usageUpdates: { totals: object } }[]) => messages.at(-1)?.usageUpdates.totals
    await one.until((messages) => JSON.stringify(last(messages)) === '{"requests":61,"rateLimited":1}')
    await all.until((messages) => JSON.stringify(last(messages)) === '{"requests":64,"rateLimited":1}')
    for (const { stop } of [all, one]) stop()
  })
})

describe('usage record list', () => {
  test('usage records are paginated by keyset in both directions', async () => {
    const { tenant, read } = await newTenant()
    for (let n = 0; n < 5; n++) {
      await tenant.request(EVENTS)
      await app.services.usageRecorder.flush()
    }
    const page = (client: Client, range: string) =>
      client.ask(`{ usageRecords(keyId: "${tenant.keyId}", ${range}) { edges { cursor } pageInfo { hasNextPage } } }`)
    const cursors = ({ edges }: { edges: { cursor: string }[] }) => edges.map(({ cursor }) => cursor)
    const all = cursors(await page(read, 'first: 10'))
    expect(all).toHaveLength(5)
    expect(cursors(await page(read, `first: 2, after: "${all[1]}"`))).toEqual(all.slice(2, 4))
    expect(cursors(await page(read, `last: 2, before: "${all[3]}"`))).toEqual(all.slice(1, 3))
    expect((await page(read, 'first: 4')).pageInfo.hasNextPage).toBe(true)
    for (const after of ['x', `${'-'.repeat(36)}:1`]) {
      const { errors } = await read.request(
        'query ($after: String) { usageRecords(after: $after) { edges { cursor } } }',
        { after },
      )
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    }
  })
})
