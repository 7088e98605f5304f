import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permissionList } from '../../support/api.ts'
import { type App, startApp, TENANT } from '../../support/app.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const viewer = '{ viewer { apiKey { id name lastUsedAt } } }'
const change = (mutation: string) =>
  `mutation ($id: ID!) { ${mutation}(id: $id) { __typename ... on Error { code message } } }`

describe('API key', () => {
  test('an API key secret is shown once, stored as a hash and absent from lists', async () => {
    const tenant = await app.tenant()
    const { secret, apiKey } = await tenant.createKey({ events: ['read'] })
    expect(secret).toMatch(/^sb_live_[0-9A-Za-z]{48}$/)
    expect(apiKey).toMatchObject({
      displayPrefix: secret.slice(0, 12),
      permissions: permissionList({ events: ['read'] }),
    })
    const listed = await tenant.request(
      '{ apiKeys { nodes { id name displayPrefix permissions { resource actions } createdBy { principalId name } environment } } }',
    )
    expect(JSON.stringify(listed)).not.toContain(secret)
    const { rows } = await app.database.pool.query(
      'SELECT to_jsonb(k)::text AS row FROM api_keys k UNION ALL SELECT to_jsonb(a)::text FROM audit_entries a',
    )
    for (const { row } of rows) expect(row).not.toContain(secret.slice(12))
  })

  test('a revoked API key is rejected at once and for good, and the audit trail names the actor', async () => {
    const tenant = await app.tenant()
    const { secret, apiKey } = await tenant.createKey({ events: ['read'] })
    const client = app.api.as(secret)
    expect((await client.request('{ events { nodes { id } } }')).errors).toBeUndefined()
    await tenant.ask(change('apiKeyRevoke'), { id: apiKey.id })
    expect((await client.request(viewer)).errors?.[0]).toMatchObject({
      message: 'This API key was revoked. Use another key.',
      extensions: { code: 'UNAUTHENTICATED' },
    })
    for (const again of ['apiKeyRevoke', 'apiKeyEnable', 'apiKeyDisable'])
      await expect(tenant.ask(change(again), { id: apiKey.id })).rejects.toThrow('KEY_REVOKED')
    const { nodes } = await tenant.ask(
      '{ apiKeys { nodes { id revokedBy { __typename principalId name } revokedAt } } }',
    )
    expect(nodes.find(({ id }: { id: string }) => id === apiKey.id)).toEqual({
      id: apiKey.id,
      revokedBy: { __typename: 'ApiKeyActor', principalId: tenant.keyId, name: 'Test' },
      revokedAt: app.clock.now().toISOString(),
    })
    const audit = await tenant.ask(
      '{ auditEntries(first: 10) { nodes { actor { principalId } action resource outcome ip } } }',
    )
    expect(audit.nodes.filter(({ action }: { action: string }) => action === 'API_KEY_REVOKE')).toEqual([
      {
        actor: { principalId: tenant.keyId },
        action: 'API_KEY_REVOKE',
        resource: apiKey.id,
        outcome: 'SUCCEEDED',
        ip: '127.0.0.1',
      },
    ])
  })

  test('a disabled API key is rejected until the key is enabled', async () => {
    const tenant = await app.tenant()
    const { secret, apiKey } = await tenant.createKey({ events: ['read'] })
    const works = async () => (await app.api.as(secret).request(viewer)).errors === undefined
    await tenant.ask(change('apiKeyDisable'), { id: apiKey.id })
    expect(await works()).toBe(false)
    await tenant.ask(change('apiKeyEnable'), { id: apiKey.id })
    expect(await works()).toBe(true)
  })

  test('an API key is rejected from its expiry on', async () => {
    const tenant = await app.tenant()
    const expiresAt = new Date(app.clock.now().getTime() + 60_000).toISOString()
    const { secret } = await tenant.createKey({ events: ['read'] }, { expiresAt })
    const works = async () => (await app.api.as(secret).request(viewer)).errors === undefined
    app.clock.advance(59)
    expect(await works()).toBe(true)
    app.clock.advance(1)
    expect(await works()).toBe(false)
  })

  test.each([
    ['no name', { name: ' ' }, 'input.name'],
    ['a name of 100,000 characters', { name: 'a'.repeat(100_000) }, 'input.name'],
    [
      'an invalid resource name',
      { permissions: permissionList({ 'No Word': ['read'] }) },
      'input.permissions.0.resource',
    ],
    [
      'a misspelled resource',
      { permissions: permissionList({ events: ['read'], webhook: ['read'] }) },
      'input.permissions.1.resource',
    ],
    ['a resource without actions', { permissions: permissionList({ events: [] }) }, 'input.permissions.0.actions'],
    [
      'a repeated resource',
      { permissions: [...permissionList({ events: ['read'] }), ...permissionList({ events: ['write'] })] },
      'input.permissions.1.resource',
    ],
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'input.expiresAt'],
    ['an invalid address', { allowedIps: ['10.0.0.1', '10.0.0.0/33'] }, 'input.allowedIps.1'],
  ])('an API key with %s is rejected with the path of the error', async (_name, input, path) => {
    const tenant = await app.tenant()
    const { data } = await tenant.request(
      `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
      __typename ... on ValidationError { code issues { path message } } } }`,
      { input: { name: 'Test', permissions: permissionList({ events: ['read'] }), ...input } },
    )
    expect(data.apiKeyCreate).toMatchObject({ __typename: 'ValidationError', code: 'VALIDATION_FAILED' })
    expect(data.apiKeyCreate.issues[0].path).toBe(path)
  })

  test('an API key cannot grant permissions that the key does not have', async () => {
    const tenant = await app.tenant({ keys: ['write'], events: ['read'] })
    await expect(tenant.createKey({ platform: ['write'] })).rejects.toThrow(
      'must not include a permission that your own key lacks: platform:write',
    )
    await expect(tenant.createKey({ events: ['read', 'write'] })).rejects.toThrow('events:write')
    await expect(tenant.createKey({ events: ['read'] })).resolves.toMatchObject({
      apiKey: { permissions: permissionList({ events: ['read'] }) },
    })
    await app.host.declareResource('invoices')
    await expect(tenant.createKey({ invoices: ['read'] })).rejects.toThrow('invoices:read')
    // The operator may grant every declared resource.
    await expect(app.host.createKey({ invoices: ['read'] })).resolves.toMatchObject({
      apiKey: { permissions: permissionList({ invoices: ['read'] }) },
    })
  })

  test('a restricted API key cannot create a less restricted key', async () => {
    const owner = await app.tenant()
    const expiresAt = new Date(app.clock.now().getTime() + 60_000).toISOString()
    const confined = { allowedIps: ['127.0.0.0/8'], expiresAt, environment: 'TEST' }
    const { secret } = await owner.createKey({ keys: ['write'] }, confined)
    const client = app.api.as(secret)
    for (const [more, path] of [
      [{ allowedIps: [] }, 'input.allowedIps'],
      [{ allowedIps: ['127.0.0.1', '10.0.0.1'] }, 'input.allowedIps'],
      [{ allowedIps: ['0.0.0.0/0'] }, 'input.allowedIps'],
      [{ expiresAt: null }, 'input.expiresAt'],
      [{ expiresAt: '2099-01-01T00:00:00Z' }, 'input.expiresAt'],
      [{ environment: 'LIVE' }, 'input.environment'],
    ] as const)
      await expect(client.createKey({ keys: ['write'] }, { ...confined, ...more })).rejects.toThrow(path)
    await client.createKey({ keys: ['write'] }, { ...confined, allowedIps: ['127.0.0.1'] })
  })

  test('a denied mutation is recorded in the audit trail without its input', async () => {
    const owner = await app.tenant()
    const reader = await app.tenant({ events: ['read'] }, owner.organizationId)
    const { errors } = await reader.request(
      `mutation { apiKeyCreate(input: { name: "x", permissions: [] }) { __typename } }`,
    )
    expect(errors?.[0]).toMatchObject({
      message: 'This key lacks the permission for Mutation.apiKeyCreate. Use a key with that permission.',
      extensions: { code: 'FORBIDDEN' },
    })
    const latest = async () =>
      (await owner.ask('{ auditEntries(first: 1) { nodes { actor { principalId } action field outcome } } }')).nodes
    // The response does not wait for the audit entry.
    await expect
      .poll(latest)
      .toEqual([
        { actor: { principalId: reader.keyId }, action: 'REQUEST', field: 'Mutation.apiKeyCreate', outcome: 'DENIED' },
      ])
  })

  test('the last use of an API key is recorded to the minute', async () => {
    const tenant = await app.tenant(TENANT)
    await tenant.request(viewer)
    const lastUsed = async () => (await tenant.ask(viewer)).apiKey.lastUsedAt
    const first = app.clock.now().toISOString()
    await expect.poll(lastUsed).toBe(first)
    app.clock.advance(60)
    await lastUsed()
    await expect.poll(lastUsed).toBe(app.clock.now().toISOString())
  })
})
