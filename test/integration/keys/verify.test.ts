import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createToken } from '../../../src/domain/keys/token.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import type { Client } from '../../support/api.ts'
import { permissionList } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

// The operator verifies a key that was presented to another API. A rejected key spends nothing.
let app: App
let owner: Client & { organizationId: string }
beforeAll(async () => {
  app = await startApp({ allowances: DEFAULT_LIMITS })
  owner = await app.tenant()
  await app.host.declareResource('invoices')
})
afterAll(() => app.stop())

const VERIFY = `mutation ($input: ApiKeyVerifyInput!) { apiKeyVerify(input: $input) {
  ... on ApiKeyVerifyPayload { code message apiKey { id organizationId name } limits { degraded windows { name limit remaining } } }
  ... on Error { error: code message } } }`
const verify = async (key: string, more: object = {}, by: Client = app.host) => {
  const { data, errors } = await by.request(VERIFY, { input: { key, ...more } })
  if (errors) throw new Error(JSON.stringify(errors))
  return data.apiKeyVerify
}
const code = async (key: string, more: object = {}, by: Client = app.host) => (await verify(key, more, by)).code
/** Creates a key as the operator, so the key may have permissions that the organization lacks. */
const make = (more: Record<string, unknown> = {}, permissions = { invoices: ['read'] as never }) =>
  app.host.in(owner.organizationId).createKey(permissions, more)
