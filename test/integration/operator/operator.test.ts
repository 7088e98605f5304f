import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countMinutes } from '../../../src/domain/deliveries/count-minutes.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { createTeam } from '../../support/people.ts'
import { startReceiver } from '../../support/receiver.ts'

// The figures of the operator over three organizations with different troubles, each made by the API and a worker.
let app: App
let quiet: Client & { organizationId: string }
let backlogged: Client & { organizationId: string }
let failing: Client & { organizationId: string }
/** Time at which the waiting deliveries of `backlogged` became due. */
let dueSince: Date
const receiver = await startReceiver()

beforeAll(async () => {
  const tiers = { ...DEFAULT_LIMITS.tiers, ELEVATED: { minute: 3, hour: 1_000 } }
  app = await startApp({ allowances: { ...DEFAULT_LIMITS, tiers } })
  // The platform key acts in each of them and has no limits, so that usage is that of the keys made below.
  const create = async (name: string) => {
    const organizationId = await app.host.createOrganization(name)
    const client = app.host.in(organizationId)
    await client.createType('a.b')
    app.clock.advance(1)
    return { ...client, organizationId }
  }
  failing = await create('Failing')
  backlogged = await create('Backlogged')
  quiet = await create('Quiet')
  await makeFailures()
  await makeRequests()
  dueSince = app.clock.now()
  await backlogged.createEndpoint(receiver.url, { eventTypes: ['a.b'] })
  await publish(backlogged, 5)
  // The endpoint is disabled, so that its delivery is held.
  const held = (await backlogged.createEndpoint(receiver.url, { eventTypes: ['held'] })).webhookEndpoint
  await backlogged.createType('held')
  await backlogged.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', held)
  await backlogged.publish('held')
  app.clock.advance(120)
  await countMinutes(app.database.pool, app.clock.now())
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const publish = (client: Client, events: number) =>
  client.publishMany(Array.from({ length: events }, (_, n) => ({ type: 'a.b', data: { n } })))

/** Four deliveries: one succeeds at once, one at its second attempt, two die after it. */
async function makeFailures(): Promise<void> {
  const retryPolicy = { maxAttempts: 2, backoffSeconds: [10] }
  await failing.createEndpoint(receiver.url, { retryPolicy, disableAfterFailures: null })
  let answers = 0
  receiver.respond((_request, response) =>
    response.writeHead([204, 500, 500, 500, 204, 500, 500][answers++] ?? 204).end(),
  )
  await publish(failing, 1)
  await app.deliver()
  await publish(failing, 3)
  await app.deliver()
  app.clock.advance(10)
  await app.deliver()
  receiver.respond((_request, response) => response.writeHead(204).end())
}

/** A key of each kind; the first of ELEVATED makes three requests and one past its limit, the second one. */
async function makeRequests(): Promise<void> {
  const secrets: string[] = []
  for (const n of [0, 1]) {
    const name = `Consumer ${n}`
    const { secret } = await quiet.createKey({ events: ['read'] }, { name, tier: 'ELEVATED' })
    secrets.push(secret)
  }
  const disabled = (await quiet.createKey({ events: ['read'] }, { tier: 'ENTERPRISE' })).apiKey
  const revoked = (await failing.createKey({ events: ['read'] }, { tier: 'ENTERPRISE' })).apiKey
  await quiet.ask('mutation ($id: ID!) { apiKeyDisable(id: $id) { __typename } }', { id: disabled.id })
  await failing.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: revoked.id })
  for (let n = 0; n < 4; n++) await app.api.as(secrets[0]).request('{ viewer { id } }')
  await app.api.as(secrets[1]).request('{ viewer { id } }')
  await app.services.usageRecorder.flush()
}

const exactly = (count: number) => ({ count, isExact: true })
const overview = async (fields: string) => app.host.ask(`{ operatorOverview { ${fields} } }`)

