import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// Deliveries of several organizations as the operator lists them.
let app: App
const receiver = await startReceiver()
let first: Awaited<ReturnType<typeof setUp>>
let second: Awaited<ReturnType<typeof setUp>>

async function setUp(status: number) {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const retryPolicy = { maxAttempts: 1, backoffSeconds: [10] }
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { retryPolicy, disableAfterFailures: null })
  receiver.respond((_request, response) => response.writeHead(status).end())
  await tenant.publishMany([
    { type: 'a.b', data: { secret: 'of the tenant' } },
    { type: 'a.b', data: {} },
  ])
  await app.deliver()
  app.clock.advance(60)
  return Object.assign(tenant, { endpointId: webhookEndpoint.id })
}

beforeAll(async () => {
  app = await startApp()
  first = await setUp(500)
  second = await setUp(204)
  await first.publishMany([{ type: 'a.b', data: {} }])
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const FIELDS = `id status attemptCount errorCode explanation eventId eventType endpointId nextAttemptAt createdAt organization { id }`
async function list(filter: Record<string, unknown> = {}, page: Record<string, unknown> = {}) {
  return app.host.ask(
    `query ($filter: OperatorDeliveryFilter, $first: Int, $last: Int, $after: String) {
      operatorDeliveries(filter: $filter, first: $first, last: $last, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`,
    { filter, ...page },
  )
}
/** Organization and state of each delivery of the list. */
const shown = async (filter: Record<string, unknown> = {}, page = {}) => {
  const { nodes } = await list(filter, page)
  return nodes.map(({ organization, status }: { organization: { id: string }; status: string }) => [
    organization.id === first.organizationId ? 'first' : 'second',
    status,
  ])
}

const DEAD = ['first', 'DEAD']
const SUCCEEDED = ['second', 'SUCCEEDED']
const PENDING = ['first', 'PENDING']

describe('operator list of deliveries', () => {
  test('the deliveries of every organization are listed newest first, with their organization and without payloads', async () => {
    expect(await shown()).toEqual([PENDING, SUCCEEDED, SUCCEEDED, DEAD, DEAD])
    const { nodes } = await list()
    expect(nodes[3]).toMatchObject({
      attemptCount: 1,
      errorCode: expect.any(String),
      eventType: 'a.b',
      endpointId: first.endpointId,
    })
    expect(JSON.stringify(nodes)).not.toContain('of the tenant')
  })

  test('filters select by organization, endpoint, state and time, alone and together', async () => {
    expect(await shown({ organizationId: first.organizationId })).toEqual([PENDING, DEAD, DEAD])
    expect(await shown({ endpointId: second.endpointId })).toEqual([SUCCEEDED, SUCCEEDED])
    expect(await shown({ statuses: ['DEAD'] })).toEqual([DEAD, DEAD])
    expect(await shown({ statuses: ['DEAD', 'SUCCEEDED'] })).toEqual([SUCCEEDED, SUCCEEDED, DEAD, DEAD])
    expect(await shown({ statuses: ['PENDING'] })).toEqual([PENDING])
    expect(await shown({ organizationId: first.organizationId, statuses: ['DEAD'] })).toEqual([DEAD, DEAD])
    expect(await shown({ organizationId: first.organizationId, endpointId: second.endpointId })).toEqual([])
    expect(await shown({ endpointId: 'whep_0' })).toEqual([])
    const now = app.clock.now().getTime()
    const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString()
    expect(await shown({ from: ago(30) })).toEqual([PENDING])
    expect(await shown({ from: ago(90), to: ago(30) })).toEqual([SUCCEEDED, SUCCEEDED])
    expect(await shown({ statuses: ['DEAD'], from: ago(90) })).toEqual([])
  })

  test.each([[{}], [{ statuses: ['DEAD'] }], [{ statuses: ['DEAD', 'SUCCEEDED'] }]])(
    'the pages of the filter %j have each delivery once',
    async (filter) => {
      const whole = (await list(filter)).nodes.map(({ id }: { id: string }) => id)
      const paged: string[] = []
      for (let after: string | undefined; ; ) {
        const { nodes, pageInfo } = await list(filter, { first: 1, after })
        paged.push(...nodes.map(({ id }: { id: string }) => id))
        if (!pageInfo.hasNextPage) break
        after = pageInfo.endCursor
      }
      expect(paged).toEqual(whole)
      expect((await list(filter, { last: 1 })).nodes.map(({ id }: { id: string }) => id)).toEqual(whole.slice(-1))
    },
  )

  test('the deliveries of a deleted organization are absent', async () => {
    const gone = await setUp(500)
    const mine = async (filter: object) =>
      (await list(filter as never)).nodes.filter(
        ({ organization }: never) => (organization as { id: string }).id === gone.organizationId,
      )
    expect(await mine({})).toHaveLength(2)
    await app.host.ask('mutation ($id: ID!) { organizationDelete(id: $id) { __typename } }', {
      id: gone.organizationId,
    })
    for (const filter of [
      {},
      { statuses: ['DEAD'] },
      { endpointId: gone.endpointId },
      { organizationId: gone.organizationId },
    ])
      expect(await mine(filter)).toEqual([])
  })
})
