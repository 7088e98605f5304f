import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { acknowledge, claim, type Leased, LISTENER, streamTenant } from '../../support/streams.ts'

// Acknowledgements as attacks: foreign, stale, forged, repeated and oversized ones.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterEach(() => expect(app.services.subscriptions.count()).toBe(0))
afterAll(() => app.stop())

/** An organization with one leased delivery. */
async function withLease() {
  const tenant = await streamTenant(app)
  await tenant.publish('a.b', { n: 1 })
  const [leased] = await claim(tenant, { endpointId: tenant.endpointId })
  return Object.assign(tenant, { leased: leased! })
}

const OK = { statusCode: 204 }
const stale = (leased: Leased, version: number): Leased => ({ ...leased, version })

describe('deliveryStreamAcknowledge', () => {
  test('a result of another organization changes nothing and looks like one of an unknown delivery', async () => {
    const tenant = await withLease()
    const stranger = await streamTenant(app)
    expect(await acknowledge(stranger, [tenant.leased])).toEqual(['STALE'])
    const unknown = { ...tenant.leased, delivery: { ...tenant.leased.delivery, id: 'dlv_unknown' } }
    expect(await acknowledge(stranger, [unknown])).toEqual(['STALE'])
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SENDING', attemptCount: 0, attempts: [] }])
  })

  test('a result of another version is fenced off and adds no attempt', async () => {
    const tenant = await withLease()
    const { version } = tenant.leased
    for (const other of [version - 1, version + 1])
      expect(await acknowledge(tenant, [stale(tenant.leased, other)])).toEqual(['STALE'])
    app.clock.advance(61)
    // The lease of a poll ends, and a sweep returns the delivery to the queue.
    await app.worker.runMaintenance()
    expect((await tenant.deliveries())[0]?.explanation).toContain('Held because no listener is connected.')
    expect(await acknowledge(tenant, [tenant.leased])).toEqual(['STALE'])
    expect((await tenant.deliveries())[0]?.attempts).toEqual([])
    const [again] = await claim(tenant, { endpointId: tenant.endpointId })
    expect([again?.delivery.id, again?.bodyBase64]).toEqual([tenant.leased.delivery.id, tenant.leased.bodyBase64])
    expect(await acknowledge(tenant, [again!])).toEqual(['RECORDED'])
  })

  test('repeated results of one lease, one after the other and at once, are one attempt', async () => {
    const tenant = await withLease()
    const all = await Promise.all(Array.from({ length: 8 }, () => acknowledge(tenant, [tenant.leased])))
    expect(all.flat().filter((status) => status === 'RECORDED')).toHaveLength(1)
    expect(await acknowledge(tenant, [tenant.leased])).toEqual(['STALE'])
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SUCCEEDED', attemptCount: 1 }])
  })

  test('a delivery of an HTTP endpoint in flight cannot be acknowledged', async () => {
    const tenant = await streamTenant(app, { eventTypes: ['x.y'] })
    await tenant.createEndpoint('http://127.0.0.1:9/', { eventTypes: ['a.b'] })
    await tenant.publish('a.b')
    await app.database.pool.query(
      "UPDATE deliveries SET status = 'SENDING', version = 2, lease_until = now() + interval '1 day' WHERE organization_id = $1",
      [tenant.organizationId],
    )
    const [delivery] = await tenant.deliveries()
    expect(await acknowledge(tenant, [{ delivery, version: 2 } as never])).toEqual(['STALE'])
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SENDING', attempts: [] }])
  })

  test.each([
    ['no status code and no error code', {}, 'input.results.0.statusCode: is required without an errorCode'],
    ['an informational status', { statusCode: 100 }, 'input.results.0.statusCode: must be at least 200'],
    ['a negative duration', { ...OK, durationMs: -1 }, 'input.results.0.durationMs: must be at least 0'],
    ['a long body', { ...OK, body: 'x'.repeat(65_537) }, 'input.results.0.body: must have at most 65536 characters'],
    [
      'large headers',
      { ...OK, headers: [{ name: 'x', value: 'y'.repeat(16_384) }] },
      'input.results.0.headers: must have at most 16384 characters in all names and values',
    ],
    [
      'many headers',
      { ...OK, headers: Array.from({ length: 101 }, () => ({ name: 'x', value: 'y' })) },
      'input.results.0.headers: must have at most 100 entries',
    ],
  ])('a result with %s is refused', async (_name, result, message) => {
    const tenant = await withLease()
    await expect(acknowledge(tenant, [tenant.leased], result)).rejects.toThrow(message)
    expect((await tenant.deliveries())[0]?.status).toBe('SENDING')
  })

  test('101 results, and two results of one delivery, are refused', async () => {
    const tenant = await withLease()
    await expect(acknowledge(tenant, Array(101).fill(tenant.leased))).rejects.toThrow(
      'input.results: must have at most 100 entries',
    )
    await expect(acknowledge(tenant, [tenant.leased, tenant.leased])).rejects.toThrow(
      'input.results.1.id: must not repeat a delivery',
    )
  })

  test('the first 10 KiB of a response body are kept, and repeated headers are joined', async () => {
    const tenant = await withLease()
    const headers = ['a', 'b'].map((value) => ({ name: 'Set-Thing', value }))
    await acknowledge(tenant, [tenant.leased], { statusCode: 500, body: 'é'.repeat(60_000), headers })
    const [attempt] = (await tenant.deliveries())[0]!.attempts
    expect(Buffer.byteLength(attempt!.responseBody!)).toBe(10_240)
    expect(attempt?.responseHeaders).toEqual([{ name: 'set-thing', value: 'a, b' }])
  })

  test('a target that asks to wait is respected, and one that is gone disables the stream', async () => {
    const tenant = await withLease()
    const wait = { statusCode: 503, headers: [{ name: 'Retry-After', value: '7200' }] }
    await acknowledge(tenant, [tenant.leased], wait)
    const [retrying] = await tenant.deliveries()
    expect(Date.parse(retrying!.nextAttemptAt!)).toBeGreaterThanOrEqual(app.clock.now().getTime() + 7_200_000)
    await tenant.publish('a.b')
    const [second] = await claim(tenant, { endpointId: tenant.endpointId })
    await acknowledge(tenant, [second!], { statusCode: 410 })
    const { nodes } = await tenant.ask('{ webhookEndpoints { nodes { enabled disabledReason } } }')
    expect(nodes).toMatchObject([{ enabled: false, disabledReason: expect.stringContaining('410') }])
  })

  test('webhooks and deliveries are enough for a listener, and each is needed', async () => {
    const tenant = await withLease()
    const listener = await app.tenant(LISTENER as never, tenant.organizationId)
    expect(await acknowledge(listener, [tenant.leased])).toEqual(['RECORDED'])
    const reader = await app.tenant({ webhooks: ['read'], deliveries: ['read', 'write'] }, tenant.organizationId)
    await expect(claim(reader, { endpointId: tenant.endpointId })).rejects.toThrow('lacks the permission')
    const other = await app.tenant({ webhooks: ['read', 'write'], deliveries: ['read'] }, tenant.organizationId)
    await expect(acknowledge(other, [tenant.leased])).rejects.toThrow('lacks the permission')
  })
})

