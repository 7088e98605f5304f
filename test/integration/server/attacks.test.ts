import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { createToken } from '../../../src/domain/keys/token.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

// Attacks on authentication and limits. Each attack is one test and one row of the table that is printed at the end.
const table: [attack: string, answer: string][] = []
let app: App
let proxied: App
let receiver: Receiver
let owner: Client & { organizationId: string; keyId: string }
let stranger: Client & { organizationId: string }
beforeAll(async () => {
  app = await startApp({ allowances: DEFAULT_LIMITS })
  proxied = await startApp({ trustedProxies: ['127.0.0.0/8'] })
  receiver = await startReceiver()
  owner = await app.tenant()
  stranger = await app.tenant()
})
afterAll(async () => {
  await Promise.all([app.stop(), proxied.stop(), receiver.stop()])
  const width = Math.max(...table.map(([attack]) => attack.length))
  console.log(['', ...table.map(([attack, answer]) => `${attack.padEnd(width)}  ${answer}`), ''].join('\n'))
})

/** Runs an attack as a test and adds its result to the table. */
function attack(name: string, run: () => Promise<string>): void {
  test(`the server withstands: ${name}`, async () => {
    table.push([name, await run()])
  })
}

const VIEWER = '{ viewer { id } }'
async function ask(headers: [string, string][], query = VIEWER, to = app) {
  const response = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: [['content-type', 'application/json'], ['accept', 'application/json'], ...headers],
    body: JSON.stringify({ query }),
  })
  const { data, errors } = await response.json()
  return {
    status: response.status,
    code: errors?.[0]?.extensions?.code ?? 'OK',
    message: errors?.[0]?.message ?? '',
    data,
  }
}
const verify = async (key: string, by: Client, more = {}) => {
  const { data } = await by.request(
    'mutation ($input: ApiKeyVerifyInput!) { apiKeyVerify(input: $input) { ... on ApiKeyVerifyPayload { code apiKey { id } } } }',
    { input: { key, ...more } },
  )
  return data.apiKeyVerify
}

