import type pg from 'pg'
import type { LiveBus } from '../src/bus/bus.ts'
import { announce, CHANGED, logChanges } from '../src/bus/delivery-log.ts'
import type { Log } from '../src/lib/log.ts'
import type { Claimed } from './claim.ts'

/** What is under way for so long is told of as SENDING before its result. */
const TELL_AFTER_MS = 1_000
/** How often what is under way is looked at for that. */
const LOOK_EVERY_MS = 250
/** Deliveries that one statement tells of at most. */
const TOLD_AT_ONCE = 1_000

/** What is being changed at this moment is left to who changes it, and says it along with that. */
const TELL = `
WITH mine AS (
  SELECT d.id FROM unnest($1::text[], $2::int[]) AS i(id, version) JOIN deliveries d ON d.id = i.id AND d.version = i.version
  WHERE d.untold FOR UPDATE OF d SKIP LOCKED
), changed AS (
  UPDATE deliveries d SET untold = false FROM mine, events v, webhook_endpoints e
  WHERE d.id = mine.id AND v.id = d.event_id AND e.id = d.endpoint_id
  RETURNING ${CHANGED}, v.type AS event_type, e.url AS endpoint_url
), ${logChanges()}
SELECT organization_id FROM heads`

/**
 * Writes to the log that these are SENDING, where it does not say so yet.
 *
 * @returns the organizations of those that it says it of
 */
export async function tellOf(pool: pg.Pool, deliveries: readonly { id: string; version: number }[]): Promise<string[]> {
  const values = [deliveries.map(({ id }) => id), deliveries.map(({ version }) => version)]
  const { rows } = await pool.query<{ organization_id: string }>({ name: 'tell', text: TELL, values })
  return rows.map((row) => row.organization_id)
}

/**
 * Tells whoever watches of what takes long. A claim tells of nothing: of most deliveries the log says that they were SENDING
 * along with their result (settle.ts), which is one entry for both, and nothing that a claim has to wait for.
 *
 * @param deps.leasesKept is waited for before: prolonging leases passes over rows that are being told of, and a worker that stood still
 *   does both when it wakes
 * @param deps.tellAfterMs default TELL_AFTER_MS
 */
export function createTell(deps: {
  pool: pg.Pool
  bus: LiveBus
  log: Log
  inFlight: () => readonly Claimed[]
  leasesKept: () => Promise<void> | undefined
  tellAfterMs?: number
}) {
  const { pool, bus, log, inFlight, tellAfterMs = TELL_AFTER_MS } = deps
  const told = new WeakSet<Claimed>()
  let timer: NodeJS.Timeout | undefined
  let telling: Promise<void> | undefined

  function tellLate(): void {
    const deliveries = inFlight()
    if (deliveries.length === 0) stopLooking()
    const late = deliveries.filter((delivery) => isLate(delivery) && !told.has(delivery)).slice(0, TOLD_AT_ONCE)
    if (late.length === 0) return
    telling ??= tell(late)
      .catch((error) => log.warn({ err: error }, 'Log entry of sending deliveries failed; retrying'))
      .finally(() => {
        telling = undefined
      })
  }

  const isLate = ({ claimedAt }: Claimed) => performance.now() - claimedAt >= tellAfterMs

  async function tell(late: readonly Claimed[]): Promise<void> {
    await deps.leasesKept()
    announce(bus, await tellOf(pool, late))
    for (const delivery of late) told.add(delivery)
  }

  function stopLooking(): void {
    clearInterval(timer)
    timer = undefined
  }

  return {
    /** Something is under way from now on. */
    look() {
      timer ??= setInterval(tellLate, LOOK_EVERY_MS)
    },
    async stop() {
      stopLooking()
      await telling
    },
  }
}
