import { afterAll, beforeAll, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { READS_AT_ONCE } from '../../src/domain/limits/read-concurrency.ts'
import { PAGES } from '../../src/server/query-limits.ts'
import { type App, startApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

// One operation of a low key makes as many reads as it can.
let app: App
let receiver: Receiver
let attacker: Awaited<ReturnType<App['tenant']>>
let honest: typeof attacker
let statements: MockInstance
/** Reads in progress now, and their maximum. */
const reads = { now: 0, most: 0 }
const ENDPOINTS = 10
const DELIVERIES = 100

beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
  attacker = await app.tenant()
  honest = await app.tenant()
  for (const tenant of [attacker, honest]) {
    await tenant.createType('a.b')
    for (let count = 0; count < ENDPOINTS; count++)
      await tenant.createEndpoint(receiver.url, { signatureScheme: 'STANDARD_ED25519' })
    await tenant.publishMany(Array.from({ length: DELIVERIES / ENDPOINTS }, (_, n) => ({ type: 'a.b', data: { n } })))
  }
  await app.deliver()
  const { boundedPool } = app.database
  const query = boundedPool.query.bind(boundedPool) as (...args: unknown[]) => Promise<unknown>
  statements = vi.spyOn(boundedPool, 'query').mockImplementation((async (...args: unknown[]) => {
    reads.most = Math.max(reads.most, ++reads.now)
    return query(...args).finally(() => reads.now--)
  }) as never)
})
beforeEach(() => {
  statements.mockClear()
  Object.assign(reads, { now: 0, most: 0 })
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const aliases = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')
const attempts = (count: number) =>
  `{ deliveries(first: ${DELIVERIES}) { nodes { ${aliases(count, 'attempts(first: 1) { nodes { number } }')} } } }`

describe('operation with nested reads', () => {
  test.each([
    ['pages of each delivery', attempts(240)],
    ['pages of which only the position is selected', attempts(240).replaceAll('nodes { number }', '__typename')],
    [
      'pages in pages without a size',
      '{ events(first: 100) { nodes { deliveries(first: 100) { nodes { attempts { __typename } } } } } }',
    ],
  ])('an operation is refused before its first read when it has too many %s', async (_pages, query) => {
    const { errors } = await attacker.request(query)
    expect(errors?.[0]?.extensions.code).toBe('QUERY_TOO_LARGE')
    expect(errors?.[0]?.message).toContain(`at most ${PAGES} pages`)
    expect(statements).not.toHaveBeenCalled()
  })

  test('nested pages take the turns of their organization, and other organizations read meanwhile', async () => {
    let isOver = false
    const attack = attacker.request(attempts(9)).then((answer) => {
      isOver = true
      return answer
    })
    await expect.poll(() => statements.mock.calls.length).toBeGreaterThan(READS_AT_ONCE)
    const during = reads.most
    for (let count = 0; count < 20; count++)
      expect((await honest.ask('{ deliveries(first: 1) { nodes { id } } }')).nodes).toHaveLength(1)
    expect(isOver).toBe(false)
    const { data, errors } = await attack
    expect(errors).toBeUndefined()
    expect(data.deliveries.nodes[0].a8.nodes).toEqual([{ number: 1 }])
    expect(during).toBeLessThanOrEqual(READS_AT_ONCE)
    expect(reads.most).toBeLessThanOrEqual(READS_AT_ONCE + 2)
  })

  test.each([
    ['secrets of endpoints', `{ webhookEndpoints(first: 2) { nodes { ${aliases(40, 'secrets { id }')} } } }`],
    ['public keys of endpoints', `{ webhookEndpoints(first: 100) { nodes { ${aliases(900, 'publicKeys')} } } }`],
    ['the organization', `{ viewer { ${aliases(490, 'organization { id }')} } }`],
    ['the presented key', `{ viewer { ${aliases(320, 'apiKey { secrets { createdAt } }')} } }`],
    ['the keys in use', `{ usage { ${aliases(900, 'uniqueKeys')} } }`],
  ])('aliases of one field cost a few statements: %s', async (_field, query) => {
    const { data, errors } = await attacker.request(query)
    expect(errors).toBeUndefined()
    expect(data).not.toBeNull()
    expect(statements.mock.calls.length).toBeLessThanOrEqual(4)
  })

  test('relations of a changed delivery take the turns of the organization', async () => {
    const { nodes } = await attacker.ask('{ deliveries(first: 1) { nodes { id } } }')
    statements.mockClear()
    reads.most = 0
    const { errors } = await attacker.request(
      `mutation { deliveryRetry(id: "${nodes[0].id}") { ... on DeliveryRetryPayload { delivery {
        ${aliases(240, 'endpoint { url health { status } }')} } } } }`,
    )
    expect(errors).toBeUndefined()
    expect(reads.most).toBeLessThanOrEqual(READS_AT_ONCE)
  })

  test('each page below the root costs points', async () => {
    const { extensions } = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': attacker.key },
      body: JSON.stringify({ query: attempts(9) }),
    }).then((response) => response.json())
    expect(extensions.cost.requested).toBeGreaterThan(5 * 9 * DELIVERIES)
  })
})
