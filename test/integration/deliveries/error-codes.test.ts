import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordResults } from '../../../src/domain/deliveries/record-results.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { type App, startApp } from '../../support/app.ts'
import { type List, readAllPages } from '../../support/pages.ts'
import { startReceiver } from '../../support/receiver.ts'

// The code of the last attempt is recorded with its result, and deliveries that fail are found by it.
let app: App
let status = 500
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp()
  receiver.respond((_request, response) => response.writeHead(status).end())
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const LIST: List = { field: 'deliveries', filter: 'DeliveryFilter' }

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const retryPolicy = { maxAttempts: 2, backoffSeconds: [10] }
  await tenant.createEndpoint(receiver.url, { retryPolicy, disableAfterFailures: null })
  await tenant.publish('a.b')
  const id = (await tenant.deliveries())[0]!.id
  const found = async (filter: object) => (await readAllPages(tenant, LIST, filter)).includes(id)
  return Object.assign(tenant, { id, found })
}

/** Bytes of an index without an entry. */
const EMPTY = 8_192

describe('error code of a delivery', () => {
  test('the index of error codes has no entry for a delivery that succeeds at once', async () => {
    const size = async () => {
      const { rows } = await app.database.pool.query("SELECT pg_relation_size('deliveries_by_error')::int AS size")
      return rows[0].size
    }
    const { publish } = await setUp()
    status = 204
    for (let n = 0; n < 3; n++) await publish('a.b', { n })
    await app.deliver()
    expect(await size()).toBe(EMPTY)
    status = 500
    await publish('a.b')
    await app.deliver()
    expect(await size()).toBeGreaterThan(EMPTY)
  })

  test('a delivery is found by the code of its last attempt while it is RETRYING or DEAD', async () => {
    const { id, found, ask } = await setUp()
    const codes = async () => ({
      server: await found({ errorCodes: ['HTTP_SERVER_ERROR'] }),
      client: await found({ errorCodes: ['HTTP_CLIENT_ERROR'] }),
      dead: await found({ errorCodes: ['HTTP_SERVER_ERROR', 'HTTP_CLIENT_ERROR'], statuses: ['DEAD'] }),
    })
    expect(await codes()).toEqual({ server: false, client: false, dead: false })
    status = 500
    await app.deliver()
    expect(await codes()).toEqual({ server: true, client: false, dead: false })
    status = 404
    app.clock.advance(15)
    await app.deliver()
    expect(await codes()).toEqual({ server: false, client: true, dead: true })
    status = 204
    await ask('mutation ($id: ID!) { deliveryRetry(id: $id) { __typename } }', { id })
    await app.deliver()
    expect(await codes()).toEqual({ server: false, client: false, dead: false })
  })

  test('a held delivery keeps its code and is found again when it is released', async () => {
    const { ask, found } = await setUp()
    const [endpoint] = (await ask('{ webhookEndpoints { nodes { id } } }')).nodes
    const change = (mutation: string) =>
      ask(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename } }`, { id: endpoint.id })
    status = 500
    await app.deliver()
    await change('webhookEndpointDisable')
    expect(await found({ errorCodes: ['HTTP_SERVER_ERROR'] })).toBe(false)
    await change('webhookEndpointEnable')
    expect(await found({ errorCodes: ['HTTP_SERVER_ERROR'] })).toBe(true)
  })

  test('a result that arrives after the delivery has moved on changes the code as well', async () => {
    const { id, found, deliveries } = await setUp()
    status = 500
    await app.deliver()
    const { rows } = await app.database.pool.query('SELECT * FROM deliveries WHERE id = $1', [id])
    const makeId = createIds(app.clock)
    const delivery = { ...rows[0], version: rows[0].version - 1, event_type: 'a.b' }
    const exchange = { statusCode: null, headers: null, body: null, error: null, durationMicroseconds: 1 }
    const outcome = {
      ...{ errorCode: 'TIMEOUT', message: 'Late.', status: 'RETRYING', statusReason: null, scheduled: true },
      retryAfterSeconds: 10,
    }
    const result = { attemptId: makeId('att'), delivery, exchange, startedAt: app.clock.now(), outcome }
    await recordResults(app.database.pool, [result as never], { now: app.clock.now(), makeId })
    expect((await deliveries())[0]).toMatchObject({ status: 'RETRYING', attemptCount: 2 })
    expect(await found({ errorCodes: ['TIMEOUT'] })).toBe(true)
    expect(await found({ errorCodes: ['HTTP_SERVER_ERROR'] })).toBe(false)
  })
})
