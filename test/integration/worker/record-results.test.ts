import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptResult } from '../../../src/domain/deliveries/attempt-outcome.ts'
import { recordResults } from '../../../src/domain/deliveries/record-results.ts'
import { renewLeases } from '../../../src/domain/deliveries/renew-leases.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { type ClaimedDelivery, createClaimer } from '../../../worker/claim.ts'
import { InterruptedError } from '../../../worker/http-sender.ts'
import { decideOutcome } from '../../../worker/request-outcome.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

// Results are recorded once when responses of the database are lost, and held deliveries are released when statements race.
let app: App
let tenant: Client
let endpointId: string
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('a.b')
  endpointId = (await tenant.createEndpoint('http://127.0.0.1:9/', { disableAfterFailures: null })).webhookEndpoint.id
})
afterAll(() => app.stop())

const options = () => ({ now: app.clock.now(), makeId: createIds(app.clock) })
async function claimOne() {
  const claimer = createClaimer(app.database.pooled)
  const settings = { limit: 10, leaseSeconds: 60, fullOrganizations: [] }
  const { deliveries } = await claimer.claim({ now: app.clock.now(), ...settings })
  await claimer.stop()
  return deliveries[0]!
}
function resultOf(delivery: ClaimedDelivery, error: unknown, statusCode: number | null): AttemptResult {
  const exchange = { statusCode, headers: null, body: null, error, durationMicroseconds: 1 }
  const outcome = decideOutcome(delivery, exchange, app.clock.now(), () => 0)
  return { attemptId: options().makeId('att'), delivery, request: null, exchange, outcome, startedAt: app.clock.now() }
}
const last = async () => (await tenant.deliveries()).at(-1)!
const cancel = async () => app.database.pool.query("UPDATE deliveries SET status = 'CANCELED'")

describe('recording results', () => {
  test('a result that is recorded twice because the first response was lost makes one attempt', async () => {
    await tenant.publish('a.b')
    const result = resultOf(await claimOne(), null, 204)
    const first = await recordResults(app.database.pool, [result], options())
    const second = await recordResults(app.database.pool, [result], options())
    expect(second).toEqual(first)
    expect(await last()).toMatchObject({ status: 'SUCCEEDED', attemptCount: 1, attempts: [{ number: 1 }] })
  })

  test('a failure that is recorded twice counts once against the endpoint', async () => {
    await tenant.publish('a.b')
    const result = resultOf(await claimOne(), null, 500)
    for (let times = 0; times < 2; times++) await recordResults(app.database.pool, [result], options())
    const { rows } = await app.database.pool.query('SELECT consecutive_failures FROM endpoint_health')
    expect(rows).toEqual([{ consecutive_failures: 1 }])
    await cancel()
  })

  test('a late result that is recorded twice counts once, beside the result that was recorded in time', async () => {
    await app.database.pool.query('DELETE FROM endpoint_health')
    app.clock.advance(1)
    await tenant.publish('a.b')
    const late = resultOf(await claimOne(), null, 500)
    await app.database.pool.query("UPDATE deliveries SET status = 'PENDING', version = version + 1 WHERE id = $1", [
      late.delivery.id,
    ])
    const again = resultOf(await claimOne(), null, 204)
    await tenant.publish('a.b')
    const other = resultOf(await claimOne(), null, 204)
    for (let times = 0; times < 2; times++) await recordResults(app.database.pool, [late], options())
    const { rows } = await app.database.pool.query('SELECT consecutive_failures FROM endpoint_health')
    expect(rows).toEqual([{ consecutive_failures: 1 }])
    // The batch has one recorded and one new result, and each is recorded once.
    await recordResults(app.database.pool, [again], options())
    await recordResults(app.database.pool, [again, other], options())
    const deliveries = await tenant.deliveries()
    const [first, second] = [again, other].map(({ delivery }) => deliveries.find(({ id }) => id === delivery.id))
    expect(first).toMatchObject({ status: 'SUCCEEDED', attemptCount: 2 })
    expect(first!.attempts.map(({ number, statusCode }) => [number, statusCode]).sort()).toEqual([
      [1, 500],
      [2, 204],
    ])
    expect(second).toMatchObject({ status: 'SUCCEEDED', attemptCount: 1, attempts: [{ statusCode: 204 }] })
  })

  test('a result that makes its delivery due at once notifies the workers', async () => {
    app.clock.advance(1)
    await tenant.publish('a.b')
    const result = resultOf(await claimOne(), new InterruptedError('stop'), null)
    const client = await app.database.pool.connect()
    const { promise, resolve } = Promise.withResolvers<void>()
    client.on('notification', () => resolve())
    await client.query('LISTEN signalbox_due')
    await recordResults(app.database.pool, [result], options())
    await promise
    client.release(true)
    await cancel()
  })

  test('a result does not move a delivery whose claim a crash of the database forgot and that was canceled since', async () => {
    await tenant.publish('a.b')
    const result = resultOf(await claimOne(), null, 500)
    await app.database.pool.query(
      "UPDATE deliveries SET status = 'CANCELED', next_attempt_at = NULL, version = $2 WHERE id = $1",
      [result.delivery.id, result.delivery.version],
    )
    await recordResults(app.database.pool, [result], options())
    expect(await last()).toMatchObject({ status: 'CANCELED', attemptCount: 1, attempts: [{ number: 1 }] })
    await cancel()
  })

  test('a lease renewal does not wait for a delivery with a result being recorded', async () => {
    app.clock.advance(1)
    await tenant.publish('a.b')
    const delivery = await claimOne()
    const settling = await app.database.pool.connect()
    await settling.query('BEGIN')
    await settling.query('SELECT 1 FROM deliveries WHERE id = $1 FOR UPDATE', [delivery.id])
    await renewLeases(app.database.pool, [delivery], { now: app.clock.now(), leaseSeconds: 60, includeExpired: true })
    await settling.query('ROLLBACK')
    settling.release()
    await cancel()
  })

  test('an interrupted attempt is recorded, and its delivery is due at once with the same trigger', async () => {
    app.clock.advance(1)
    await tenant.publish('a.b')
    const delivery = await claimOne()
    await app.database.pool.query("UPDATE deliveries SET trigger = 'MANUAL' WHERE id = $1", [delivery.id])
    const result = resultOf({ ...delivery, trigger: 'MANUAL' }, new InterruptedError('stop'), null)
    await recordResults(app.database.pool, [result], options())
    expect(await last()).toMatchObject({
      ...{ status: 'RETRYING', trigger: 'MANUAL', attemptCount: 1, nextAttemptAt: app.clock.now().toISOString() },
      attempts: [{ errorCode: 'INTERRUPTED' }],
    })
    await cancel()
  })
})

