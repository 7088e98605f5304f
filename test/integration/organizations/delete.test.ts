import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import type { App } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import { type Receiver, startHoldingFirst, startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// Less than the lifetime of a cached key or organization: without the announcement the tests on the other node fail.
const AT_MOST_MS = 5_000
let nodes: Nodes
let first: App
let second: App
let host: Client
let receiver: Receiver
beforeAll(async () => {
  nodes = await startNodes()
  ;({ first, second } = nodes)
  host = first.host
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.stop()
  await nodes.stop()
})

const DELETE = `mutation ($id: ID!) { organizationDelete(id: $id) {
  ... on OrganizationDeletePayload { organization { id name } } ... on Error { code message } } }`
const PUBLISH = `mutation { eventPublish(input: { type: "a.b", data: {} }) { __typename } }`
const UPDATES = 'subscription { liveStatus { degraded } }'

const remove = (id: string) => host.ask(DELETE, { id })
const codeOf = async (client: Client, query = PUBLISH) =>
  (await client.request(query)).errors?.[0]?.extensions.code ?? 'OK'

/** Resolves when every client is refused. @throws when one is admitted for too long */
async function untilRefused(...clients: Client[]): Promise<void> {
  const asked = performance.now()
  for (const client of clients)
    while ((await codeOf(client)) === 'OK')
      if (performance.now() - asked > AT_MOST_MS) throw new Error('A client is still admitted.')
}

/** An organization with an event type, and clients of both nodes: its own key, and the key of the operator. */
async function createTenant(externalId: string) {
  const { organization } = await host.ask(
    `mutation ($externalId: String!) { organizationUpsert(input: { externalId: $externalId, name: "Gone" }) {
      ... on OrganizationUpsertPayload { organization { id } } } }`,
    { externalId },
  )
  const tenant = await first.tenant(undefined, organization.id)
  await tenant.createType('a.b')
  const there = { tenant: second.api.as(tenant.key), host: second.api.as(host.key) }
  return { id: organization.id as string, tenant, there }
}

describe('organizationDelete', () => {
  test('keys are rejected and nothing is published, at once and on the other node soon after', async () => {
    const { id, tenant, there } = await createTenant('gone-1')
    const clients = [tenant, host.in(id), host.in('gone-1')]
    const clientsThere = [there.tenant, there.host.in(id), there.host.in('gone-1')]
    for (const client of [...clients, ...clientsThere]) expect(await codeOf(client)).toBe('OK')
    expect(await remove('gone-1')).toEqual({ organization: { id, name: 'Gone' } })
    expect(await Promise.all(clients.map((client) => codeOf(client)))).toEqual([
      'UNAUTHENTICATED',
      'FORBIDDEN',
      'FORBIDDEN',
    ])
    await untilRefused(...clientsThere)
    const { code } = await host.ask(
      'mutation ($key: String!) { apiKeyVerify(input: { key: $key }) { ... on ApiKeyVerifyPayload { code } } }',
      tenant,
    )
    expect(code).toBe('NOT_FOUND')
    const { rows } = await first.database.pool.query('SELECT count(*)::int FROM events WHERE organization_id = $1', [
      id,
    ])
    expect(rows[0].count).toBe(clients.length + clientsThere.length)
  })

  test('a key that no node has cached is rejected as well', async () => {
    const { id, tenant } = await createTenant('gone-2')
    const { secret } = await tenant.createKey({ events: ['write'] })
    await remove(id)
    expect(await codeOf(first.api.as(secret))).toBe('UNAUTHENTICATED')
    await untilRefused(second.api.as(secret))
  })

  test('subscriptions of its keys and of the operator in it end on both nodes, and others go on', async () => {
    const { id, tenant } = await createTenant('gone-3')
    const other = await first.tenant()
    const inside = { 'Signalbox-Organization': id }
    const ending = [first, second].flatMap(({ url }) => [
      watchSocket(url, tenant.key, UPDATES),
      watchSocket(url, host.key, UPDATES, inside),
    ])
    const staying = [first, second].flatMap(({ url }) => [
      watchSocket(url, other.key, UPDATES),
      watchSocket(url, host.key, UPDATES),
    ])
    for (const watch of [...ending, ...staying]) await watch.until((messages) => messages.length > 0)
    await remove(id)
    for (const watch of ending) expect(await watch.untilEnded()).toBeNull()
    for (const watch of staying) {
      expect(watch.ended).toBeUndefined()
      watch.stop()
    }
  })

  test('its endpoints receive nothing more, and a request in flight ends without a trace', async () => {
    const { id, tenant } = await createTenant('gone-4')
    const holding = await startHoldingFirst()
    await tenant.createEndpoint(holding.receiver.url, { maxConcurrency: 1 })
    await tenant.publish('a.b')
    await tenant.publish('a.b')
    first.worker.nudge()
    const answer = await holding.arrived
    await remove(id)
    answer()
    await first.deliver()
    expect(holding.receiver.requests).toHaveLength(1)
    await holding.receiver.stop()
  })

  test('the operator keeps an audit entry, and the organization is in no list', async () => {
    const { id } = await createTenant('gone-5')
    const { apiKey } = await host.ask('{ viewer { apiKey { id } } }')
    await host.in(id).ask(DELETE, { id })
    const { nodes: entries } = await host.ask(
      '{ auditEntries(first: 100) { nodes { actor { principalId } action resource details } } }',
    )
    expect(entries).toContainEqual({
      ...{ actor: { principalId: apiKey.id }, action: 'ORGANIZATION_DELETE', resource: id },
      details: { name: 'Gone', externalId: 'gone-5' },
    })
    const { nodes: listed } = await host.ask('{ organizations(first: 100) { nodes { id } } }')
    expect(listed.map((organization: { id: string }) => organization.id)).not.toContain(id)
    await expect(remove(id)).rejects.toThrow('NOT_FOUND')
    await expect(
      host.ask(
        `mutation ($id: ID!) { organizationUpdate(id: $id, input: { name: "x" }) { ... on Error { code message } } }`,
        { id },
      ),
    ).rejects.toThrow('NOT_FOUND')
  })

  test('its external id is free at once for another organization', async () => {
    const { id } = await createTenant('gone-6')
    await remove('gone-6')
    const again = await createTenant('gone-6')
    expect(again.id).not.toBe(id)
    expect(await codeOf(host.in('gone-6'))).toBe('OK')
  })

  test('the organization of the operator cannot be deleted', async () => {
    const { organization } = await host.ask('{ viewer { organization { id } } }')
    await expect(remove(organization.id)).rejects.toThrow(
      'PLATFORM_ORGANIZATION: The organization of the operator cannot be deleted.',
    )
    expect(await codeOf(host, '{ viewer { id } }')).toBe('OK')
  })
})
