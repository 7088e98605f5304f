import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// An endpoint with too many consecutive failures is disabled in the commit that records the last failure.
let app: App
const failing = await startReceiver((_request, response) => response.writeHead(500).end())
const healthy = await startReceiver()
const FAILURE = `127.0.0.1:${failing.port} answered 500 Internal Server Error: check the receiver's logs.`
const DROPPED = {
  status: 'CANCELED',
  nextAttemptAt: null,
  explanation: 'Canceled because the endpoint was deleted.',
}
const HEALTH = `enabled disabledReason health { status consecutiveFailures failingSince lastFailure }`

beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.stop()
  await failing.stop()
  await healthy.stop()
})

/** An organization with an endpoint that fails at the first attempt of a delivery and allows no second one. */
async function setUp(more: Record<string, unknown> = {}) {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const retryPolicy = { maxAttempts: 1, backoffSeconds: [1] }
  const { webhookEndpoint } = await tenant.createEndpoint(failing.url, { eventTypes: ['a.b'], retryPolicy, ...more })
  const { id } = webhookEndpoint
  return Object.assign(tenant, {
    id,
    endpoint: () => tenant.ask(`query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { ${HEALTH} } } }`, { id }),
    async publishTo(by: App, count: number) {
      for (let n = 0; n < count; n++) await tenant.publish('a.b', n)
      await by.deliver()
    },
    remove: () => tenant.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', { id }),
    enable: (heldDeliveries: string) =>
      tenant.ask(
        'mutation ($id: ID!, $held: HeldDeliveries) { webhookEndpointEnable(id: $id, heldDeliveries: $held) { __typename } }',
        { id, held: heldDeliveries },
      ),
  })
}

