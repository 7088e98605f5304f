import type pg from 'pg'
import type { LiveBus } from '../../bus/bus.ts'
import { notifyLogGrew } from '../../bus/delivery-log.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { HELD_REASON } from '../events/fan-out.ts'
import { DELETED_REASON } from './delivery-transitions.ts'
import { move } from './queue-moves.ts'

/** A due delivery that must not be sent: its id, the version this was decided on, and its target status. */
export type Undeliverable = [id: string, version: number, status: 'CANCELED' | 'HELD' | 'EXPIRED']

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
 *
 * @param deps.onMoved called when deliveries were moved: they took positions that others wait for
 */
export function createUndeliverable(deps: {
  pool: pg.Pool
  bus: LiveBus
  clock: Clock
  log: Log
  onMoved: () => void
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
    if (rows.length > 0) deps.onMoved()
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