const change = (mutation: string, id: string) =>
  owner.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename } }`, { id })

describe('apiKeyVerify', () => {
  test('a valid key is verified with its id, its organization and its remaining limits', async () => {
    const { secret, apiKey } = await make()
    expect(await verify(secret, { permissions: permissionList({ invoices: ['read'] }), ip: '203.0.113.7' })).toEqual({
      code: 'VALID',
      message: 'The key is valid, has the permissions, and the cost was spent.',
      apiKey: { id: apiKey.id, organizationId: owner.organizationId, name: 'Test' },
      limits: {
        degraded: false,
        windows: [
          { name: 'minute', limit: 60, remaining: 59 },
          { name: 'hour', limit: 3_000, remaining: 2_999 },
          { name: 'day', limit: 50_000, remaining: 49_999 },
          { name: 'cost', limit: 60_000, remaining: 60_000 },
        ],
      },
    })
  })

  test('each rejection has its own code, final codes first, and spends nothing', async () => {
    const { secret, apiKey } = await make({ allowedIps: ['203.0.113.0/24', '2001:db8::/32'] })
    const ip = '203.0.113.7'
    expect(await code(secret)).toBe('IP_NOT_ALLOWED')
    expect(await code(secret, { ip: '198.51.100.1' })).toBe('IP_NOT_ALLOWED')
    expect(await code(secret, { ip: '::ffff:203.0.113.9', cost: 0 })).toBe('VALID')
    expect(await code(secret, { ip, permissions: permissionList({ invoices: ['write'] }) })).toBe(
      'INSUFFICIENT_PERMISSIONS',
    )
    await change('apiKeyDisable', apiKey.id)
    expect(await code(secret, { ip })).toBe('DISABLED')
    await change('apiKeyEnable', apiKey.id)
    expect((await verify(secret, { ip, cost: 0 })).limits.windows[0].remaining).toBe(60)
    await change('apiKeyDisable', apiKey.id)
    await change('apiKeyRevoke', apiKey.id)
    expect(await code(secret, { ip })).toBe('REVOKED')
    expect((await verify(secret, { ip, cost: 0 })).limits.windows[0].remaining).toBe(60)
    const expiresAt = new Date(app.clock.now().getTime() + 1_000).toISOString()
    const expiring = await make({ expiresAt })
    app.clock.advance(1)
    expect(await code(expiring.secret)).toBe('EXPIRED')
  })

  test('an exceeded minute is RATE_LIMITED, an exceeded day is QUOTA_EXCEEDED, and a cost is spent whole or not at all', async () => {
    const { secret } = await make()
    expect(await code(secret, { cost: 50 })).toBe('VALID')
    expect(await verify(secret, { cost: 11 })).toMatchObject({
      code: 'RATE_LIMITED',
      limits: { windows: [{ remaining: 10 }, {}, {}, {}] },
    })
    expect(await code(secret, { cost: 10 })).toBe('VALID')
    const starter = await app.host.createOrganization('Starter')
    await app.host.ask('mutation ($id: ID!) { organizationUpdate(id: $id, input: { plan: STARTER }) { __typename } }', {
      id: starter,
    })
    const small = await app.host.in(starter).createKey({}, { tier: 'ENTERPRISE' })
    for (let n = 0; n < 4; n++) {
      expect(await code(small.secret, { cost: 250 })).toBe('VALID')
      app.clock.advance(61)
    }
    expect(await code(small.secret, { cost: 250 })).toBe('QUOTA_EXCEEDED')
  })

  test('a key of another organization is NOT_FOUND unless the operator names no organization', async () => {
    const { secret } = await make()
    const other = await app.tenant({ keys: ['read'] })
    const elsewhere = app.host.in(await app.host.createOrganization('Elsewhere'))
    expect(await code(secret, {}, other)).toBe('NOT_FOUND')
    expect(await verify(secret, {}, elsewhere)).toMatchObject({ code: 'NOT_FOUND', apiKey: null, limits: null })
    expect(await code(secret, {}, owner)).toBe('VALID')
    expect(await code(secret, {}, app.host.in(owner.organizationId))).toBe('VALID')
  })

  test('a malformed key costs no database look-up, and an unknown key costs one in total', async () => {
    const asked = vi.spyOn(app.database.pool, 'query')
    const lookUps = () => asked.mock.calls.filter(([query]) => (query as { name?: string }).name === 'find-key').length
    await code('nonsense')
    asked.mockClear()
    for (const junk of ['', 'nonsense', `sb_live_${'0'.repeat(48)}`, 'x'.repeat(1_000)])
      expect(await code(junk)).toBe('NOT_FOUND')
    expect(lookUps()).toBe(0)
    const unknown = createToken('sb', 'LIVE')
    const flood = await Promise.all(Array.from({ length: 50 }, () => code(unknown)))
    expect(new Set(flood)).toEqual(new Set(['NOT_FOUND']))
    expect(lookUps()).toBe(1)
    asked.mockRestore()
  })

  test.each([
    ['a key of 1,001 characters', { key: 'x'.repeat(1_001) }, 'input.key'],
    ['a negative cost', { cost: -1 }, 'input.cost'],
    ['a cost of 1,001', { cost: 1_001 }, 'input.cost'],
    ['an invalid address', { ip: 'here' }, 'input.ip'],
    ['an operation of 100,000 characters', { operation: 'x'.repeat(100_000) }, 'input.operation'],
  ])('%s is rejected with the path of the error', async (_name, input, path) => {
    expect(await verify('x', input)).toMatchObject({
      error: 'VALIDATION_FAILED',
      message: expect.stringContaining(path),
    })
  })

  test.each(['invoice', 'constructor'])(
    'a resource %s that is not declared is rejected with its path',
    async (resource) => {
      const { secret } = await make()
      const permissions = [...permissionList({ invoices: ['read'] }), { resource, actions: ['READ'] }]
      expect(await verify(secret, { permissions })).toMatchObject({
        error: 'VALIDATION_FAILED',
        message: expect.stringContaining(`input.permissions.1.resource: ${resource} is not known`),
      })
    },
  )

  test('a verification counts as the last use of the key and records the address of the caller', async () => {
    const { secret, apiKey } = await make()
    await verify(secret, { ip: '203.0.113.7' })
    const lastUsed = async () => {
      const { nodes } = await owner.ask('{ apiKeys(first: 100) { nodes { id lastUsedIp lastUsedAt } } }')
      return nodes.find(({ id }: { id: string }) => id === apiKey.id)
    }
    await expect
      .poll(lastUsed)
      .toEqual({ id: apiKey.id, lastUsedIp: '203.0.113.7', lastUsedAt: app.clock.now().toISOString() })
  })
})
