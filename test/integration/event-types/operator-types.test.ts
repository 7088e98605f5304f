import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveTypeSql } from '../../../src/domain/event-types/visible-types.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.stop()
  await app.stop()
})

interface Shown {
  id: string
  name: string
  source: string
  replacesOperatorType: boolean
}
const FIELDS = 'id name source replacesOperatorType'
const listOf = async (client: Client): Promise<Shown[]> =>
  (await client.ask(`{ eventTypes(first: 100) { nodes { ${FIELDS} } } }`)).nodes
const find = async (client: Client, name: string) => (await listOf(client)).filter((type) => type.name === name)
const UPDATE = `mutation ($id: ID!, $input: EventTypeUpdateInput!) { eventTypeUpdate(id: $id, input: $input) {
  ... on EventTypeUpdatePayload { eventType { ${FIELDS} } } ... on Error { code message } } }`

describe('event type of the operator', () => {
  test('it is listed and read in every organization, beside the own types', async () => {
    const tenant = await app.tenant()
    const id = await app.host.createType('shared.listed')
    const own = await tenant.createType('own.listed')
    const shared = { id, name: 'shared.listed', source: 'OPERATOR', replacesOperatorType: false }
    expect((await listOf(tenant)).slice(0, 2)).toEqual([
      { id: own, name: 'own.listed', source: 'ORGANIZATION', replacesOperatorType: false },
      shared,
    ])
    const node = `query ($id: ID!) { node(id: $id) { ... on EventType { ${FIELDS} } } }`
    expect(await tenant.ask(node, { id })).toEqual(shared)
    // The operator sees its own types alone, and in the same form.
    expect(await find(app.host, 'own.listed')).toEqual([])
    expect(await find(app.host, 'shared.listed')).toEqual([shared])
    const reader = await app.tenant({ deliveries: ['read'] }, tenant.organizationId)
    expect(await reader.request(node, { id })).toEqual({ data: { node: null } })
  })

  test('it is read-only in other organizations, and a foreign type stays absent', async () => {
    const tenant = await app.tenant()
    const id = await app.host.createType('shared.fixed')
    await expect(tenant.ask(UPDATE, { id, input: { description: 'mine' } })).rejects.toThrow(
      'OPERATOR_EVENT_TYPE: The event type "shared.fixed" belongs to the operator and is read-only here.',
    )
    const foreign = await (await app.tenant()).createType('other.type')
    await expect(tenant.ask(UPDATE, { id: foreign, input: { description: 'mine' } })).rejects.toThrow('NOT_FOUND')
    const { eventType } = await app.host.ask(UPDATE, { id, input: { description: 'ours' } })
    expect(eventType.id).toBe(id)
  })

  test('an own type of the same name replaces it in its organization only, and says so', async () => {
    const tenant = await app.tenant()
    const neighbor = await app.tenant()
    const id = await app.host.createType('shared.replaced')
    const own = await tenant.createType('shared.replaced')
    expect(await find(tenant, 'shared.replaced')).toEqual([
      { id: own, name: 'shared.replaced', source: 'ORGANIZATION', replacesOperatorType: true },
    ])
    expect((await find(neighbor, 'shared.replaced')).map((type) => type.id)).toEqual([id])
    const { eventType } = await tenant.ask(UPDATE, { id: own, input: { description: 'mine' } })
    expect(eventType).toMatchObject({ source: 'ORGANIZATION', replacesOperatorType: true })
  })

  test('publishing checks its schema, removes its sensitive fields, and reaches endpoints by their patterns', async () => {
    const tenant = await app.tenant()
    await app.host.createType('shared.paid', {
      schema: { type: 'object', required: ['amount'], properties: { amount: { type: 'integer' } } },
      sensitiveFields: ['iban'],
    })
    await tenant.createEndpoint(receiver.url, { eventTypes: ['shared.*'] })
    await tenant.createEndpoint(receiver.url, { eventTypes: ['own.*'] })
    await expect(tenant.publish('shared.paid', { amount: 'x' })).rejects.toThrow('input.data.amount: must be integer')
    const id = await tenant.publish('shared.paid', { amount: 5, iban: 'DE00' })
    await app.deliver()
    const received = receiver.requests.filter(({ eventId }) => eventId === id)
    expect(received.map(({ body }) => JSON.parse(body.toString()).data)).toEqual([{ amount: 5 }])
    await tenant.createType('shared.paid', { sensitiveFields: ['amount'] })
    const replaced = await tenant.publish('shared.paid', { amount: 'x', iban: 'DE00' })
    const { data } = await tenant.ask('query ($id: ID!) { node(id: $id) { ... on Event { data } } }', { id: replaced })
    expect(data).toEqual({ iban: 'DE00' })
  })

  test('it becomes publishable in every organization with its registration', async () => {
    const tenant = await app.tenant()
    await expect(tenant.publish('shared.late')).rejects.toThrow('"shared.late" is not a registered event type')
    await app.host.createType('shared.late')
    await tenant.publish('shared.late')
  })

  test('a type that a key of the operator registers in another organization is visible there only', async () => {
    const tenant = await app.tenant()
    const neighbor = await app.tenant()
    await app.host.in(tenant.organizationId).createType('inside.type')
    expect((await find(tenant, 'inside.type'))[0]).toMatchObject({ source: 'ORGANIZATION' })
    await expect(neighbor.publish('inside.type')).rejects.toThrow('is not a registered event type')
  })

  test('pages in both directions contain each visible type once', async () => {
    const tenant = await app.tenant()
    for (let n = 0; n < 3; n++) {
      await app.host.createType(`paged.shared_${n}`)
      await app.host.createType(`paged.both_${n}`)
      await tenant.createType(`paged.both_${n}`)
      await tenant.createType(`paged.own_${n}`)
    }
    const all = (await listOf(tenant)).map(({ name }) => name)
    expect(new Set(all).size).toBe(all.length)
    expect(all.filter((name) => name.startsWith('paged.'))).toHaveLength(9)
    const walk = async (size: string, cursor: string, next: string) => {
      const names: string[] = []
      for (let at: string | null = null; ; ) {
        const page: { nodes: Shown[]; pageInfo: Record<string, never> } = await tenant.ask(
          `query ($at: String) { eventTypes(${size}: 2, ${cursor}: $at) { nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
          { at },
        )
        const found = page.nodes.map(({ name }) => name)
        names.push(...(size === 'last' ? found.toReversed() : found))
        if (!page.pageInfo[next]) return names
        at = page.pageInfo[size === 'last' ? 'startCursor' : 'endCursor']!
      }
    }
    expect(await walk('first', 'after', 'hasNextPage')).toEqual(all)
    expect((await walk('last', 'before', 'hasPreviousPage')).toReversed()).toEqual(all)
  })

  test('the statement that resolves a name reads by indexes only', async () => {
    const tenant = await app.tenant()
    const { rows } = await app.database.pool.query(`EXPLAIN ${resolveTypeSql('t.id')}`, [tenant.organizationId, 'a.b'])
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('event_types_organization_id_name_key')
    expect(plan).toContain('organizations_is_platform_key')
    expect(plan).not.toContain('Seq Scan')
  })
})
