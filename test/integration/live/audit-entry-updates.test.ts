import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { auditChannel } from '../../../src/bus/bus.ts'
import type { Client } from '../../support/api.ts'
import type { App } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import { startReceiver } from '../../support/receiver.ts'
import { interceptAnswers, isStatement } from '../../support/statements.ts'
import { subscribed, type Watch, watchSocket } from '../../support/watch.ts'

// The audit trail is live on every node: changes, refusals, and changes by workers.
let nodes: Nodes
let first: App
let second: App
const failing = await startReceiver((_request, response) => response.writeHead(500).end())
const stops: (() => void)[] = []
beforeAll(async () => {
  nodes = await startNodes()
  ;({ first, second } = nodes)
})
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})
afterAll(async () => {
  await nodes.stop()
  await failing.stop()
})

const ENTRY = 'id action resource outcome actor { principalId } details'
const QUERY = `subscription { auditEntryUpdates { gap entries { ${ENTRY} } } }`

async function watch(app: App, key: string): Promise<Watch> {
  const before = app.services.subscriptions.count()
  const opened = watchSocket(app.url, key, QUERY)
  stops.push(opened.stop)
  await subscribed(app, before + 1)
  return opened
}

const entriesOf = ({ messages }: Watch) => messages.flatMap(({ auditEntryUpdates }) => auditEntryUpdates.entries)
const until = (watched: Watch, count: number) => watched.until(() => entriesOf(watched).length >= count)
/** The whole trail, oldest first. */
const trailOf = async (owner: Client) =>
  (await owner.ask(`{ auditEntries(last: 100) { nodes { ${ENTRY} } } }`)).nodes.toReversed()

describe('auditEntryUpdates', () => {
  test('the entries of all changes arrive in order on both nodes, as auditEntries has them', async () => {
    const owner = await first.tenant()
    const before = (await trailOf(owner)).length
    const watches = [await watch(first, owner.key), await watch(second, owner.key)]
    const { apiKey } = await owner.createKey({ events: ['read'] })
    const { webhookEndpoint } = await owner.createEndpoint(failing.url)
    await owner.createType('a.b')
    await owner.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: apiKey.id })
    await owner.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', { id: webhookEndpoint.id })
    const written = (await trailOf(owner)).slice(before)
    expect(written.map(({ action }: { action: string }) => action)).toEqual([
      'API_KEY_CREATE',
      'WEBHOOK_ENDPOINT_CREATE',
      'EVENT_TYPE_CREATE',
      'API_KEY_REVOKE',
      'WEBHOOK_ENDPOINT_DELETE',
    ])
    for (const watched of watches) {
      await until(watched, written.length)
      expect(entriesOf(watched)).toEqual(written)
      expect(watched.messages.some(({ auditEntryUpdates }) => auditEntryUpdates.gap)).toBe(false)
    }
  })

  test('a refused request and a refused change arrive', async () => {
    const owner = await first.tenant()
    const watched = await watch(second, owner.key)
    const lesser = await first.tenant({ keys: ['write'] }, owner.organizationId)
    await lesser.request('{ events { nodes { id } } }')
    await lesser.request('mutation ($id: ID!) { apiKeyUpdate(id: $id, input: {}) { __typename } }', { id: owner.keyId })
    await until(watched, 3)
    const denied = entriesOf(watched).filter(({ outcome }) => outcome === 'DENIED')
    expect(denied).toMatchObject([
      { action: 'REQUEST', actor: { principalId: lesser.keyId }, details: { field: 'Query.events' } },
      { action: 'API_KEY_UPDATE', actor: { principalId: lesser.keyId }, details: { reason: 'EXCEEDS_OWN_POWERS' } },
    ])
  })

  test('the entry of a worker that disables an endpoint after failures arrives', async () => {
    const owner = await first.tenant()
    await owner.createType('a.b')
    const { webhookEndpoint } = await owner.createEndpoint(failing.url, { disableAfterFailures: 2 })
    const healthy = await owner.createEndpoint(`${failing.url}/more`, { disableAfterFailures: 3 })
    const watched = await watch(second, owner.key)
    for (let n = 0; n < 2; n++) await owner.publish('a.b', n)
    await first.deliver()
    await until(watched, 1)
    await owner.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', {
      id: healthy.webhookEndpoint.id,
    })
    await until(watched, 2)
    expect(entriesOf(watched)).toMatchObject([
      {
        ...{ action: 'WEBHOOK_ENDPOINT_DISABLE', resource: webhookEndpoint.id, actor: { principalId: 'system' } },
        details: { reason: expect.stringContaining('Disabled after 2 failures in a row') },
      },
      { action: 'WEBHOOK_ENDPOINT_DELETE', actor: { principalId: owner.keyId } },
    ])
  })

  test('entries of other organizations do not arrive, also when the bus names them', async () => {
    const owner = await first.tenant()
    const stranger = await first.tenant()
    const watched = await watch(first, stranger.key)
    const control = await watch(first, owner.key)
    await owner.createType('a.b')
    await until(control, 1)
    const foreign = entriesOf(control)[0].id
    first.bus.publish(auditChannel(stranger.organizationId), [foreign])
    await watched.until((messages) => messages.length === 1)
    await stranger.createType('c.d')
    await until(watched, 1)
    expect(watched.messages[0].auditEntryUpdates).toEqual({ gap: false, entries: [] })
    expect(JSON.stringify(watched.messages)).not.toContain(owner.keyId)
  })

  test('a subscription without audit: read is refused', async () => {
    const { organizationId } = await first.tenant()
    const lacking = await first.tenant({ keys: ['read'], events: ['read'] }, organizationId)
    const refused = watchSocket(first.url, lacking.key, QUERY)
    await refused.untilEnded()
    expect(refused.messages).toMatchObject([{ errors: [{ extensions: { code: 'FORBIDDEN' } }] }])
  })

  test('one statement reads an entry for all subscribers of a node', async () => {
    const owner = await first.tenant()
    const watches = []
    for (let n = 0; n < 5; n++) watches.push(await watch(second, owner.key))
    let reads = 0
    const spy = interceptAnswers((query, answer) => {
      if (isStatement(query, '"audit_entries"') && isStatement(query, 'SELECT')) reads++
      return answer
    })
    await owner.createType('a.b')
    await Promise.all(watches.map((watched) => until(watched, 1)))
    spy.mockRestore()
    expect(reads).toBe(1)
  })
})
