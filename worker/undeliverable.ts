import type pg from 'pg'
import type { LiveBus } from '../src/bus/bus.ts'
import { notifyLogGrew } from '../src/bus/delivery-log.ts'
import { DELETED_REASON } from '../src/domain/deliveries/delivery-transitions.ts'
import { HELD_REASON } from '../src/domain/events/fan-out.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Log } from '../src/lib/log.ts'
import type { Undeliverable } from './claim.ts'
import type { ClaimSchedule } from './claim-schedule.ts'
import { move } from './sweep.ts'

/** Skips rows that changed since the claim: another worker may have moved them, or a mutation. */
const MOVE = move(
  `chosen AS (
  SELECT d.id, d AS was, i.status FROM deliveries d
  JOIN unnest($2::text[], $3::int[], $4::text[]) AS i(id, version, status) ON i.id = d.id AND i.version = d.version
  FOR UPDATE OF d SKIP LOCKED
)`,
  `status = chosen.status::delivery_status, next_attempt_at = NULL, status_reason = CASE chosen.status
    WHEN 'CANCELED' THEN '${DELETED_REASON}'
    WHEN 'HELD' THEN '${HELD_REASON}'
    ELSE 'Expired: the event became older than the maximum age that the endpoint allows. It can be retried.' END`,
)

/**
 * Moves due deliveries that must not be sent to their target status. Outside of claims, because the move writes the
 * delivery log and may wait for its lock; claims list the deliveries again until they are moved.
 */
export function createUndeliverable(deps: {
  pool: pg.Pool
  bus: LiveBus
  clock: Clock
  log: Log
  schedule: ClaimSchedule
}) {
  let moving: Promise<void> | undefined
  /** Result of the newest claim, which lists every delivery that is still to be moved. */
  let latest: Undeliverable[] = []

  async function moveAll(found: readonly Undeliverable[]): Promise<void> {
    const columns = [found.map(([id]) => id), found.map(([, version]) => version), found.map(([, , status]) => status)]
    const query = { text: MOVE, values: [deps.clock.forQueue(), ...columns] }
    const { rows } = await deps.pool.query<{ organization_id: string }>(query)
    notifyLogGrew(
      deps.bus,
      rows.map((row) => row.organization_id),
    )
    // The moved deliveries took positions that others wait for.
    if (rows.length > 0) deps.schedule.nudge()
  }

  /** Moves the deliveries found meanwhile as well: a running claim may have locked their rows, which `MOVE` skips. */
  async function moveWhileFound(): Promise<void> {
    while (latest.length > 0) await moveAll(latest.splice(0))
  }

  return {
    move(found: readonly Undeliverable[]): void {
      if (found.length === 0) return
      latest = [...found]
      moving ??= moveWhileFound()
        .catch((error) => deps.log.warn({ err: error }, 'Update of undeliverable deliveries failed; retrying'))
        .finally(() => {
          moving = undefined
        })
    },
    /** Undefined while nothing is being moved. */
    idle: () => moving,
  }
}
