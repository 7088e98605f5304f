import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permissionList } from '../../support/api.ts'
import type { App } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import { watchSocket } from '../../support/watch.ts'

let nodes: Nodes
let first: App
let second: App
beforeAll(async () => {
  nodes = await startNodes()
  ;({ first, second } = nodes)
})
afterAll(() => nodes.stop())

const UPDATE = `mutation ($id: ID!, $input: ApiKeyUpdateInput!) { apiKeyUpdate(id: $id, input: $input) {
  ... on ApiKeyUpdatePayload { apiKey { name permissions { resource actions } tier expiresAt allowedIps } } ... on Error { code message } } }`
const EVENTS = '{ events { nodes { id } } }'
const codeOn = async (app: App, key: string) =>
  (await app.api.as(key).request(EVENTS)).errors?.[0]?.extensions.code ?? 'OK'

describe('API key update', () => {
  test.each([
    ['a permission', { permissions: permissionList({ audit: ['read'] }) }, 'FORBIDDEN'],
    ['an address', { allowedIps: ['10.0.0.1'] }, 'UNAUTHENTICATED'],
  ])('%s that is removed from a key is gone on the other node, and subscriptions end', async (_name, input, code) => {
    const owner = await first.tenant()
    const { secret, apiKey } = await owner.createKey({ events: ['read'], audit: ['read'] })
    const watch = watchSocket(second.url, secret, 'subscription { liveStatus { degraded } }')
    await watch.until((messages) => messages.length > 0)
    expect([await codeOn(first, secret), await codeOn(second, secret)]).toEqual(['OK', 'OK'])
    await owner.ask(UPDATE, { id: apiKey.id, input })
    expect(await codeOn(first, secret)).toBe(code)
    // Redis carries the change. Without the message the cached key would be accepted for ten seconds.
    await expect.poll(() => codeOn(second, secret), { timeout: 5_000, interval: 5 }).toBe(code)
    await watch.untilEnded()
  })

  test('an update keeps omitted fields and clears null fields, and a new name ends no subscription', async () => {
    const owner = await first.tenant()
    const expiresAt = new Date(first.clock.now().getTime() + 60_000).toISOString()
    const { secret, apiKey } = await owner.createKey({ events: ['read'] }, { expiresAt, tier: 'STANDARD' })
    const watch = watchSocket(first.url, secret, 'subscription { liveStatus { degraded } }')
    await watch.until((messages) => messages.length > 0)
    const update = async (input: object) => (await owner.ask(UPDATE, { id: apiKey.id, input })).apiKey
    expect(await update({ name: 'Other' })).toEqual({
      ...{
        name: 'Other',
        permissions: permissionList({ events: ['read'] }),
        tier: 'STANDARD',
        expiresAt,
        allowedIps: [],
      },
    })
    expect(await update({ expiresAt: null, tier: null })).toMatchObject({ expiresAt: null, tier: 'STANDARD' })
    const fence = watchSocket(first.url, secret, 'subscription { liveStatus { degraded } }')
    await fence.until((messages) => messages.length > 0)
    expect(watch.ended).toBeUndefined()
    for (const { stop } of [watch, fence]) stop()
  })

  test('a key cannot grant more than its own permissions or tier, nor update a key that has more permissions', async () => {
    const owner = await first.tenant()
    const { apiKey } = await owner.createKey({ events: ['read'] })
    const update = (client: typeof owner, id: string, input: object) => client.ask(UPDATE, { id, input })
    await expect(update(owner, apiKey.id, { permissions: permissionList({ platform: ['write'] }) })).rejects.toThrow(
      'platform:write',
    )
    await expect(update(owner, apiKey.id, { tier: 'ENTERPRISE' })).rejects.toThrow(
      'input.tier: must not be above STANDARD',
    )
    const lesser = await first.tenant({ keys: ['write'] }, owner.organizationId)
    await expect(update(lesser, owner.keyId, { name: 'mine' })).rejects.toThrow(
      'must not include a permission that your own key lacks',
    )
    await first.host.in(owner.organizationId).ask(UPDATE, { id: apiKey.id, input: { tier: 'ENTERPRISE' } })
  })

  test('only the operator creates keys and changes plans when the plan is STARTER', async () => {
    const owner = await first.tenant()
    const plan = (name: string) =>
      first.host.ask(
        `mutation ($id: ID!) { organizationUpdate(id: $id, input: { plan: ${name} }) {
        ... on OrganizationUpdatePayload { organization { plan } } ... on Error { code message } } }`,
        { id: owner.organizationId },
      )
    expect(await plan('STARTER')).toEqual({ organization: { plan: 'STARTER' } })
    await expect(owner.createKey({ events: ['read'] })).rejects.toThrow('PLAN_FORBIDS')
    await first.host.in(owner.organizationId).createKey({ events: ['read'] })
    await plan('GROWTH')
    await owner.createKey({ events: ['read'] })
  })

  test('a key cannot enable or restrict a key that has more permissions, and the audit trail records the denial', async () => {
    const owner = await first.tenant()
    const lesser = await first.tenant({ keys: ['write'] }, owner.organizationId)
    const { secret, apiKey } = await owner.createKey({ events: ['read'] })
    await owner.ask('mutation ($id: ID!) { apiKeyDisable(id: $id) { __typename } }', { id: apiKey.id })
    const enable = 'mutation ($id: ID!) { apiKeyEnable(id: $id) { ... on Error { code message } } }'
    await expect(lesser.ask(enable, { id: apiKey.id })).rejects.toThrow(
      'must not include a permission that your own key lacks',
    )
    expect(await codeOn(first, secret)).toBe('UNAUTHENTICATED')
    const narrow = { id: owner.keyId, input: { permissions: permissionList({ keys: ['write'] }) } }
    await expect(lesser.ask(UPDATE, narrow)).rejects.toThrow('must not include a permission that your own key lacks')
    const noted = async () => {
      const { nodes: entries } = await owner.ask(
        '{ auditEntries(first: 20) { nodes { actor { principalId } action outcome details } } }',
      )
      return entries.filter(
        ({ actor, outcome }: { actor: { principalId: string }; outcome: string }) =>
          actor.principalId === lesser.keyId && outcome === 'DENIED',
      )
    }
    await expect.poll(async () => (await noted()).length).toBe(2)
    expect(
      (await noted()).map(({ action, details }: { action: string; details: object }) => [action, details]),
    ).toEqual([
      ['API_KEY_UPDATE', { reason: 'EXCEEDS_OWN_POWERS' }],
      ['API_KEY_ENABLE', { reason: 'EXCEEDS_OWN_POWERS' }],
    ])
  })

  test('a rotation creates no second key when the plan is STARTER', async () => {
    const owner = await first.tenant()
    await first.host.ask(
      'mutation ($id: ID!) { organizationUpdate(id: $id, input: { plan: STARTER }) { __typename } }',
      {
        id: owner.organizationId,
      },
    )
    const rotate = (mode: string) =>
      owner.ask(
        `mutation ($id: ID!) { apiKeyRotate(id: $id, input: { mode: ${mode}, overlapSeconds: 60 }) {
        ... on ApiKeyRotatePayload { secret } ... on Error { code message } } }`,
        { id: owner.keyId },
      )
    await expect(rotate('NEW_ID')).rejects.toThrow('PLAN_FORBIDS')
    expect(await rotate('SAME_ID')).toMatchObject({ secret: expect.any(String) })
  })
})
