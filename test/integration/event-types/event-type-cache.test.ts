import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'

// Less than the lifetime of a cached event type: without the announcement the test fails.
const AT_MOST_MS = 3_000
let nodes: Nodes
beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.stop())

const PUBLISH = `mutation { eventPublish(input: { type: "a.b", data: { size: 1 } }) {
  __typename ... on ValidationError { issues { path message } } } }`
const UPDATE = `mutation ($id: ID!, $schema: JSON!) {
  eventTypeUpdate(id: $id, input: { schema: $schema }) { __typename } }`

describe('event type cache', () => {
  test('a schema that is changed on one node is checked there at once, and on the other node soon after', async () => {
    const tenant = await nodes.first.tenant()
    const there = nodes.second.api.as(tenant.key)
    await tenant.createType('a.b')
    for (const client of [tenant, there]) expect((await client.ask(PUBLISH)).__typename).toBe('EventPublishPayload')
    const { nodes: types } = await tenant.ask('{ eventTypes { nodes { id } } }')
    await tenant.ask(UPDATE, { id: types[0].id, schema: { properties: { size: { type: 'string' } } } })
    expect((await tenant.ask(PUBLISH)).__typename).toBe('ValidationError')
    await untilAnswered(there, 'ValidationError')
  })

  test("a schema of the operator that is changed, and an own type that replaces the operator's, count on the other node soon after", async () => {
    const tenant = await nodes.first.tenant()
    const neighbor = await nodes.first.tenant()
    const there = nodes.second.api.as(tenant.key)
    const neighborThere = nodes.second.api.as(neighbor.key)
    const id = await nodes.first.host.createType('a.b')
    for (const client of [tenant, there, neighborThere])
      expect((await client.ask(PUBLISH)).__typename).toBe('EventPublishPayload')
    await nodes.first.host.ask(UPDATE, { id, schema: { properties: { size: { type: 'string' } } } })
    expect((await tenant.ask(PUBLISH)).__typename).toBe('ValidationError')
    for (const client of [there, neighborThere]) await untilAnswered(client, 'ValidationError')
    await tenant.createType('a.b')
    expect((await tenant.ask(PUBLISH)).__typename).toBe('EventPublishPayload')
    await untilAnswered(there, 'EventPublishPayload')
    expect((await neighborThere.ask(PUBLISH)).__typename).toBe('ValidationError')
  })
})

/** @throws when the client is not answered as wanted soon */
async function untilAnswered(client: Client, wanted: string): Promise<void> {
  const asked = performance.now()
  while ((await client.ask(PUBLISH)).__typename !== wanted)
    if (performance.now() - asked > AT_MOST_MS) throw new Error('The other node still uses the old type.')
}
