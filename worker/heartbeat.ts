import { hostname } from 'node:os'
import type pg from 'pg'
import type { ProcessMode } from '../src/database/generated/enums.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { MakeId } from '../src/lib/ids.ts'
import type { Log } from '../src/lib/log.ts'
import { version } from '../src/lib/version.ts'

/** Interval of heartbeats; a worker counts as alive for six of them (src/domain/operator/workers.ts). */
const EVERY_MS = 5_000
/** Retention of workers that are gone. */
const KEPT_HOURS = 24

/** Writes the state of this worker, and removes workers that were not heard for a day. */
const BEAT = `
WITH moment AS (
  SELECT coalesce($1::timestamptz, now()) AS at
), gone AS (
  DELETE FROM workers WHERE heartbeat_at < (SELECT at FROM moment) - interval '${KEPT_HOURS} hours' AND id <> $2
)
INSERT INTO workers (id, host, version, mode, concurrency, in_flight, started_at, heartbeat_at, stopped_at)
SELECT $2, $3, $4, $5::process_mode, $6, $7, at, at, CASE WHEN $8 THEN at END FROM moment
ON CONFLICT (id) DO UPDATE
  SET in_flight = excluded.in_flight, heartbeat_at = excluded.heartbeat_at, stopped_at = excluded.stopped_at`

/**
 * Shows the operator that this worker is alive: a row with its state, written every few seconds. Deliveries need no
 * heartbeat, because leases tell which claims hold.
 *
 * @param deps.inFlight returns the number of deliveries in flight
 */
export function createHeartbeat(deps: {
  pool: pg.Pool
  clock: Clock
  makeId: MakeId
  log: Log
  mode: ProcessMode
  concurrency: number
  inFlight: () => number
}) {
  const id = deps.makeId('wrk')
  let timer: NodeJS.Timeout | undefined
  let beating: Promise<void> | undefined
  let hasBeaten = false
  let stopping = false

  async function beat(isStopped = false): Promise<void> {
    const { clock, mode, concurrency } = deps
    const values = [clock.forQueue(), id, hostname(), version, mode, concurrency, deps.inFlight(), isStopped]
    await deps.pool.query({ text: BEAT, values })
    hasBeaten = true
  }

  const tryToBeat = (isStopped = false) =>
    beat(isStopped).catch((error) => deps.log.warn({ err: error }, 'Heartbeat of the worker failed; retrying'))

  function run(): void {
    beating = tryToBeat().finally(() => {
      if (!stopping) timer = setTimeout(run, EVERY_MS)
    })
  }

  return {
    /** Writes the state now; for tests that move the clock. */
    beat,
    start: run,
    /** Writes that the worker stopped. A worker that never wrote its state leaves no row. */
    async stop() {
      stopping = true
      clearTimeout(timer)
      await beating
      if (hasBeaten) await tryToBeat(true)
    },
  }
}
