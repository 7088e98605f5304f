import type { Database } from '../../database/client.ts'
import type { WorkerState } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Counted, countedUpTo } from '../../lib/pagination.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { COUNTED_OF_INSTALLATION as MOST, WAITING_ENDPOINTS, WAITS } from './queue-sql.ts'

/** Time without a heartbeat after which a worker counts as lost. */
export const ALIVE_SECONDS = 30
/** Maximum workers of one answer, those with the latest heartbeat. */
export const WORKERS_AT_MOST = 200

/** Deliveries of every organization that are not finished. */
export interface Queue {
  /** PENDING and RETRYING, due now. */
  due: Counted
  /** PENDING and RETRYING, due later. */
  later: Counted
  pending: Counted
  retrying: Counted
  inFlight: Counted
  held: Counted
  /** Due time of the delivery that waits longest; null while none is due. */
  oldestDueAt: Date | null
  /** Seconds since then. */
  oldestDueSeconds: number | null
}

export interface ListedWorker extends WorkerState {
  state: 'ALIVE' | 'LOST' | 'STOPPED'
}

/** The queue of the installation and its workers, for the operator. */
export function createOperatorQueue(deps: { database: Database; clock: Clock; read: Read }) {
  const { boundedPool } = deps.database

  async function query<Row extends object>(viewer: Viewer, text: string): Promise<Row[]> {
    const values = [deps.clock.forQueue()]
    const { rows } = await deps.read(viewer.organizationId, () => boundedPool.query<Row>({ text, values }))
    return rows
  }

  return {
    /**
     * Counts at most MOST deliveries of each kind. Waiting deliveries are counted together, so that past the bound the
     * four numbers of them are parts of those that were read.
     */
    async queue(viewer: Viewer): Promise<Queue> {
      const [found] = await query<QueueRow>(viewer, QUEUE)
      const { waiting, oldest, ...counts } = found!
      const isExact = waiting <= MOST
      const part = (count: number): Counted => ({ count: Math.min(count, MOST), isExact })
      const isDue = oldest !== null && oldest <= found!.at
      return {
        ...{ due: part(counts.due), later: part(waiting - counts.due) },
        ...{ pending: part(counts.pending), retrying: part(waiting - counts.pending) },
        ...{ inFlight: countedUpTo(MOST, counts.inFlight), held: countedUpTo(MOST, counts.held) },
        oldestDueAt: isDue ? oldest : null,
        oldestDueSeconds: isDue ? (found!.at.getTime() - oldest.getTime()) / 1000 : null,
      }
    },

    /** Workers that run or ran within a day, those with the latest heartbeat first. */
    workers: (viewer: Viewer): Promise<ListedWorker[]> => query<ListedWorker>(viewer, WORKERS),
  }
}

type QueueRow = Record<'waiting' | 'due' | 'pending' | 'inFlight' | 'held', number> & { at: Date; oldest: Date | null }

/** Waiting deliveries are read endpoint by endpoint. Each of the others has a partial index. */
const QUEUE = `
WITH RECURSIVE ${WAITING_ENDPOINTS}, moment AS (
  SELECT coalesce($1::timestamptz, now()) AS at
), read AS MATERIALIZED (
  SELECT d.status, d.next_attempt_at FROM waiting w CROSS JOIN LATERAL (
    SELECT status, next_attempt_at FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.${WAITS} LIMIT ${MOST + 1}
  ) d LIMIT ${MOST + 1}
)
SELECT (SELECT at FROM moment), (SELECT min(next_attempt_at) FROM waiting) AS oldest,
  (SELECT count(*)::int FROM read) AS waiting,
  (SELECT count(*)::int FROM read WHERE next_attempt_at <= (SELECT at FROM moment)) AS due,
  (SELECT count(*)::int FROM read WHERE status = 'PENDING') AS pending,
  (SELECT count(*)::int FROM (SELECT FROM deliveries WHERE status = 'SENDING' LIMIT ${MOST + 1}) d) AS "inFlight",
  (SELECT count(*)::int FROM (SELECT FROM deliveries WHERE status = 'HELD' LIMIT ${MOST + 1}) d) AS held`

const WORKERS = `
SELECT id, host, version, mode, concurrency, in_flight AS "inFlight", started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
  stopped_at AS "stoppedAt", CASE WHEN stopped_at IS NOT NULL THEN 'STOPPED'
    WHEN heartbeat_at >= coalesce($1::timestamptz, now()) - interval '${ALIVE_SECONDS} seconds' THEN 'ALIVE' ELSE 'LOST' END AS state
FROM workers ORDER BY heartbeat_at DESC LIMIT ${WORKERS_AT_MOST}`
