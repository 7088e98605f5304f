import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptResult } from '../../../src/domain/deliveries/attempt-outcome.ts'
import type { RecordedRequest } from '../../../src/domain/deliveries/attempt-request.ts'
import { recordResults } from '../../../src/domain/deliveries/record-results.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { createClaimer } from '../../../worker/claim.ts'
import { decideOutcome } from '../../../worker/request-outcome.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Client
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  for (const type of ['a.b', 'c.d']) await tenant.createType(type)
  await tenant.createEndpoint('http://127.0.0.1:9/', { disableAfterFailures: null, maxConcurrency: 500 })
})
afterAll(() => app.stop())

/** Few distinct values, so that results share all, some or no values. */
const answer = fc.record({
  /** Null when there was no response. */
  statusCode: fc.constantFrom(200, 204, 429, 500, null),
  headers: fc.constantFrom({}, { server: 'one' }, { server: 'two', nul: '\u0000' }),
  body: fc.constantFrom('', 'no', '\u00ff', 'x'.repeat(257), 'x'.repeat(10_240)),
  startedAt: fc.date({ min: new Date('2026-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
  type: fc.constantFrom('a.b', 'c.d'),
})

const requestOf = (n: number): RecordedRequest => ({
  ...{ url: `http://127.0.0.1:9/?n=${n}`, byteCount: n, customHeaders: ['X-Team'] },
  signatureHeaders: { 'webhook-signature': `v1,${n}` },
})

describe('result batch', () => {
  test('every attempt is recorded with its own response and outcome, in a batch of any size (property)', () =>
    fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 30 }), async (answers) => {
        // Ten failures in a row would throttle the endpoint.
        await app.database.pool.query('DELETE FROM endpoint_health')
        await app.database.pool.query("UPDATE deliveries SET status = 'CANCELED', next_attempt_at = NULL")
        await tenant.publishMany(answers.map(({ type }) => ({ type, data: {} })))
        const results = await resultsOf(answers)
        await recordResults(app.database.pool, results, { now: app.clock.now(), makeId: createIds(app.clock) })
        const { rows } = await app.database.pool.query(
          `SELECT a.id, a.request, a.status_code, a.response_headers, a.response_body, a.error_code, a.message, a.trigger,
          a.duration_microseconds, (extract(epoch FROM a.started_at) * 1000)::float8 AS started_at, d.status,
          d.status_reason AS said, d.scheduled_attempts, extract(epoch FROM d.next_attempt_at - $2) AS wait
         FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE a.id = ANY($1)`,
          [results.map(({ attemptId }) => attemptId), app.clock.now()],
        )
        const recorded = new Map(rows.map(({ id, ...row }) => [id, row]))
        expect(recorded.size).toBe(answers.length)
        const types = await typesToldOf(results.length)
        for (const { attemptId, delivery, request, exchange, outcome, startedAt } of results) {
          const { wait, ...row } = recorded.get(attemptId)
          expect(row).toEqual({
            request,
            status_code: exchange.statusCode,
            response_headers:
              exchange.headers && JSON.parse(JSON.stringify(exchange.headers).replaceAll('\\u0000', '\ufffd')),
            response_body: exchange.body,
            error_code: outcome.errorCode,
            message: outcome.message,
            trigger: delivery.trigger,
            duration_microseconds: exchange.durationMicroseconds,
            started_at: startedAt.getTime(),
            status: outcome.status,
            said: outcome.statusReason ?? outcome.message,
            scheduled_attempts: 1,
          })
          expect(types.get(delivery.id)).toBe(delivery.event_type)
          if (outcome.retryAfterSeconds === null) expect(wait).toBe(null)
          else expect(Number(wait)).toBeCloseTo(outcome.retryAfterSeconds, 4)
        }
      }),
      { numRuns: 15 },
    ))

  /** The event types in the last entry of the delivery log, by delivery. */
  async function typesToldOf(count: number) {
    const { rows } = await app.database.pool.query(
      'SELECT changes FROM delivery_changes ORDER BY position DESC, part DESC LIMIT 1',
    )
    const changes: string[][] = rows[0].changes
    expect(changes).toHaveLength(count)
    return new Map(changes.map((change) => [change[0], change[10]]))
  }

  async function resultsOf(
    answers: readonly { statusCode: number | null; headers: object; body: string; startedAt: Date; type: string }[],
  ) {
    const claimer = createClaimer(app.database.pooled)
    const now = app.clock.now()
    const { deliveries } = await claimer.claim({ now, limit: 100, leaseSeconds: 60, fullOrganizations: [] })
    await claimer.stop()
    expect(deliveries).toHaveLength(answers.length)
    const makeId = createIds(app.clock)
    return deliveries.map((delivery, n): AttemptResult => {
      const { statusCode, headers, body, startedAt } = answers[n]!
      const answered = { statusCode, headers: { ...headers }, body: Buffer.from(body, 'latin1'), error: null }
      const silent = { statusCode, headers: null, body: null, error: new Error('it hung up') }
      const exchange = { ...(statusCode === null ? silent : answered), durationMicroseconds: n }
      // Some outcomes have a unique wait and some share one.
      const outcome = decideOutcome(delivery, exchange, now, () => (n % 3) / 3)
      return {
        attemptId: makeId('att'),
        delivery,
        request: n % 3 === 0 ? null : requestOf(n),
        exchange,
        outcome,
        startedAt,
      }
    })
  }
})