describe('held delivery', () => {
  test('a delivery that a concurrent publish held after its endpoint was enabled is released by the sweep', async () => {
    app.clock.advance(1)
    await tenant.publish('a.b')
    await app.database.pool.query(
      "UPDATE deliveries SET status = 'HELD', next_attempt_at = NULL WHERE status = 'PENDING'",
    )
    await app.worker.runMaintenance()
    await app.worker.idle()
    expect((await last()).status).not.toBe('HELD')
    await cancel()
  })

  test('held deliveries in larger numbers than one statement handles are all released or canceled', async () => {
    const change = (field: string, more = '') =>
      tenant.ask(`mutation ($id: ID!) { ${field}(id: $id ${more}) { __typename ... on Error { code message } } }`, {
        id: endpointId,
      })
    const held = async () => {
      const { rows } = await app.database.pool.query(
        "SELECT count(*) FILTER (WHERE status = 'HELD')::int AS held, count(*) FILTER (WHERE status = 'CANCELED')::int AS canceled FROM deliveries",
      )
      return rows[0]
    }
    const publish = async (count: number) => {
      const events = Array.from({ length: 450 }, () => ({ type: 'a.b', data: 1 }))
      for (let times = 0; times < count; times++) await tenant.publishMany(events)
    }
    await change('webhookEndpointDisable')
    await publish(5)
    expect((await held()).held).toBe(2_250)
    await change('webhookEndpointEnable')
    await app.worker.runMaintenance()
    await app.worker.idle()
    expect((await held()).held).toBe(0)

    await cancel()
    const before = (await held()).canceled
    await change('webhookEndpointDisable')
    await publish(3)
    await change('webhookEndpointEnable', ', heldDeliveries: CANCEL')
    expect(await held()).toEqual({ held: 0, canceled: before + 1_350 })
    await change('webhookEndpointDisable')
    await publish(1)
    await change('webhookEndpointDelete')
    expect(await held()).toEqual({ held: 0, canceled: before + 1_800 })
  })
})