describe('attack', () => {
  attack('a key with a forged checksum', async () => {
    const last = owner.key.at(-1) === 'A' ? 'B' : 'A'
    const { status, message } = await ask([['x-api-key', owner.key.slice(0, -1) + last]])
    expect([status, message]).toEqual([
      401,
      'This is not an API key of this installation. Check that the whole key was copied.',
    ])
    return '401 before any look-up'
  })

  attack("verifying another organization's key", async () => {
    expect(await verify(owner.key, stranger)).toEqual({ code: 'NOT_FOUND', apiKey: null })
    expect(await verify(createToken('sb', 'LIVE'), stranger)).toEqual({ code: 'NOT_FOUND', apiKey: null })
    return 'NOT_FOUND, like an unknown key'
  })

  attack('acting in another organization by the header', async () => {
    const headers: [string, string][] = [
      ['x-api-key', stranger.key],
      ['signalbox-organization', owner.organizationId],
    ]
    expect((await ask(headers)).code).toBe('FORBIDDEN')
    return 'FORBIDDEN'
  })

  attack('X-Forwarded-For from an untrusted peer', async () => {
    const { secret } = await owner.createKey({}, { allowedIps: ['203.0.113.7'] })
    for (const spoof of ['203.0.113.7', '203.0.113.7, 127.0.0.1', '::ffff:203.0.113.7'])
      expect(
        (
          await ask([
            ['x-api-key', secret],
            ['x-forwarded-for', spoof],
          ])
        ).status,
      ).toBe(401)
    return '401: the address of the peer counts'
  })

  attack('X-Forwarded-For with a forged first address', async () => {
    const tenant = await proxied.tenant()
    const { secret } = await tenant.createKey({}, { allowedIps: ['203.0.113.7'] })
    const by = async (forwarded: string) =>
      (
        await ask(
          [
            ['x-api-key', secret],
            ['x-forwarded-for', forwarded],
          ],
          VIEWER,
          proxied,
        )
      ).status
    expect(await by('203.0.113.7')).toBe(200)
    expect(await by('203.0.113.7, 198.51.100.9')).toBe(401)
    expect(await by('203.0.113.7, nonsense')).toBe(401)
    expect(await by('nonsense, 203.0.113.7, 127.0.0.1')).toBe(200)
    return '401: the last address that is not a proxy counts'
  })

  attack('an IPv4-mapped IPv6 address against the allowlist', async () => {
    const { secret } = await owner.createKey({ events: ['read'] }, { allowedIps: ['10.0.0.0/8'] })
    expect((await verify(secret, owner, { ip: '::ffff:11.0.0.1' })).code).toBe('IP_NOT_ALLOWED')
    expect((await verify(secret, owner, { ip: '::ffff:10.9.9.9' })).code).toBe('VALID')
    const six = await owner.createKey({ events: ['read'] }, { allowedIps: ['::/0'] })
    expect((await verify(six.secret, owner, { ip: '10.0.0.1' })).code).toBe('IP_NOT_ALLOWED')
    return 'treated as the IPv4 address'
  })

  const TOO_LARGE = /at most 20 fields|more that 5000 tokens/

  attack('a thousand aliases', async () => {
    const aliases = (count: number, field: string) =>
      `{ ${Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')} }`
    for (const field of ['viewer { id }', 'events { nodes { id } }'])
      expect((await ask([['x-api-key', owner.key]], aliases(1_000, field))).message).toMatch(TOO_LARGE)
    expect((await ask([['x-api-key', owner.key]], aliases(10_000, 'viewer { id }'))).message).toMatch(/at most|limit/)
    expect((await ask([['x-api-key', owner.key]], `{ viewer { ${'id '.repeat(1_001)} } }`)).code).toBe(
      'QUERY_TOO_LARGE',
    )
    return 'rejected by its size'
  })

  attack('aliases against the limit of key creation', async () => {
    const tenant = await app.tenant()
    const field = 'apiKeyCreate(input: { name: "x", permissions: [] }) { ... on ApiKeyCreatePayload { apiKey { id } } }'
    const mutation = `mutation { ${Array.from({ length: 20 }, (_, n) => `a${n}: ${field}`).join(' ')} }`
    for (let n = 0; n < 3; n++) await tenant.request(mutation)
    const { nodes } = await tenant.ask('{ apiKeys(first: 100) { nodes { id } } }')
    expect(nodes).toHaveLength(20)
    return 'exactly 20 a minute'
  })

  attack('a batch of operations in one request', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': owner.key },
      body: JSON.stringify(Array.from({ length: 100 }, () => ({ query: VIEWER }))),
    })
    expect(response.status).toBe(400)
    return '400'
  })

  attack('introspection and an own query by a restricted key, over each transport', async () => {
    const { secret } = await owner.createKey({ events: ['read'] }, { persistedOnly: true })
    for (const query of ['{ __schema { types { name } } }', '{ __typename }', VIEWER]) {
      expect((await ask([['x-api-key', secret]], query)).code).toBe('PERSISTED_OPERATIONS_ONLY')
      const url = `${app.url}/graphql?query=${encodeURIComponent(query)}`
      for (const accept of ['application/json', 'text/event-stream'])
        expect(await (await fetch(url, { headers: { 'x-api-key': secret, accept } })).text()).toContain(
          'PERSISTED_OPERATIONS_ONLY',
        )
      const client = createClient({
        ...{ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 },
        connectionParams: { 'x-api-key': secret },
      })
      const errors = await new Promise((resolve) =>
        client.subscribe({ query }, { next: resolve, error: resolve, complete: () => resolve('completed') }),
      )
      expect(JSON.stringify(errors)).toContain('PERSISTED_OPERATIONS_ONLY')
      await client.dispose()
    }
    return 'PERSISTED_OPERATIONS_ONLY'
  })

  attack('names of 100,000 characters', async () => {
    const long = 'a'.repeat(100_000)
    const fields = [
      'apiKeyCreate(input: { name: $long, permissions: [] })',
      'eventTypeCreate(input: { name: $long })',
      'apiKeyVerify(input: { key: $long })',
      'persistedDocumentCreate(input: { body: $long })',
      'eventPublish(input: { type: $long, data: 1 })',
    ]
    for (const field of fields) {
      const { data, errors } = await owner.request(`mutation ($long: String!) { r: ${field} { __typename } }`, { long })
      expect([field, errors?.[0]?.message, data?.r.__typename]).toEqual([field, undefined, 'ValidationError'])
    }
    const usage = await owner.request(
      'query ($long: String!) { usage(filter: { operation: $long }) { totals { requests } } }',
      { long },
    )
    expect(usage.data.usage.totals.requests).toBe(0)
    const named = await ask([['x-api-key', owner.key]], `query ${'a'.repeat(99_900)} { viewer { id } }`)
    expect(named.code).toBe('OK')
    await app.services.usageRecorder.flush()
    const { nodes } = await owner.ask('{ usageRecords(first: 100) { nodes { operation error } } }')
    for (const { operation, error } of nodes)
      expect([operation.length < 101, (error ?? '').length <= 200]).toEqual([true, true])
    return 'ValidationError, and no usage record has the name'
  })

  attack('two keys in one request', async () => {
    expect(
      (
        await ask([
          ['x-api-key', owner.key],
          ['authorization', `Bearer ${stranger.key}`],
        ])
      ).message,
    ).toMatch(/different API keys/)
    expect(
      (
        await ask([
          ['x-api-key', owner.key],
          ['x-api-key', stranger.key],
        ])
      ).status,
    ).toBe(401)
    expect(
      (
        await ask([
          ['authorization', `Bearer ${owner.key}`],
          ['authorization', `Bearer ${stranger.key}`],
        ])
      ).status,
    ).toBe(401)
    return '401'
  })

  attack('timing of known and unknown keys (reported, not asserted)', async () => {
    const fresh = () => createToken('sb', 'LIVE')
    const time = async (key: () => string) => {
      const took: number[] = []
      for (let n = 0; n < 40; n++) {
        const value = key()
        const started = performance.now()
        await ask([['x-api-key', value]])
        took.push(performance.now() - started)
      }
      return took.sort((a, b) => a - b)[20]!.toFixed(2)
    }
    const again = fresh()
    const known = await time(() => app.hostKey)
    const unknown = await time(() => again)
    const unseen = await time(fresh)
    return `median ms: known ${known}, unknown ${unknown}, never seen before ${unseen}`
  })
})