describe('endpoint health', () => {
  test('ten failures in a row disable an endpoint across worker restarts, with audit entry, system event and live update', async () => {
    const tenant = await setUp()
    await tenant.createEndpoint(`${healthy.url}/told`, { eventTypes: ['webhook.*'] })
    await tenant.createEndpoint(`${healthy.url}/everything`, { eventTypes: ['*'] })
    const live = watchSocket(
      app.url,
      tenant.key,
      `subscription { webhookEndpointUpdates(id: "${tenant.id}") { webhookEndpoint { ${HEALTH} } } }`,
    )
    await live.until((messages) => messages.length > 0)
    await tenant.publishTo(app, 6)
    expect(await tenant.endpoint()).toMatchObject({
      enabled: true,
      health: { status: 'FAILING', consecutiveFailures: 6, lastFailure: FAILURE },
    })

    // Another process stands for a restarted worker, which knows nothing but the database.
    const restarted = await startApp({ databaseUrl: app.database.url, clock: app.clock })
    await tenant.publishTo(restarted, 3)
    expect(await tenant.endpoint()).toMatchObject({ enabled: true, health: { consecutiveFailures: 9 } })
    await tenant.publishTo(restarted, 1)
    await restarted.stop()

    const disabledReason = `Disabled after 10 failures in a row. The last: ${FAILURE}`
    expect(await tenant.endpoint()).toMatchObject({ enabled: false, disabledReason, health: { status: 'DISABLED' } })
    const { nodes } = await tenant.ask(
      '{ auditEntries(first: 20) { nodes { actor { principalId } action resource details } } }',
    )
    expect(nodes).toContainEqual({
      ...{ actor: { principalId: 'system' }, action: 'WEBHOOK_ENDPOINT_DISABLE', resource: tenant.id },
      details: { reason: disabledReason },
    })
    await app.deliver()
    const told = healthy.requests
      .filter(({ path }) => path.endsWith('/told'))
      .map(({ body }) => JSON.parse(String(body)))
    expect(told).toMatchObject([
      {
        type: 'webhook.endpoint.disabled',
        data: { endpointId: tenant.id, reason: disabledReason, consecutiveFailures: 10 },
      },
    ])
    const types = healthy.requests
      .filter(({ path }) => path.endsWith('/everything'))
      .map(({ body }) => JSON.parse(String(body)).type)
    expect(new Set(types)).toEqual(new Set(['a.b']))
    live.stop()
  })

  test('enabling an endpoint takes its locks in the same order as recording results', async () => {
    const tenant = await setUp()
    await tenant.publishTo(app, 1)
    const { pool } = app.database
    const settling = await pool.connect()
    await settling.query("BEGIN; SET LOCAL lock_timeout = '2s'")
    await settling.query('SELECT FROM endpoint_health WHERE endpoint_id = $1 FOR UPDATE', [tenant.id])
    const enabled = tenant.enable('RELEASE')
    const waits = async () =>
      (await pool.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"))
        .rowCount
    await expect.poll(waits).toBe(1)
    const locked = await settling.query('SELECT FROM webhook_endpoints WHERE id = $1 FOR UPDATE', [tenant.id])
    expect(locked.rowCount).toBe(1)
    await settling.query('COMMIT')
    settling.release()
    await enabled
  })

  test('an accepted attempt resets the count of consecutive failures', async () => {
    const tenant = await setUp()
    await tenant.publishTo(app, 9)
    failing.respond((_request, response) => response.writeHead(204).end())
    await tenant.publishTo(app, 1)
    failing.respond((_request, response) => response.writeHead(500).end())
    await tenant.publishTo(app, 9)
    expect(await tenant.endpoint()).toMatchObject({ enabled: true, health: { consecutiveFailures: 9 } })
  })

  test('a 429 response does not count as a failure of the endpoint', async () => {
    const tenant = await setUp()
    failing.respond((_request, response) => response.writeHead(429).end())
    await tenant.publishTo(app, 12)
    failing.respond((_request, response) => response.writeHead(500).end())
    expect(await tenant.endpoint()).toMatchObject({ enabled: true, health: { consecutiveFailures: 0 } })
  })

  test.each([
    ['RELEASE', 'SUCCEEDED'],
    ['CANCEL', 'CANCELED'],
  ])('enabling an endpoint with %s makes its held deliveries %s, in order of publication', async (held, status) => {
    const tenant = await setUp({ disableAfterFailures: 2, maxConcurrency: 1 })
    await tenant.publishTo(app, 2)
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      ids.push(await tenant.publish('a.b', n))
      app.clock.advance(1)
    }
    const waiting = async () => (await tenant.deliveries()).filter(({ eventId }) => ids.includes(eventId))
    expect((await waiting()).map((delivery) => delivery.status)).toEqual(Array(5).fill('HELD'))
    const before = failing.requests.length
    failing.respond((_request, response) => response.writeHead(204).end())
    await tenant.enable(held)
    await app.deliver()
    failing.respond((_request, response) => response.writeHead(500).end())
    expect((await waiting()).map((delivery) => delivery.status)).toEqual(Array(5).fill(status))
    const sent = failing.requests.slice(before).map(({ eventId }) => eventId)
    expect(sent).toEqual(held === 'RELEASE' ? ids : [])
    expect(await tenant.endpoint()).toMatchObject({
      enabled: true,
      disabledReason: null,
      health: { consecutiveFailures: 0 },
    })
  })

  test('a failing endpoint that is never disabled receives few requests until a request is accepted, then all deliveries', async () => {
    const tenant = await setUp({ disableAfterFailures: null })
    await tenant.publishTo(app, 10)
    const before = failing.requests.length
    for (let n = 0; n < 30; n++) await tenant.publish('a.b', n)
    await app.deliver()
    const probes = failing.requests.length - before
    expect(probes).toBeGreaterThan(0)
    expect(probes).toBeLessThan(30)
    failing.respond((_request, response) => response.writeHead(204).end())
    app.clock.advance(1)
    await app.deliver()
    await app.deliver()
    failing.respond((_request, response) => response.writeHead(500).end())
    expect(failing.requests.length - before).toBe(30)
  })

  test('a 410 response to a test event does not disable the endpoint, and the test is not retried', async () => {
    const tenant = await setUp()
    failing.respond((_request, response) => response.writeHead(410).end())
    const before = failing.requests.length
    await tenant.ask('mutation ($id: ID!) { webhookEndpointTest(id: $id) { __typename } }', { id: tenant.id })
    for (let round = 0; round < 2; round++) await app.deliver().then(() => app.worker.runMaintenance())
    failing.respond((_request, response) => response.writeHead(500).end())
    expect(failing.requests.length - before).toBe(1)
    expect(await tenant.endpoint()).toMatchObject({ enabled: true, disabledReason: null })
    const explanation = expect.stringMatching(/ 410 Gone: the receiver wants no more webhooks. Tests are not retried.$/)
    expect(await tenant.deliveries()).toMatchObject([{ status: 'DEAD', explanation }])
  })

  test('a 410 response disables the endpoint even when a concurrent request is accepted', async () => {
    const tenant = await setUp()
    const waiting: (() => void)[] = []
    failing.respond((_request, response) => {
      waiting.push(() => response.writeHead(waiting.length === 1 ? 410 : 204).end())
      if (waiting.length < 2) return
      for (const answer of waiting.splice(0)) {
        waiting.push(answer)
        answer()
      }
    })
    await tenant.publishTo(app, 2)
    failing.respond((_request, response) => response.writeHead(500).end())
    expect((await tenant.endpoint()).enabled).toBe(false)
  })
})

