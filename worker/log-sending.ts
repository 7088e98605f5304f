import type pg from 'pg'
import type { LiveBus } from '../src/bus/bus.ts'
import { notifyLogGrew } from '../src/bus/delivery-log.ts'
import { logAsSending } from '../src/domain/deliveries/log-as-sending.ts'
import type { Log } from '../src/lib/log.ts'
import type { ClaimedDelivery } from './claim.ts'
import type { Leases } from './lease.ts'

/** Time since the claim after which the SENDING state is logged before the result, in milliseconds. */
const LOG_AFTER_MS = 1_000
/** Interval of the check for long attempts, in milliseconds. */
const LOOK_EVERY_MS = 250
/** Maximum deliveries of one statement. */
const LOGGED_AT_ONCE = 1_000

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