describe('operator overview', () => {
  test('keys are counted by tier and state, with requests, consumers and refusals of today', async () => {
    const { tiers } = await overview(
      'tiers { tier active disabled expired revoked requestsToday consumersToday limitHitsToday }',
    )
    const none = {
      active: 0,
      disabled: 0,
      expired: 0,
      revoked: 0,
      requestsToday: 0,
      consumersToday: 0,
      limitHitsToday: 0,
    }
    expect(tiers.slice(0, 3)).toEqual([
      { ...none, tier: 'STANDARD' },
      { ...none, tier: 'ELEVATED', active: 2, requestsToday: 5, consumersToday: 2, limitHitsToday: 1 },
      { ...none, tier: 'ENTERPRISE', disabled: 1, revoked: 1 },
    ])
    expect(tiers[3]).toMatchObject({ tier: null, active: 1, consumersToday: 1, limitHitsToday: 0 })
    expect(tiers).toHaveLength(4)
  })

  test('requests of people count in no tier', async () => {
    const own = await startApp()
    const [person] = await createTeam(own, 'OWNER')
    for (let n = 0; n < 3; n++) await person.ask('{ viewer { id } }')
    await own.services.usageRecorder.flush()
    const { tiers } = await own.host.ask('{ operatorOverview { tiers { tier requestsToday consumersToday } } }')
    // The operator made the organization of the person, with a key without limits.
    expect(tiers.at(-1)).toEqual({ tier: null, requestsToday: 1, consumersToday: 1 })
    await own.stop()
  })

  test('the day has the deliveries and attempts of every organization, and another day has none of them', async () => {
    const fields = 'created delivered dead attempts failedAttempts meanRetries'
    const { day } = await overview(`day { ${fields} }`)
    expect(day).toEqual({ created: 10, delivered: 2, dead: 2, attempts: 7, failedAttempts: 5, meanRetries: 3 / 4 })
    const yesterday = new Date(app.clock.now().getTime() - 86_400_000).toISOString()
    const { day: before } = await overview(`day(at: "${yesterday}") { day ${fields} }`)
    expect(before).toMatchObject({ day: `${yesterday.slice(0, 10)}T00:00:00.000Z`, created: 0, meanRetries: null })
  })

  test('the queue has the waiting, held and claimed deliveries of every organization, and the age of the oldest', async () => {
    const fields = 'due later pending retrying inFlight held'.replaceAll(/\w+/g, '$& { count isExact }')
    const { queue } = await overview(`queue { ${fields} oldestDueAt oldestDueSeconds }`)
    expect(queue).toEqual({
      ...{ due: exactly(5), later: exactly(0), pending: exactly(5), retrying: exactly(0) },
      ...{ inFlight: exactly(0), held: exactly(1), oldestDueAt: dueSince.toISOString(), oldestDueSeconds: 120 },
    })
  })
})

describe('operator list of organizations', () => {
  const FIELDS = `organization { id name } waiting { count isExact } oldestDueAt failureShareLastHour failureShareToday
    requestsToday limitHitsToday keysByTier { tier count } failingEndpoints`
  const list = async (orderBy: string, page = '') =>
    app.host.ask(
      `{ operatorOrganizations(orderBy: ${orderBy} ${page}) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`,
    )
  const names = (nodes: { organization: { name: string } }[]) => nodes.map(({ organization }) => organization.name)

  test('each organization has its own figures', async () => {
    const { nodes } = await list('NEWEST')
    expect(
      nodes.find(({ organization }: never) => (organization as { name: string }).name === 'Failing'),
    ).toMatchObject({
      ...{ waiting: exactly(0), oldestDueAt: null, failureShareLastHour: 5 / 7, failureShareToday: 5 / 7 },
      ...{ limitHitsToday: 0, keysByTier: [], failingEndpoints: 1 },
    })
    expect(nodes.slice(0, 2)).toMatchObject([
      {
        ...{
          waiting: exactly(0),
          failureShareLastHour: null,
          requestsToday: 5,
          limitHitsToday: 1,
          failingEndpoints: 0,
        },
        keysByTier: [
          { tier: 'ELEVATED', count: 2 },
          { tier: 'ENTERPRISE', count: 1 },
        ],
      },
      { waiting: exactly(5), oldestDueAt: dueSince.toISOString(), failureShareToday: null, limitHitsToday: 0 },
    ])
  })

  test.each([
    ['NEWEST', 'Quiet'],
    ['OLDEST_DUE', 'Backlogged'],
    ['WAITING', 'Backlogged'],
    ['FAILURES_TODAY', 'Failing'],
    // The organization of the platform key, which made every other request.
    ['REQUESTS_TODAY', 'Default'],
  ])(
    'the order %s begins with the organization that has most of it, and its pages have each organization once',
    async (order, first) => {
      const all = names((await list(order)).nodes)
      expect(all[0]).toBe(first)
      const paged: string[] = []
      for (let after = ''; ; ) {
        const { nodes, pageInfo } = await list(order, `first: 1 ${after}`)
        paged.push(...names(nodes))
        if (!pageInfo.hasNextPage) break
        after = `after: "${pageInfo.endCursor}"`
      }
      expect(paged).toEqual(all)
      expect(new Set(paged).size).toBe(4)
      expect(names((await list(order, 'last: 2')).nodes)).toEqual(all.slice(-2))
    },
  )

  test('a deleted organization is absent', async () => {
    const id = await app.host.createOrganization('Gone')
    await app.host.ask('mutation ($id: ID!) { organizationDelete(id: $id) { __typename } }', { id })
    expect(names((await list('NEWEST')).nodes)).not.toContain('Gone')
  })
})

describe('access of the operator', () => {
  test.each([
    '{ operatorOverview { queue { due { count } } workers { id } } }',
    '{ operatorOrganizations { nodes { organization { id } } } }',
    '{ operatorDeliveries { nodes { id organization { id } } } }',
  ])('a platform key that acts in another organization reads the same, and a tenant is refused: %s', async (query) => {
    const own = await app.host.request(query)
    expect(own.errors).toBeUndefined()
    expect(await failing.request(query)).toEqual(own)
    const { key } = await app.tenant()
    const { errors } = await app.api.as(key).request(query)
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
  })
})
