import type { Database } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Counted, countedUpTo } from '../../lib/pagination.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { createLastHour, type LastHour, lastHourOf, type MinuteRow } from './last-hour.ts'

/** Maximum deliveries of one state that an overview counts, a tenth of a second of reading. */
export const BACKLOG_AT_MOST = 100_000

/** Deliveries of an organization that need attention. */
export interface Backlog {
  /** PENDING and RETRYING, due now. */
  due: Counted
  /** PENDING and RETRYING, due later. */
  later: Counted
  dead: Counted
  held: Counted
  /** Due time of the delivery that waits longest; null while none is due. */
  oldestDueAt: Date | null
}

export type Overview = ReturnType<typeof createOverview>

/** Reads the figures of the page that an organization opens first. Each part is read only when it is asked for. */
export function createOverview(deps: { database: Database; clock: Clock; read: Read }) {
  const { boundedPool } = deps.database

  async function query<Row extends object>(viewer: Viewer, text: string, more: unknown[]): Promise<Row[]> {
    const values = [viewer.organizationId, ...more]
    const { rows } = await deps.read(viewer.organizationId, () => boundedPool.query<Row>({ text, values }))
    return rows
  }

  return {
    /** Counters of the last hour, at most some seconds late while a worker runs. */
    async lastHour(viewer: Viewer): Promise<LastHour> {
      const rows = await query<MinuteRow & { at: Date }>(viewer, LAST_HOUR, [deps.clock.forQueue()])
      return createLastHour(
        rows.filter(({ minute }) => minute !== null),
        rows[0]!.at,
      )
    },

    async backlog(viewer: Viewer): Promise<Backlog> {
      const [row] = await query<Record<'due' | 'later' | 'dead' | 'held', number> & { oldest: Date | null }>(
        viewer,
        BACKLOG,
        [deps.clock.forQueue()],
      )
      const counted = (found: number) => countedUpTo(BACKLOG_AT_MOST, found)
      const { due, later, dead, held, oldest } = row!
      return {
        ...{ due: counted(due), later: counted(later), dead: counted(dead), held: counted(held) },
        oldestDueAt: due === 0 ? null : oldest,
      }
    },

    /** Number of enabled endpoints that failed in their last attempt. */
    async failingEndpoints(viewer: Viewer): Promise<number> {
      const [row] = await query<{ failing: number }>(viewer, FAILING, [])
      return row!.failing
    },
  }
}

const AT = '(SELECT coalesce($2::timestamptz, now()))'

const LAST_HOUR = `
SELECT moment.at, m.* FROM (SELECT coalesce($2::timestamptz, now()) AS at) moment
LEFT JOIN LATERAL (${lastHourOf('$1', 'moment.at')}) m ON true`

/** Counts through the partial indexes of waiting and dead deliveries, and stops at the bound. */
const counted = (rows: string) => `(SELECT count(*)::int FROM (SELECT FROM ${rows} LIMIT ${BACKLOG_AT_MOST + 1}) found)`
const ofEndpoints = (condition: string) =>
  counted(`webhook_endpoints e
  CROSS JOIN LATERAL (SELECT FROM deliveries d WHERE d.endpoint_id = e.id AND ${condition} LIMIT ${BACKLOG_AT_MOST + 1}) d
  WHERE e.organization_id = $1 AND e.deleted_at IS NULL`)
const WAITS = "d.status IN ('PENDING', 'RETRYING')"

const BACKLOG = `
SELECT ${ofEndpoints(`${WAITS} AND d.next_attempt_at <= ${AT}`)} AS due,
  ${ofEndpoints(`${WAITS} AND d.next_attempt_at > ${AT}`)} AS later,
  ${ofEndpoints("d.status = 'HELD'")} AS held,
  ${counted("deliveries d WHERE d.organization_id = $1 AND d.status = 'DEAD'")} AS dead,
  (SELECT min(first.at) FROM webhook_endpoints e CROSS JOIN LATERAL (
    SELECT d.next_attempt_at AS at FROM deliveries d WHERE d.endpoint_id = e.id AND ${WAITS} ORDER BY d.next_attempt_at LIMIT 1
  ) first WHERE e.organization_id = $1 AND e.deleted_at IS NULL) AS oldest`

const FAILING = `
SELECT count(*)::int AS failing FROM webhook_endpoints e
CROSS JOIN LATERAL (SELECT FROM endpoint_health h WHERE h.endpoint_id = e.id AND h.consecutive_failures > 0 LIMIT 1) h
WHERE e.organization_id = $1 AND e.deleted_at IS NULL AND e.enabled`
