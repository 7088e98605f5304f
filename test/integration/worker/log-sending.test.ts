import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changesOf, type Logged } from '../../../src/bus/delivery-log-entry.ts'
import { logAsSending } from '../../../src/domain/deliveries/log-as-sending.ts'
import { recordResults } from '../../../src/domain/deliveries/record-results.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { type ClaimedDelivery, createClaimer } from '../../../worker/claim.ts'
import { createLeases } from '../../../worker/lease.ts'
import { createLogSending } from '../../../worker/log-sending.ts'
import { decideOutcome } from '../../../worker/request-outcome.ts'
import { sweep } from '../../../worker/sweep.ts'
import type { Client } from '../../support/api.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// A claim does not write to the delivery log, and the log still has every state of every delivery once and in order.
const UPDATES = 'subscription { deliveryUpdates { delivery { id status version } } }'
const LEASE_SECONDS = 60
let app: App
let tenant: Client & { key: string; organizationId: string }
let claimer: ReturnType<typeof createClaimer>
const receiver = await startReceiver()

beforeAll(async () => {
  app = await startApp({ logSendingAfterMs: 0, leaseSeconds: LEASE_SECONDS })
  claimer = createClaimer(app.database.pooled)
})
beforeEach(async () => {
  await app.database.pool.query('DELETE FROM deliveries')
  tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(receiver.url, { disableAfterFailures: null })
})
afterAll(async () => {
  await claimer.stop()
  await app.stop()
  await receiver.stop()
})

async function claim(): Promise<ClaimedDelivery[]> {
  const options = { now: app.clock.now(), limit: 10, leaseSeconds: LEASE_SECONDS, fullOrganizations: [] }
  return (await claimer.claim(options)).deliveries
}

const makeId = () => createIds(app.clock)

async function settleAs(delivery: ClaimedDelivery, statusCode: number): Promise<void> {
  const exchange = { statusCode, headers: null, body: null, error: null, durationMicroseconds: 1 }
  const outcome = decideOutcome(delivery, exchange, app.clock.now(), () => 0)
  const result = { attemptId: makeId()('att'), delivery, request: null, exchange, outcome, startedAt: app.clock.now() }
  await recordResults(app.database.pool, [result], { now: app.clock.now(), makeId: makeId() })
}

/** The logged states of each delivery, in log order. */
async function logged(): Promise<Map<string, { status: string; version: number }[]>> {
  const { rows } = await app.database.pool.query<{ changes: Logged[] }>(
    'SELECT changes FROM delivery_changes WHERE organization_id = $1 ORDER BY position, part',
    [tenant.organizationId],
  )
  const changes = rows.flatMap((row) => row.changes.flatMap(changesOf))
  const all = changes.map(([id, status, , , version]) => ({ id, status, version }))
  return Map.groupBy(all, ({ id }) => id)
}

async function statesOf(id: string): Promise<string[]> {
  return (await logged()).get(id)!.map(({ status }) => status)
}

