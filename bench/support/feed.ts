import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { deliveryChannel, type LiveBus } from '../../src/bus/bus.ts'
import { logChanges } from '../../src/bus/delivery-log.ts'

/** Time between two statements. */
const TICK_MS = 50
/** States of a delivery, one in each tick after its first. */
const STATES = 3

/**
 * Appends deliveries in three states to the log of each organization: those of this tick are new, those of the one before
 * are being sent, and the others are done. The deliveries themselves are not stored.
 */
const APPEND = `
WITH changed AS (
  SELECT 'dlv_01' || lpad(n::text, 24, '0') AS id, organization_id, status, 'SCHEDULED' AS trigger,
    CASE WHEN status = 'PENDING' THEN 0 ELSE 1 END AS attempt_count, version, NULL::timestamptz AS next_attempt_at,
    CASE WHEN status = 'SUCCEEDED' THEN '127.0.0.1 accepted with 204.' END AS status_reason, now() AS created_at,
    now() AS updated_at, 'evt_01' || lpad(n::text, 24, '0') AS event_id, 'bench.type0' AS event_type,
    'whep_01jd0000000000000000000000' AS endpoint_id, 'http://127.0.0.1:9/hook' AS endpoint_url
  FROM unnest($1::text[]) organization_id,
    (VALUES ('PENDING', 1, 0), ('SENDING', 2, 1), ('SUCCEEDED', 3, 2)) s (status, version, ago),
    generate_series(($2::int - s.ago) * $3::int + 1, ($2::int - s.ago + 1) * $3::int) n
  WHERE $2::int >= s.ago
), ${logChanges()}
SELECT 1`

/** Appends changes of deliveries to the log of organizations, as workers do, and announces them on the bus. */
export function createFeed(pool: pg.Pool, bus: LiveBus, organizationIds: readonly string[]) {
  let tick = 0
  let appended = 0
  let running: Promise<void> | undefined
  let isStopping = false

  async function append(deliveries: number): Promise<void> {
    await pool.query(APPEND, [organizationIds, tick, deliveries])
    appended += deliveries * Math.min(STATES, tick + 1)
    tick++
    for (const id of organizationIds) bus.publish(deliveryChannel(id), [id])
  }

  return {
    append,
    /** Changes of each organization so far. */
    appended: () => appended,
    /** Id of the newest delivery, when every tick had as many. */
    newest: (deliveries: number) => `dlv_01${String(tick * deliveries).padStart(24, '0')}`,
    /** Appends at a rate until `stop`. */
    start(changesPerSecond: number): void {
      isStopping = false
      const deliveries = deliveriesAt(changesPerSecond)
      const run = async () => {
        for (let due = performance.now(); !isStopping; due += TICK_MS) {
          await append(deliveries)
          await delay(Math.max(0, due + TICK_MS - performance.now()))
        }
      }
      running = run()
    },
    async stop(): Promise<void> {
      isStopping = true
      await running
    },
  }
}

/** Deliveries of one tick at a rate. */
export const deliveriesAt = (changesPerSecond: number) => Math.round((changesPerSecond * TICK_MS) / 1_000 / STATES)
