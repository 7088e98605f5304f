import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NODES_AT_MOST } from '../../../schema/nodes.ts'
import { type App, startApp } from '../../support/app.ts'
import { interceptAnswers } from '../../support/statements.ts'

type Tenant = Awaited<ReturnType<App['tenant']>>
const QUERY = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Event { type } } }'
let app: App
let tenant: Tenant
let events: string[]
let endpoint: string

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('a.b')
  endpoint = (await tenant.createEndpoint('http://127.0.0.1:9/')).webhookEndpoint.id
  events = await tenant.publishMany([1, 2, 3].map((n) => ({ type: 'a.b', data: { n } })))
})
afterAll(() => app.stop())

describe('nodes', () => {
  test('each object is at the place of its id, and repeated ids are answered each', async () => {
    const ids = [events[1], endpoint, tenant.organizationId, events[0], events[1], tenant.keyId]
    const { data } = await tenant.request(QUERY, { ids })
    expect(data.nodes.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(data.nodes[1].__typename).toBe('WebhookEndpoint')
    expect(data.nodes[3]).toEqual({ __typename: 'Event', id: events[0], type: 'a.b' })
  })

  test('objects of one type take one statement', async () => {
    let statements = 0
    const spy = interceptAnswers((statement, answer) => {
      const { text = '' } = (statement ?? {}) as { text?: string }
      if (/FROM "\w+"\."(events|webhook_endpoints)"/.test(text)) statements++
      return answer
    })
    await tenant.request(QUERY, { ids: [...events, endpoint] })
    spy.mockRestore()
    expect(statements).toBe(2)
  })

  test('unknown ids, ids of other organizations and unreadable objects are null at their place', async () => {
    const ids = ['evt_0', events[0], '', 'sec_1', 'nonsense']
    const { data } = await tenant.request(QUERY, { ids })
    expect(data.nodes.map((node: { id: string } | null) => node?.id ?? null)).toEqual([
      null,
      events[0],
      null,
      null,
      null,
    ])
    const stranger = await app.tenant()
    expect((await stranger.request(QUERY, { ids: [...events, tenant.keyId] })).data.nodes).toEqual([
      null,
      null,
      null,
      null,
    ])
    const reader = await app.tenant({ webhooks: ['read'] }, tenant.organizationId)
    const seen = (await reader.request(QUERY, { ids: [events[0], endpoint, tenant.keyId] })).data.nodes
    expect(seen).toEqual([null, { __typename: 'WebhookEndpoint', id: endpoint }, null])
  })

  test('an empty list is answered with an empty list, and too many ids are refused with the path', async () => {
    expect((await tenant.request(QUERY, { ids: [] })).data.nodes).toEqual([])
    const ids = Array.from({ length: NODES_AT_MOST }, (_, n) => events[n % 3])
    expect((await tenant.request(QUERY, { ids })).data.nodes).toHaveLength(NODES_AT_MOST)
    const { errors } = await tenant.request(QUERY, { ids: [...ids, events[0]] })
    expect(errors?.[0]?.message).toContain('ids: must have at most 100 entries')
  })
})
