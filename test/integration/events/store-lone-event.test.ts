import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changesOf, type Logged } from '../../../src/bus/delivery-log-entry.ts'
import { NAMED_AT_MOST, WAKE_CHANNEL } from '../../../src/domain/events/notify-channel.ts'
import { type NewEvent, storeEvents } from '../../../src/domain/events/store-events.ts'
import { storeLoneEvent } from '../../../src/domain/events/store-lone-event.ts'
import { createIds } from '../../../src/lib/ids.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

// A single event has its own statement, with the same effect as the statement for groups.
const STORES = {
  alone: (event: NewEvent) => storeLoneEvent(app.database.pool, event, app.clock.now(), timeOf(event)),
  'in a group': (event: NewEvent) =>
    storeEvents(app.database.pool, [event], 'ordinary', app.clock.now(), timeOf(event)),
}
const TYPE = 'invoice.paid'
let app: App
let tenant: Client & { organizationId: string }
let listener: pg.Client
const wakes: string[] = []

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  listener = new pg.Client({ connectionString: app.database.url })
  await listener.connect()
  listener.on('notification', ({ payload }) => wakes.push(payload ?? ''))
  await listener.query(`LISTEN ${WAKE_CHANNEL}`)
})
afterAll(async () => {
  await listener.end()
  await app.stop()
})

const timeOf = ({ id }: NewEvent) => id.slice(4, 14)
const newEvent = (more: Partial<NewEvent> = {}): NewEvent => ({
  id: createIds(app.clock)('evt'),
  organizationId: tenant.organizationId,
  type: TYPE,
  body: Buffer.from('{}'),
  idempotencyKey: null,
  idempotencyHash: null,
  ...more,
})

interface Endpoint {
  events: string
  state: 'enabled' | 'disabled' | 'deleted'
  rateLimit: number | null
}

async function setEndpoints(endpoints: readonly Endpoint[]): Promise<void> {
  await app.database.pool.query(
    'TRUNCATE webhook_endpoints, deliveries, delivery_stats, delivery_changes, events CASCADE',
  )
  for (const [n, { events, state, rateLimit }] of endpoints.entries()) {
    const { webhookEndpoint } = await tenant.createEndpoint(`http://127.0.0.1:9/${n}`, {
      eventTypes: [events],
      rateLimit,
    })
    if (state !== 'enabled')
      await app.database.pool.query(
        'UPDATE webhook_endpoints SET enabled = false, deleted_at = CASE WHEN $2 THEN now() END WHERE id = $1',
        [webhookEndpoint.id, state === 'deleted'],
      )
  }
}

/** All rows that an event created, without the ids of the event and its deliveries. */
async function leftBy({ id }: NewEvent) {
  const { pool } = app.database
  const read = async (text: string) => (await pool.query(text, [id])).rows
  const { rows: log } = await pool.query<{ changes: Logged[] }>(
    'SELECT changes FROM delivery_changes ORDER BY position',
  )
  const changes = log.flatMap((row) => row.changes.flatMap(changesOf)).filter((change) => change[9] === id)
  return {
    event: await read(
      'SELECT organization_id, type, body, idempotency_key, idempotency_hash, created_at FROM events WHERE id = $1',
    ),
    deliveries:
      await read(`SELECT (to_jsonb(d) - 'id' - 'event_id') AS row, d.id LIKE 'dlv_' || substr(d.event_id, 5, 10) || '%' AS named
      FROM deliveries d WHERE event_id = $1 ORDER BY endpoint_id`),
    changes: changes.map((change) => change.with(0, '').with(9, '')).sort(),
  }
}

const stats = async () => (await app.database.pool.query('SELECT * FROM delivery_stats ORDER BY endpoint_id')).rows

describe('single event statement', () => {
  test('a single event creates the same deliveries, counts and changes as an event in a group (property)', async () => {
    const endpoint = fc.record({
      events: fc.constantFrom(TYPE, 'invoice.*', '*', 'invoice.sent'),
      state: fc.constantFrom('enabled', 'enabled', 'disabled', 'deleted'),
      rateLimit: fc.constantFrom(null, null, 5),
    }) satisfies fc.Arbitrary<Endpoint>
    await fc.assert(
      fc.asyncProperty(fc.array(endpoint, { maxLength: 5 }), fc.boolean(), async (endpoints, isKeyed) => {
        await setEndpoints(endpoints)
        const key = isKeyed ? { idempotencyHash: Buffer.from('hash') } : {}
        const [alone, grouped] = [
          newEvent(isKeyed ? { ...key, idempotencyKey: 'first' } : {}),
          newEvent(isKeyed ? { ...key, idempotencyKey: 'second' } : {}),
        ]
        const said = await STORES.alone(alone)
        const counted = await stats()
        expect(await STORES['in a group'](grouped)).toEqual(said)
        const left = await leftBy(alone)
        const [event] = left.event
        expect(await leftBy(grouped)).toEqual({
          ...left,
          event: [{ ...event, idempotency_key: isKeyed ? 'second' : null }],
        })
        expect(left.deliveries.every(({ named }) => named)).toBe(true)
        expect(await stats()).toEqual(counted.map((row) => ({ ...row, created: row.created * 2 })))
      }),
      { numRuns: 25 },
    )
  })

  test.each(Object.entries(STORES))(
    'an event stored %s is left out when its idempotency key is taken',
    async (_, store) => {
      await setEndpoints([{ events: '*', state: 'enabled', rateLimit: null }])
      const key = { idempotencyKey: 'taken', idempotencyHash: Buffer.from('hash') }
      await store(newEvent(key))
      const again = newEvent(key)
      const { stored, organizationIds, fanOuts } = await store(again)
      expect(stored?.repeated).toEqual(new Set([again.id]))
      expect(organizationIds).toEqual([])
      expect([...fanOuts.values()]).toEqual([1])
      expect(await leftBy(again)).toEqual({ event: [], deliveries: [], changes: [] })
    },
  )

  /** The notifications that workers receive after the commit of an event. */
  async function wakesOf(endpoints: readonly Endpoint[]): Promise<string[][]> {
    await setEndpoints(endpoints)
    wakes.length = 0
    await STORES.alone(newEvent())
    // Notifications sent before this query have arrived once the query returns.
    await listener.query('SELECT 1')
    const { rows } = await app.database.pool.query<{ id: string }>("SELECT id FROM deliveries WHERE status = 'PENDING'")
    return wakes.map((wake) => wake.split(' ').map((id) => (rows.some((row) => row.id === id) ? 'a delivery' : id)))
  }

  const many = (count: number, endpoint: Endpoint) => Array.from({ length: count }, () => endpoint)
  const plain: Endpoint = { events: '*', state: 'enabled', rateLimit: null }

  test('workers are notified with the ids of due deliveries', async () => {
    expect(await wakesOf([plain, { ...plain, state: 'disabled' }, plain])).toEqual([['a delivery', 'a delivery']])
  })

  test('workers are notified without ids when there are many deliveries or one is rate limited', async () => {
    expect(await wakesOf(many(NAMED_AT_MOST, plain))).toEqual([Array(NAMED_AT_MOST).fill('a delivery')])
    expect(await wakesOf(many(NAMED_AT_MOST + 1, plain))).toEqual([['']])
    expect(await wakesOf([plain, { ...plain, rateLimit: 5 }])).toEqual([['']])
  })

  test('workers are not notified when no delivery is due', async () => {
    expect(await wakesOf([])).toEqual([])
    expect(await wakesOf([{ ...plain, state: 'disabled' }])).toEqual([])
  })
})
