import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import {
  acknowledge,
  createStream,
  type Leased,
  leasedOf,
  listen,
  stopListeners,
  streamTenant,
} from '../../support/streams.ts'
import { subscribed, watchEvents, watchSocket } from '../../support/watch.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterEach(async () => {
  stopListeners()
  await subscribed(app, 0)
})
afterAll(() => app.stop())

const headersOf = ({ headers }: Leased) => Object.fromEntries(headers.map(({ name, value }) => [name, value]))
const bodyOf = ({ bodyBase64 }: Leased) => Buffer.from(bodyBase64, 'base64').toString()

describe('deliveryStream', () => {
  test.each([
    ['WebSocket', watchSocket],
    ['SSE', watchEvents],
  ])(
    'a listener over %s receives the exact bytes with the real signature, and its result is recorded',
    async (_name, watchOver) => {
      const tenant = await streamTenant(app, { headers: [{ name: 'x-team', value: 'billing' }] })
      const watch = listen(app, tenant.key, tenant.endpointId, undefined, watchOver)
      await subscribed(app, 1)
      const eventId = await tenant.publish('a.b', { n: 1 })
      await watch.until((messages) => messages.length === 1)
      const [leased] = leasedOf(watch)
      expect(leased).toMatchObject({
        delivery: { status: 'SENDING', attemptCount: 0, eventId, endpointId: tenant.endpointId },
        version: 2,
        leaseUntil: new Date(app.clock.now().getTime() + 60_000).toISOString(),
      })
      const headers = headersOf(leased!)
      expect(headers).toMatchObject({ 'x-team': 'billing', 'content-type': 'application/json', 'webhook-id': eventId })
      const body = bodyOf(leased!)
      expect(JSON.parse(body)).toMatchObject({ id: eventId, type: 'a.b', data: { n: 1 } })
      // The verifier compares with the time of the machine, and the clock of the test stands still.
      const timestamp = new Date(Number(headers['webhook-timestamp']) * 1000)
      expect(headers['webhook-signature']).toBe(new Webhook(tenant.secret).sign(eventId, timestamp, body))

      expect(
        await acknowledge(tenant, [leased!], {
          statusCode: 201,
          headers: [{ name: 'X-Trace', value: 'abc' }],
          body: 'taken',
          durationMs: 12,
        }),
      ).toEqual(['RECORDED'])
      expect(await tenant.deliveries()).toMatchObject([
        {
          status: 'SUCCEEDED',
          attemptCount: 1,
          version: 3,
          explanation: 'The target of the listener accepted with 201.',
          attempts: [
            {
              number: 1,
              trigger: 'SCHEDULED',
              statusCode: 201,
              responseHeaders: [{ name: 'x-trace', value: 'abc' }],
              responseBody: 'taken',
              errorCode: null,
            },
          ],
        },
      ])
    },
  )

  test('a failed result follows the retry policy, the statistics and the health of an ordinary endpoint', async () => {
    const tenant = await streamTenant(app, { retryPolicy: { maxAttempts: 2, backoffSeconds: [60] } })
    const watch = listen(app, tenant.key, tenant.endpointId)
    await subscribed(app, 1)
    await tenant.publish('a.b')
    await watch.until((messages) => messages.length === 1)
    const refused = { statusCode: null, errorCode: 'CONNECTION_REFUSED' }
    expect(await acknowledge(tenant, leasedOf(watch), refused)).toEqual(['RECORDED'])
    const message = 'The target of the listener refused the connection: nothing listens there.'
    const [retrying] = await tenant.deliveries()
    expect(retrying?.status).toBe('RETRYING')
    expect(retrying?.explanation).toContain(`${message} Attempt 1 of 2; the next is due at 2026-03-01 12:01:0`)
    // The backoff and its jitter.
    app.clock.advance(66)
    // Announces the due retry in place of a timer.
    await tenant.publish('a.b')
    await watch.until((messages) => messages.length === 3)
    const [, ...second] = leasedOf(watch)
    expect(second.map(({ delivery }) => delivery.attemptCount)).toEqual([1, 0])
    expect(await acknowledge(tenant, second, { statusCode: 500 })).toEqual(['RECORDED', 'RECORDED'])
    const [first] = await tenant.deliveries()
    expect(first).toMatchObject({
      status: 'DEAD',
      attempts: [
        { errorCode: 'CONNECTION_REFUSED', explanation: message },
        {
          errorCode: 'HTTP_SERVER_ERROR',
          statusCode: 500,
          explanation: "The target of the listener answered 500 Internal Server Error: check the receiver's logs.",
        },
      ],
    })
    const { health } = (await tenant.ask('{ webhookEndpoints { nodes { health { status consecutiveFailures } } } }'))
      .nodes[0]
    expect(health).toEqual({ status: 'FAILING', consecutiveFailures: 3 })
    expect(await tenant.ask('{ deliveryStats { dead attempts } }')).toEqual({ dead: 1, attempts: 3 })
  })

  test('deliveries without a listener are held, and released in their order when one connects', async () => {
    const tenant = await streamTenant(app)
    const ids = []
    for (let n = 0; n < 3; n++) {
      ids.push(await tenant.publish('a.b', { n }))
      app.clock.advance(1)
    }
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject(
      ids.map(() => ({
        status: 'HELD',
        explanation: 'Held because no listener is connected. It is sent when one connects.',
      })),
    )
    // The sweep releases held deliveries of enabled endpoints, and leaves those of a stream without a listener.
    await app.worker.runMaintenance()
    const held = await tenant.deliveries()
    expect(held.map(({ status }) => status)).toEqual(['HELD', 'HELD', 'HELD'])
    const retry = 'mutation ($id: ID!) { deliveryRetry(id: $id) { ... on Error { code message } } }'
    await expect(tenant.ask(retry, { id: held[0]!.id })).rejects.toThrow(
      'DELIVERY_HELD: The stream of this delivery has no listener.',
    )
    const watch = listen(app, tenant.key, tenant.endpointId)
    await watch.until((messages) => messages.length === 3)
    expect(leasedOf(watch).map(({ delivery }) => delivery.eventId)).toEqual(ids)
    await acknowledge(tenant, leasedOf(watch))
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
  })

  test('a closed subscription gives its leases back at once, and the next listener gets the same id and bytes', async () => {
    const tenant = await streamTenant(app)
    const first = listen(app, tenant.key, tenant.endpointId)
    await subscribed(app, 1)
    await tenant.publish('a.b', { n: 1 })
    await first.until((messages) => messages.length === 1)
    first.stop()
    await subscribed(app, 0)
    await expect.poll(async () => (await tenant.deliveries())[0]?.status).toBe('HELD')
    expect(await acknowledge(tenant, leasedOf(first))).toEqual(['STALE'])
    const second = listen(app, tenant.key, tenant.endpointId)
    await second.until((messages) => messages.length === 1)
    const [before, after] = [leasedOf(first)[0]!, leasedOf(second)[0]!]
    expect([after.delivery.id, bodyOf(after)]).toEqual([before.delivery.id, bodyOf(before)])
    expect(after.version).toBeGreaterThan(before.version)
    expect(await acknowledge(tenant, [after])).toEqual(['RECORDED'])
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SUCCEEDED', attemptCount: 1 }])
    second.stop()
  })

  test('the capacity bounds the unacknowledged deliveries of a listener', async () => {
    const tenant = await streamTenant(app)
    const watch = listen(app, tenant.key, tenant.endpointId, 2)
    await subscribed(app, 1)
    await tenant.publishMany(Array.from({ length: 5 }, (_, n) => ({ type: 'a.b', data: { n } })))
    await watch.until((messages) => messages.length === 2)
    await tenant.publish('a.b')
    expect(leasedOf(watch)).toHaveLength(2)
    const counts = await app.database.pool.query(
      "SELECT count(*)::int AS leased FROM deliveries WHERE organization_id = $1 AND status = 'SENDING'",
      [tenant.organizationId],
    )
    expect(counts.rows).toEqual([{ leased: 2 }])
    for (let taken = 0; taken < 6; taken = leasedOf(watch).length) {
      await acknowledge(tenant, leasedOf(watch).slice(-1))
      if (taken < 6) await Promise.race([watch.until((messages) => messages.length > taken), subscribed(app, 0)])
    }
  })

  test('a disabled stream holds its deliveries while a listener stays connected', async () => {
    const tenant = await streamTenant(app)
    const watch = listen(app, tenant.key, tenant.endpointId)
    await subscribed(app, 1)
    const change = (name: string) =>
      tenant.ask(`mutation { ${name}(id: "${tenant.endpointId}") { ... on Error { code message } __typename } }`)
    await change('webhookEndpointDisable')
    await tenant.publish('a.b')
    expect(await tenant.deliveries()).toMatchObject([{ status: 'HELD' }])
    await change('webhookEndpointEnable')
    await watch.until((messages) => messages.length === 1)
    await acknowledge(tenant, leasedOf(watch))
    await change('webhookEndpointDelete')
    await watch.until((messages) => messages.length === 2)
    expect(watch.messages[1].errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
    expect(await watch.untilEnded()).toBeNull()
  })

  test('a stream of another kind, of another organization and an absent one are refused', async () => {
    const tenant = await streamTenant(app)
    const http = (await tenant.createEndpoint('http://127.0.0.1:9/')).webhookEndpoint.id
    const foreign = await streamTenant(app)
    const refusalOf = async (endpointId: string) => {
      const watch = listen(app, tenant.key, endpointId)
      const reason = await Promise.race([watch.untilEnded(), watch.until((messages) => messages.length > 0)])
      watch.stop()
      return JSON.stringify(reason ?? watch.messages)
    }
    expect(await refusalOf(http)).toContain('must be the id of an endpoint of the kind STREAM')
    const absent = await refusalOf('whep_absent')
    expect(absent).toContain('NOT_FOUND')
    expect(await refusalOf(foreign.endpointId)).toBe(absent.replaceAll('whep_absent', foreign.endpointId))
  })

  test('a stream has neither a URL nor a rate limit', async () => {
    const tenant = await app.tenant()
    const refusal = (more: object) => createStream(tenant, more as Record<string, unknown>).catch(String)
    expect(await refusal({ url: 'https://x.example' })).toContain('input.url: must be absent for a STREAM endpoint')
    expect(await refusal({ rateLimit: 5 })).toContain('input.rateLimit: must be absent for a STREAM endpoint')
    expect(await refusal({ kind: 'HTTP' })).toContain('input.url: is required for an endpoint of the kind HTTP')
    const { webhookEndpoint } = await createStream(tenant)
    expect(webhookEndpoint).toMatchObject({ kind: 'STREAM', url: null, maxConcurrency: 1_000 })
    const update = (input: object) =>
      tenant.ask(
        `mutation ($id: ID!, $input: WebhookEndpointUpdateInput!) {
          webhookEndpointUpdate(id: $id, input: $input) { __typename ... on Error { code message } } }`,
        { id: webhookEndpoint.id, input },
      )
    await expect(update({ url: 'https://x.example/' })).rejects.toThrow('input.url: must be absent')
    expect(await update({ description: 'mine' })).toMatchObject({ __typename: 'WebhookEndpointUpdatePayload' })
  })
})
