import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import type { App } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import { watchSocket } from '../../support/watch.ts'

// Less than the lifetime of a cached organization: without the announcement the tests on the other node fail.
const AT_MOST_MS = 5_000
let nodes: Nodes
let first: App
let second: App
let host: Client
/** The operator on the other node. */
let there: Client
beforeAll(async () => {
  nodes = await startNodes()
  ;({ first, second } = nodes)
  host = first.host
  there = second.api.as(host.key)
})
afterAll(() => nodes.stop())

const UPSERT = `mutation ($input: OrganizationUpsertInput!) { organizationUpsert(input: $input) {
  ... on OrganizationUpsertPayload { isNew organization { id externalId name plan } } ... on Error { code message } } }`
const CREATE = `mutation ($input: OrganizationCreateInput!) { organizationCreate(input: $input) {
  ... on OrganizationCreatePayload { organization { id externalId } } ... on Error { code message } } }`
const UPDATE = `mutation ($id: ID!, $input: OrganizationUpdateInput!) { organizationUpdate(id: $id, input: $input) {
  ... on OrganizationUpdatePayload { organization { id externalId name } } ... on Error { code message } } }`
const CURRENT = '{ viewer { organization { id } } }'

const upsert = (externalId: string, name: string, more = {}) =>
  host.ask(UPSERT, { input: { externalId, name, ...more } })
const idOf = async (client: Client) => (await client.ask(CURRENT)).organization.id

/** Resolves when the client acts in the organization, which another node has announced. */
async function untilActsIn(client: Client, id: string): Promise<void> {
  const asked = performance.now()
  for (;;) {
    const { data } = await client.request(CURRENT)
    if (data?.viewer.organization.id === id) return
    if (performance.now() - asked > AT_MOST_MS) throw new Error('The other node has not heard of the external id.')
  }
}

describe('organizationUpsert', () => {
  test('it creates an organization, then changes it, and a repeated call writes nothing', async () => {
    const made = await upsert('crm-1', 'Acme')
    expect(made).toEqual({
      isNew: true,
      organization: { id: expect.stringMatching(/^org_/), externalId: 'crm-1', name: 'Acme', plan: 'GROWTH' },
    })
    const { id } = made.organization
    expect(await upsert('crm-1', 'Acme Ltd', { plan: 'STARTER' })).toEqual({
      isNew: false,
      organization: { id, externalId: 'crm-1', name: 'Acme Ltd', plan: 'STARTER' },
    })
    const entries = async () =>
      (await host.in(id).ask('{ auditEntries { nodes { action details } } }')).nodes.map(
        ({ action }: { action: string }) => action,
      )
    const before = await entries()
    expect(before).toEqual(['ORGANIZATION_UPDATE'])
    // Without a plan the organization keeps its own.
    expect((await upsert('crm-1', 'Acme Ltd')).organization.plan).toBe('STARTER')
    expect(await entries()).toEqual(before)
  })

  test('calls at the same time create one organization', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? host : there).ask(UPSERT, { input: { externalId: 'crm-race', name: 'Racer' } }),
      ),
    )
    expect(new Set(results.map(({ organization }) => organization.id)).size).toBe(1)
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1)
  })
})