describe('SENDING in the delivery log', () => {
  test('a slow delivery is logged as SENDING before its result, and not again with the result', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(204).end()))
    const watch = watchSocket(app.url, tenant.key, UPDATES)
    await expect.poll(() => app.services.subscriptions.count()).toBe(1)
    await tenant.publish('a.b')
    const sent = app.deliver()
    const answer = await arrived
    await watch.until((messages) => messages.length === 2)
    answer()
    await sent
    await watch.until((messages) => messages.length === 3)
    expect(watch.messages.map(({ deliveryUpdates: { delivery } }) => [delivery.status, delivery.version])).toEqual([
      ['PENDING', 1],
      ['SENDING', 2],
      ['SUCCEEDED', 3],
    ])
    watch.stop()
  })

  test('a fast delivery is logged as SENDING together with its result, with the time of the claim', async () => {
    await tenant.publish('a.b')
    const before = app.clock.now()
    const [delivery] = await claim()
    app.clock.advance(5)
    await settleAs(delivery!, 500)
    const { rows } = await app.database.pool.query<{ changes: Logged[] }>(
      'SELECT changes FROM delivery_changes WHERE organization_id = $1 ORDER BY position',
      [tenant.organizationId],
    )
    expect(rows).toHaveLength(2)
    const [sending, retrying] = rows[1]!.changes.flatMap(changesOf)
    const counts = (change: typeof sending) => change?.slice(1, 5)
    expect(counts(sending)).toEqual(['SENDING', 'SCHEDULED', 0, 2])
    expect(counts(retrying)).toEqual(['RETRYING', 'SCHEDULED', 1, 3])
    expect(new Date(sending![8])).toEqual(before)
    expect(sending![6]).toBeNull()
  })

  test('a claim that is logged repeatedly or late appears in the log once', async () => {
    await tenant.publish('a.b')
    const [delivery] = await claim()
    expect(await logAsSending(app.database.pool, [delivery!])).toMatchObject([{ id: delivery!.id }])
    expect(await logAsSending(app.database.pool, [delivery!])).toEqual([])
    await settleAs(delivery!, 204)
    expect(await logAsSending(app.database.pool, [delivery!])).toEqual([])
    expect(await statesOf(delivery!.id)).toEqual(['PENDING', 'SENDING', 'SUCCEEDED'])
  })

  test('a claimed delivery that is canceled or reclaimed is logged as SENDING first', async () => {
    await tenant.publish('a.b')
    const [canceled] = await claim()
    await tenant.ask(`mutation { deliveryCancel(id: "${canceled!.id}") { __typename } }`)
    expect(await statesOf(canceled!.id)).toEqual(['PENDING', 'SENDING', 'CANCELED'])

    await tenant.publish('a.b')
    const [lost] = await claim()
    app.clock.advance(LEASE_SECONDS + 1)
    await sweep(app.database.pool, 'reclaim', app.clock.now())
    expect(await statesOf(lost!.id)).toEqual(['PENDING', 'SENDING', 'PENDING'])
  })

  test('a locked delivery log of one organization delays neither claims nor requests of any organization', async () => {
    const other = await app.tenant()
    await other.createType('a.b')
    await other.createEndpoint(receiver.url)
    receiver.respond((_request, response) => response.writeHead(204).end())
    const from = receiver.requests.length
    // A delivery to a disabled endpoint waits for the locked log, and claims do not wait for that delivery either.
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    const ids = [await tenant.publish('a.b'), await other.publish('a.b')]
    await app.database.pool.query('UPDATE webhook_endpoints SET enabled = false WHERE id = $1', [webhookEndpoint.id])
    const slow = new pg.Client(app.database.url)
    await slow.connect()
    await slow.query('BEGIN')
    await slow.query('SELECT FROM delivery_log_heads WHERE organization_id = $1 FOR UPDATE', [tenant.organizationId])

    const delivered = app.deliver()
    await expect.poll(() => receiver.requests.slice(from).map(({ eventId }) => eventId)).toHaveLength(2)
    // Another delivery is claimed while results wait for the locked log.
    ids.push(await other.publish('a.b'))
    app.worker.nudge()
    await expect.poll(() => receiver.requests.slice(from).map(({ eventId }) => eventId)).toHaveLength(3)
    expect(new Set(receiver.requests.slice(from).map(({ eventId }) => eventId))).toEqual(new Set(ids))
    await slow.query('COMMIT')
    await slow.end()
    await delivered
    expect(new Set((await tenant.deliveries()).map(({ status }) => status))).toEqual(new Set(['HELD', 'SUCCEEDED']))
  })

  test('SENDING is logged only after leases are renewed', async () => {
    await tenant.publish('a.b')
    const deliveries = await claim()
    const { promise: kept, resolve: keep } = Promise.withResolvers<void>()
    const { promise: isWaiting, resolve } = Promise.withResolvers<void>()
    const { pool } = app.database
    const claimed = () => deliveries
    const leases = createLeases({ ...app, pool, leaseSeconds: LEASE_SECONDS, claimed })
    const renewStale = () => {
      resolve()
      return kept
    }
    const options = { claimed, leases: { ...leases, renewStale }, logSendingAfterMs: 0 }
    const tell = createLogSending({ ...app, pool, log: silentLog, ...options })
    tell.look()
    await isWaiting
    expect(await statesOf(deliveries[0]!.id)).toEqual(['PENDING'])
    keep()
    await expect.poll(() => statesOf(deliveries[0]!.id)).toEqual(['PENDING', 'SENDING'])
    await tell.stop()
  })

  test('SENDING is logged later when the row is locked by a renewal of its lease', async () => {
    await tenant.publish('a.b')
    const deliveries = await claim()
    const { pool } = app.database
    const renewal = await pool.connect()
    await renewal.query('BEGIN')
    await renewal.query('SELECT FROM deliveries WHERE id = $1 FOR UPDATE', [deliveries[0]!.id])
    const claimed = () => deliveries
    let looks = 0
    const leases = createLeases({ ...app, pool, leaseSeconds: LEASE_SECONDS, claimed })
    const renewStale = async () => void looks++
    const options = { claimed, leases: { ...leases, renewStale }, logSendingAfterMs: 0 }
    const sending = createLogSending({ ...app, pool, log: silentLog, ...options })
    sending.look()
    await expect.poll(() => looks).toBeGreaterThan(1)
    expect(await statesOf(deliveries[0]!.id)).toEqual(['PENDING'])
    await renewal.query('COMMIT')
    renewal.release()
    await expect.poll(() => statesOf(deliveries[0]!.id)).toEqual(['PENDING', 'SENDING'])
    await sending.stop()
  })

  test('two workers that find the same delivery of a disabled endpoint hold the delivery once', async () => {
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    await tenant.publish('a.b')
    await app.database.pool.query('UPDATE webhook_endpoints SET enabled = false WHERE id = $1', [webhookEndpoint.id])
    await Promise.all([app.deliver(), app.deliver()])
    await app.deliver()
    const held = (await tenant.deliveries()).find(({ endpointId }) => endpointId === webhookEndpoint.id)
    expect(held).toMatchObject({ status: 'HELD', version: 2 })
  })

  test('the log has every version of every delivery once and in order, after any sequence of changes (property)', async () => {
    const steps = ['publish', 'claim', 'tell', 'accept', 'fail', 'cancel', 'retry', 'reclaim'] as const
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...steps), fc.nat(5)), { maxLength: 25 }), async (course) => {
        const claimed: ClaimedDelivery[] = []
        await tenant.publish('a.b')
        for (const [step, n] of course) {
          const delivery = claimed[n % claimed.length]
          const [any] = (await tenant.deliveries()).slice(n % 3)
          if (step === 'publish') await tenant.publish('a.b')
          if (step === 'claim') claimed.push(...(await claim()))
          if (step === 'tell') await logAsSending(app.database.pool, claimed)
          if (step === 'accept' && delivery) await settleAs(delivery, 204)
          if (step === 'fail' && delivery) await settleAs(delivery, 500)
          if (step === 'cancel' && any) await tenant.ask(`mutation { deliveryCancel(id: "${any.id}") { __typename } }`)
          if (step === 'retry' && any) await tenant.ask(`mutation { deliveryRetry(id: "${any.id}") { __typename } }`)
          if (step === 'reclaim') {
            app.clock.advance(LEASE_SECONDS + 1)
            await sweep(app.database.pool, 'reclaim', app.clock.now())
          }
        }
        const log = await logged()
        for (const { id, version, status } of await tenant.deliveries()) {
          const versions = log.get(id)!
          const isUnlogged = status === 'SENDING' && versions.length === version - 1
          expect(versions.map((change) => change.version)).toEqual(
            Array.from({ length: isUnlogged ? version - 1 : version }, (_, n) => n + 1),
          )
          if (!isUnlogged) expect(versions.at(-1)!.status).toBe(status)
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