describe('deliveryStreamClaim', () => {
  test('a claim waits until a delivery is due', async () => {
    const tenant = await streamTenant(app)
    const claiming = claim(tenant, { endpointId: tenant.endpointId, max: 5, waitSeconds: 30 })
    while (app.services.subscriptions.count() === 0) await new Promise(setImmediate)
    await tenant.publish('a.b', { n: 1 })
    expect(await claiming).toMatchObject([{ delivery: { status: 'SENDING' }, version: 2 }])
  })

  test('a claim answers at once without due deliveries when it does not wait', async () => {
    const tenant = await streamTenant(app)
    expect(await claim(tenant, { endpointId: tenant.endpointId })).toEqual([])
  })

  test('a client that polls counts as a listener until a minute after its last claim', async () => {
    const tenant = await streamTenant(app)
    await claim(tenant, { endpointId: tenant.endpointId })
    await tenant.publish('a.b')
    await app.deliver()
    expect((await tenant.deliveries())[0]?.status).toBe('PENDING')
    app.clock.advance(61)
    await app.deliver()
    expect((await tenant.deliveries())[0]?.status).toBe('HELD')
    expect(await claim(tenant, { endpointId: tenant.endpointId })).toHaveLength(1)
  })

  test('a claim past its bounds is refused with a path', async () => {
    const tenant = await streamTenant(app)
    const { endpointId } = tenant
    await expect(claim(tenant, { endpointId, max: 101 })).rejects.toThrow('input.max: must be at most 100')
    await expect(claim(tenant, { endpointId, waitSeconds: 31 })).rejects.toThrow(
      'input.waitSeconds: must be at most 30',
    )
    await expect(claim(tenant, { endpointId: 'whep_absent' })).rejects.toThrow('NOT_FOUND')
  })

  test('a client that leaves while it waits leaves no lease behind', async () => {
    const tenant = await streamTenant(app)
    const leaving = new AbortController()
    const query = `mutation { deliveryStreamClaim(input: { endpointId: "${tenant.endpointId}", waitSeconds: 30 }) { __typename } }`
    const asking = fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    }).catch(() => {})
    while (app.services.subscriptions.count() === 0) await new Promise(setImmediate)
    leaving.abort()
    await asking
    await expect.poll(() => app.services.subscriptions.count()).toBe(0)
    await tenant.publish('a.b')
    expect((await tenant.deliveries())[0]?.status).toBe('PENDING')
  })
})