describe('external id of an organization', () => {
  test('it is unique in the installation until it is removed', async () => {
    const { organization } = await host.ask(CREATE, { input: { name: 'Owner', externalId: 'crm-2' } })
    const taken = 'EXTERNAL_ID_TAKEN: Another organization has the external id "crm-2".'
    await expect(host.ask(CREATE, { input: { name: 'Second', externalId: 'crm-2' } })).rejects.toThrow(taken)
    const { organization: third } = await host.ask(CREATE, { input: { name: 'Third' } })
    await expect(host.ask(UPDATE, { id: third.id, input: { externalId: 'crm-2' } })).rejects.toThrow(taken)
    expect(third.externalId).toBeNull()
    await host.ask(UPDATE, { id: organization.id, input: { externalId: null } })
    const updated = await host.ask(UPDATE, { id: third.id, input: { externalId: 'crm-2' } })
    expect(updated.organization).toEqual({ id: third.id, externalId: 'crm-2', name: 'Third' })
  })

  test.each([
    ['an id of an organization', 'org_01jd', 'must not begin with "org_" or "whep_"'],
    ['an id of an endpoint', 'whep_1', 'must not begin with "org_" or "whep_"'],
    ['empty', '', 'must have at least 1 characters'],
    ['too long', 'x'.repeat(101), 'must have at most 100 characters'],
    ['with a space', 'a b', 'must have letters, digits and punctuation of ASCII only'],
    ['with another letter', 'müller', 'must have letters, digits and punctuation of ASCII only'],
  ])('it is rejected when it is %s', async (_what, externalId, message) => {
    await expect(host.ask(CREATE, { input: { name: 'x', externalId } })).rejects.toThrow(
      `VALIDATION_FAILED: input.externalId: ${message}`,
    )
    await expect(upsert(externalId, 'x')).rejects.toThrow(`VALIDATION_FAILED: input.externalId: ${message}`)
  })

  test('it stands for the id in arguments', async () => {
    const { organization } = await upsert('a'.repeat(100), 'Before')
    const { organization: changed } = await host.ask(UPDATE, { id: 'a'.repeat(100), input: { name: 'After' } })
    expect(changed).toMatchObject({ id: organization.id, name: 'After' })
    await expect(host.ask(UPDATE, { id: 'crm-none', input: { name: 'x' } })).rejects.toThrow(
      'NOT_FOUND: There is no organization with the id crm-none',
    )
  })

  test('a platform key acts in the organization that the header or connection_init names by it', async () => {
    const { organization } = await upsert('shop:42/eu', 'Shop')
    expect(await idOf(host.in('shop:42/eu'))).toBe(organization.id)
    await host.in('shop:42/eu').createType('shop.opened')
    const watch = watchSocket(
      second.url,
      host.key,
      'subscription { webhookEndpointUpdates { webhookEndpoint { url } } }',
      { 'Signalbox-Organization': 'shop:42/eu' },
    )
    while (second.services.subscriptions.count() === 0) await new Promise(setImmediate)
    const tenant = await first.tenant(undefined, organization.id)
    const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/')
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', webhookEndpoint)
    await watch.until((messages) => messages.length > 0)
    expect(watch.messages[0].webhookEndpointUpdates.webhookEndpoint).toEqual({ url: 'http://127.0.0.1:9/' })
    watch.stop()
  })

  test('any key may name its own organization by it, and another organization looks absent', async () => {
    const { organization } = await upsert('crm-mine', 'Mine')
    await upsert('crm-other', 'Other')
    const tenant = await first.tenant(undefined, organization.id)
    expect(await idOf(tenant.in('crm-mine'))).toBe(organization.id)
    const refusal = async (text: string) => (await tenant.in(text).request(CURRENT)).errors
    expect((await refusal('crm-other'))?.[0]).toMatchObject({
      message: 'This key cannot act in that organization.',
      extensions: { code: 'FORBIDDEN' },
    })
    expect(await refusal('crm-other')).toEqual(await refusal('crm-nobody'))
  })

  test('a new, changed and removed one counts at once, and on the other node soon after', async () => {
    for (const client of [host, there])
      expect((await client.in('crm-late').request(CURRENT)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    const { organization } = await upsert('crm-late', 'Late')
    expect(await idOf(host.in('crm-late'))).toBe(organization.id)
    await untilActsIn(there.in('crm-late'), organization.id)
    const { organization: other } = await upsert('crm-free', 'Free')
    await untilActsIn(there.in('crm-free'), other.id)
    await host.ask(UPDATE, { id: 'crm-free', input: { externalId: 'crm-moved' } })
    await host.ask(UPDATE, { id: 'crm-late', input: { externalId: 'crm-free' } })
    expect(await idOf(host.in('crm-free'))).toBe(organization.id)
    await untilActsIn(there.in('crm-free'), organization.id)
    await host.ask(UPDATE, { id: 'crm-free', input: { externalId: null } })
    expect((await host.in('crm-free').request(CURRENT)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