/** Deletes the endpoint while a request to the endpoint is in flight, then lets the receiver respond. */
async function deleteInFlight(tenant: Awaited<ReturnType<typeof setUp>>, statusCode: number): Promise<void> {
  const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
  failing.respond((_request, response) => resolve(() => response.writeHead(statusCode).end()))
  await tenant.publish('a.b')
  app.worker.nudge()
  const answer = await arrived
  await tenant.remove()
  answer()
  await app.worker.idle()
  await app.worker.runMaintenance()
  failing.respond((_request, response) => response.writeHead(500).end())
}

describe('deleted endpoint', () => {
  test('a delivery that waits for a retry is canceled when its endpoint is deleted', async () => {
    const tenant = await setUp({ retryPolicy: { maxAttempts: 3, backoffSeconds: [3_600] } })
    const other = await tenant.createEndpoint(failing.url, { eventTypes: ['a.b'] })
    await tenant.publishTo(app, 2)
    await tenant.remove()
    const said = (await tenant.deliveries()).map(({ endpointId, status, nextAttemptAt, explanation }) =>
      endpointId === tenant.id ? { status, nextAttemptAt, explanation } : { endpointId, status },
    )
    const untouched = { endpointId: other.webhookEndpoint.id, status: 'RETRYING' }
    expect(said).toHaveLength(4)
    expect(said).toEqual(expect.arrayContaining([DROPPED, DROPPED, untouched, untouched]))
    expect(said.filter(({ status }) => status === 'CANCELED')).toEqual([DROPPED, DROPPED])
  })

  test('a delivery in flight is canceled instead of retried when its endpoint is deleted', async () => {
    const tenant = await setUp({ retryPolicy: { maxAttempts: 3, backoffSeconds: [3_600] } })
    await deleteInFlight(tenant, 500)
    expect(await tenant.deliveries()).toMatchObject([{ ...DROPPED, attemptCount: 1 }])
  })

  test('a held delivery is canceled when its endpoint is deleted', async () => {
    const tenant = await setUp()
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', { id: tenant.id })
    await tenant.publish('a.b')
    await tenant.remove()
    expect(await tenant.deliveries()).toMatchObject([DROPPED])
  })

  test('a delivery that would be held is canceled when its endpoint is already deleted', async () => {
    const tenant = await setUp()
    await deleteInFlight(tenant, 410)
    expect(await tenant.deliveries()).toMatchObject([DROPPED])
  })
})
