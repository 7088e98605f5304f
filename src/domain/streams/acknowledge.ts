import type pg from 'pg'
import type { LiveBus } from '../../bus/bus.ts'
import type { Clock } from '../../lib/clock.ts'
import { UnavailableError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import { validate } from '../../lib/validate.ts'
import { type AttemptResult, type LeasedDelivery, outcomeOf } from '../deliveries/attempt-outcome.ts'
import { announceResults, recordLeased } from '../deliveries/record-results.ts'
import { createResultBatcher } from '../deliveries/result-batcher.ts'
import type { MailOwners } from '../endpoints/endpoint-mails.ts'
import type { Viewer } from '../people/viewer.ts'
import { type AcknowledgeInput, acknowledgeInput, exchangeOf } from './acknowledge-input.ts'
import type { OpenLeases } from './open-leases.ts'

/** Maximum results of a process that wait for the database. */
export const WAITING_RESULTS = 5_000

const UNPREPARED = 'Signalbox could not build the message. The operator finds the reason in the log.'

/** STALE: the lease was lost, and the result changed nothing. */
type Fate = 'RECORDED' | 'STALE'

/** Answer to one result. */
export interface Acknowledgement {
  deliveryId: string
  version: number
  status: Fate
}

/** Leased deliveries of streams of the organization, in the claimed versions. */
const FIND_LEASED = `
SELECT d.id, d.organization_id, d.version, d.trigger, d.scheduled_attempts, d.event_id, v.type AS event_type, d.endpoint_id,
  json_build_object('maxAttempts', e.max_attempts, 'backoffSeconds', e.backoff_seconds) AS endpoint
FROM unnest($2::text[], $3::int[]) AS i(id, version) CROSS JOIN LATERAL (
  SELECT * FROM deliveries d WHERE d.id = i.id LIMIT 1
) d JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.kind = 'STREAM' JOIN events v ON v.id = d.event_id
WHERE d.organization_id = $1 AND d.version = i.version AND d.status::text = 'SENDING'`

const leaseOf = ({ id, version }: Pick<LeasedDelivery, 'id' | 'version'>) => `${id} ${version}`

/** Records the results of listeners, on any node, through the path of every result. */
export type Acknowledge = ReturnType<typeof createAcknowledge>

export function createAcknowledge(deps: {
  pool: pg.Pool
  clock: Clock
  makeId: MakeId
  bus: LiveBus
  log: Log
  openLeases: OpenLeases
  mailOwners: MailOwners
  /** Returns a fraction from 0 to 1, for the jitter of retries. */
  random?: () => number
}) {
  const { pool, clock, makeId, bus, random = Math.random } = deps
  /** Results that are being recorded, by lease. A second result of the same lease is stale. */
  const recording = new Map<string, { resolve: (fate: Fate | undefined) => void }>()
  /** Fates of written results. */
  const fates = new WeakMap<AttemptResult, Fate>()
  const batcher = createResultBatcher<AttemptResult>({
    async write(results) {
      const { recorded, leased } = await recordLeased(pool, results, { now: clock.forQueue(), makeId })
      announceResults(bus, leased, recorded)
      deps.mailOwners(recorded)
      for (const result of results) fates.set(result, 'STALE')
      for (const result of leased) fates.set(result, 'RECORDED')
    },
    release(results) {
      deps.openLeases.recorded(results.map(({ delivery }) => delivery))
      for (const result of results) {
        recording.get(leaseOf(result.delivery))?.resolve(fates.get(result))
        recording.delete(leaseOf(result.delivery))
      }
    },
    log: deps.log,
    // A listener waits for the answer before it takes more, and results that arrive meanwhile share the next statement.
    everyMs: 0,
  })

  /** Resolves with undefined after a refusal of the database. */
  function record(result: AttemptResult): Promise<Fate | undefined> {
    return new Promise((resolve) => {
      recording.set(leaseOf(result.delivery), { resolve })
      batcher.add(result)
    })
  }

  return {
    /**
     * Resolves once the results are committed.
     *
     * @throws ValidationError for results that break a rule; none of them is recorded then
     */
    async acknowledge({ organizationId }: Viewer, input: AcknowledgeInput): Promise<Acknowledgement[]> {
      const { results } = validate(acknowledgeInput, input)
      if (recording.size + results.length > WAITING_RESULTS)
        throw new UnavailableError(
          'TOO_MANY_RESULTS',
          `At most ${WAITING_RESULTS} results wait for the database at once. Acknowledge again in a second.`,
        )
      const values = [organizationId, results.map(({ id }) => id), results.map(({ version }) => version)]
      const { rows } = await pool.query<LeasedDelivery>({ text: FIND_LEASED, values })
      const leased = new Map(rows.map((row) => [row.id, row]))
      const now = clock.now()
      return Promise.all(
        results.map(async (result): Promise<Acknowledgement> => {
          const delivery = leased.get(result.id)
          const about = { deliveryId: result.id, version: result.version }
          if (delivery === undefined || recording.has(leaseOf(delivery))) return { ...about, status: 'STALE' }
          const { exchange, receiver, failure } = exchangeOf(result)
          const status = await record({
            ...{ attemptId: makeId('att'), delivery, request: null, exchange },
            outcome: outcomeOf({ delivery, exchange, receiver, failure }, now, random),
            startedAt: new Date(now.getTime() - result.durationMs),
          })
          if (status === undefined) throw new Error('The database refused the result of a listener.')
          return { ...about, status }
        }),
      )
    },
    /**
     * Records that a message could not be built, usually because of an unreadable secret. A fault of the installation does
     * not count against the receiver.
     */
    async recordUnprepared(delivery: LeasedDelivery): Promise<void> {
      const exchange = { statusCode: null, headers: null, body: null, error: null, durationMicroseconds: 0 }
      const failure = { code: 'INTERNAL', message: UNPREPARED } as const
      const now = clock.now()
      const outcome = outcomeOf({ delivery, exchange, receiver: 'Signalbox', failure }, now, random)
      await record({ attemptId: makeId('att'), delivery, request: null, exchange, outcome, startedAt: now })
    },

    /** Resolves when every accepted result is recorded. */
    stop: batcher.idle,
  }
}
