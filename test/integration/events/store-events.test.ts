import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changesOf, type Logged } from '../../../src/bus/delivery-log-entry.ts'
import { DUE_CHANNEL } from '../../../src/domain/events/notify-channel.ts'
import { type GroupSize, type NewEvent, storeEvents } from '../../../src/domain/events/store-events.ts'
import { createIds } from '../../../src/lib/ids.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

const store = (events: readonly NewEvent[], size: GroupSize = 'ordinary') =>
  storeEvents(app.database.pool, events, size, app.clock.now(), timeOf(events[0]!))
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
  await listener.query(`LISTEN ${DUE_CHANNEL}`)
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
  channels: [],
  body: Buffer.from('{}'),
  idempotencyKey: null,
  idempotencyHash: null,
  ...{ publishedBy: null, publishedByName: null, requestId: null },
  ...more,
})

interface Endpoint {
  events: string
  state: 'enabled' | 'disabled' | 'deleted'
}

async function setEndpoints(endpoints: readonly Endpoint[]): Promise<void> {
  await app.database.pool.query(
    'TRUNCATE webhook_endpoints, deliveries, delivery_stats, delivery_changes, events CASCADE',
  )
  for (const [n, { events, state }] of endpoints.entries()) {
    const { webhookEndpoint } = await tenant.createEndpoint(`http://127.0.0.1:9/${n}`, {
      eventTypes: [events],
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

describe('stored events', () => {
  test('an event creates the same deliveries, counts and changes alone, in a group and in a large publish (property)', async () => {
    const endpoint = fc.record({
      events: fc.constantFrom(TYPE, 'invoice.*', '*', 'invoice.sent'),
      state: fc.constantFrom('enabled', 'enabled', 'disabled', 'deleted'),
    }) satisfies fc.Arbitrary<Endpoint>
    await fc.assert(
      fc.asyncProperty(fc.array(endpoint, { maxLength: 5 }), fc.boolean(), async (endpoints, isKeyed) => {
        await setEndpoints(endpoints)
        const make = (key: string) =>
          newEvent(isKeyed ? { idempotencyHash: Buffer.from('hash'), idempotencyKey: key } : {})
        const [alone, first, second, large] = [make('alone'), make('first'), make('second'), make('large')]
        const said = await store([alone])
        const counted = await stats()
        expect(await store([large], 'large')).toEqual(said)
        expect((await store([first, second])).stored).toEqual(said.stored)
        const left = await leftBy(alone)
        const [event] = left.event
        for (const [key, other] of Object.entries({ first, second, large }))
          expect(await leftBy(other)).toEqual({ ...left, event: [{ ...event, idempotency_key: isKeyed ? key : null }] })
        expect(left.deliveries.every(({ named }) => named)).toBe(true)
        expect(await stats()).toEqual(counted.map((row) => ({ ...row, created: row.created * 4 })))
      }),
      { numRuns: 25 },
    )
  })

  test.each(['ordinary', 'large'] as const)(
    'an event of an %s group is left out when its idempotency key is taken',
    async (size) => {
      await setEndpoints([{ events: '*', state: 'enabled' }])
      const key = { idempotencyKey: 'taken', idempotencyHash: Buffer.from('hash') }
      await store([newEvent(key)], size)
      const again = newEvent(key)
      const { stored, organizationIds, fanOuts } = await store([again], size)
      expect(stored?.repeated).toEqual(new Set([again.id]))
      expect(organizationIds).toEqual([])
      expect([...fanOuts.values()]).toEqual([1])
      expect(await leftBy(again)).toEqual({ event: [], deliveries: [], changes: [] })
    },
  )

  test('workers are notified once by a commit with due deliveries, and not without', async () => {
    const enabled: Endpoint = { events: '*', state: 'enabled' }
    expect(await wakesOf([enabled, { ...enabled, state: 'disabled' }, enabled])).toEqual([''])
    expect(await wakesOf([])).toEqual([])
    expect(await wakesOf([{ ...enabled, state: 'disabled' }])).toEqual([])
  })

  /** The notifications that workers receive after the commit of an event. */
  async function wakesOf(endpoints: readonly Endpoint[]): Promise<string[]> {
    await setEndpoints(endpoints)
    wakes.length = 0
    await store([newEvent()])
    // Notifications sent before this query have arrived once the query returns.
    await listener.query('SELECT 1')
    return [...wakes]
  }
})
