import type pg from 'pg'
import type { LiveBus } from '../src/bus/bus.ts'
import { CHANGED, logChanges, notifyLogGrew } from '../src/bus/delivery-log.ts'
import type { Log } from '../src/lib/log.ts'
import type { ClaimedDelivery } from './claim.ts'
import type { Leases } from './lease.ts'

/** Time since the claim after which the SENDING state is logged before the result, in milliseconds. */
const LOG_AFTER_MS = 1_000
/** Interval of the check for long attempts, in milliseconds. */
const LOOK_EVERY_MS = 250
/** Maximum deliveries of one statement. */
const LOGGED_AT_ONCE = 1_000

/** Skips locked rows: their result is being recorded, which logs SENDING too, or their lease is being renewed. */
const LOG_SENDING = `
WITH mine AS (
  SELECT d.id FROM unnest($1::text[], $2::int[]) AS i(id, version) JOIN deliveries d ON d.id = i.id AND d.version = i.version
  WHERE d.sending_unlogged FOR UPDATE OF d SKIP LOCKED
), changed AS (
  UPDATE deliveries d SET sending_unlogged = false FROM mine, events v, webhook_endpoints e
  WHERE d.id = mine.id AND v.id = d.event_id AND e.id = d.endpoint_id
  RETURNING ${CHANGED}, v.type AS event_type, e.url AS endpoint_url
), ${logChanges()}
SELECT id, organization_id FROM changed`

/**
 * Logs deliveries as SENDING unless the log has that state already.
 *
 * @returns the deliveries with a new log entry
 */
export async function logAsSending(
  pool: pg.Pool,
  deliveries: readonly { id: string; version: number }[],
): Promise<{ id: string; organization_id: string }[]> {
  const values = [deliveries.map(({ id }) => id), deliveries.map(({ version }) => version)]
  const { rows } = await pool.query<{ id: string; organization_id: string }>({ text: LOG_SENDING, values })
  return rows
}

/**
 * Logs the SENDING state of long attempts. Short attempts log it together with their result, in one entry, so that
 * claims never wait for the log.
 *
 * Leases are renewed first: renewals skip rows locked by this statement, and a worker that was stalled runs both at once.
 *
 * @param deps.logSendingAfterMs default LOG_AFTER_MS
 */
export function createLogSending(deps: {
  pool: pg.Pool
  bus: LiveBus
  log: Log
  claimed: () => readonly ClaimedDelivery[]
  leases: Leases
  logSendingAfterMs?: number
}) {
  const { pool, bus, log, logSendingAfterMs = LOG_AFTER_MS } = deps
  const logged = new WeakSet<ClaimedDelivery>()
  let timer: NodeJS.Timeout | undefined
  let logging: Promise<void> | undefined

  function logLong(): void {
    const deliveries = deps.claimed()
    if (deliveries.length === 0) stopLooking()
    const long = deliveries.filter((delivery) => isLong(delivery) && !logged.has(delivery)).slice(0, LOGGED_AT_ONCE)
    if (long.length === 0) return
    logging ??= logAll(long)
      .catch((error) => log.warn({ err: error }, 'Log entry of sending deliveries failed; retrying'))
      .finally(() => {
        logging = undefined
      })
  }

  const isLong = ({ claimedAt }: ClaimedDelivery) => performance.now() - claimedAt >= logSendingAfterMs

  async function logAll(long: readonly ClaimedDelivery[]): Promise<void> {
    await deps.leases.renewStale()
    const changed = await logAsSending(pool, long)
    notifyLogGrew(
      bus,
      changed.map((row) => row.organization_id),
    )
    const ids = new Set(changed.map(({ id }) => id))
    for (const delivery of long) if (ids.has(delivery.id)) logged.add(delivery)
  }

  function stopLooking(): void {
    clearInterval(timer)
    timer = undefined
  }

  return {
    /** Starts the check for long attempts. */
    look() {
      timer ??= setInterval(logLong, LOOK_EVERY_MS)
    },
    async stop() {
      stopLooking()
      await logging
    },
  }
}
