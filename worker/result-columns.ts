import { bucketOf } from '../src/lib/histogram.ts'
import type { Result } from './attempt-outcome.ts'

/** Longer bodies are never compared and count as different. */
const COMPARED_BYTES = 256

/**
 * CTE `input` of the statement that records results. Values that many results share travel once, and each result refers
 * to them by index: the kind of the result, and the receiver's answer.
 */
export const INPUT = `
input AS (
  SELECT * FROM unnest($2::text[], $3::int[], $4::text[], $5::int[], $6::int[], $7::bigint[], $8::int[], $9::int[])
    AS i(id, version, attempt_id, duration, bucket, started_ms, kind, answer)
)`

const KIND = {
  status: '$10::delivery_status[]',
  retryAfterSeconds: '$11::float8[]',
  scheduled: '$12::int[]',
  statusReason: '$13::text[]',
  trigger: '$14::attempt_trigger[]',
  statusCode: '$15::int[]',
  errorCode: '$16::text[]',
  message: '$17::text[]',
  eventType: '$18::text[]',
} as const
const ANSWER = { headers: '$19::jsonb[]', body: '$20::bytea[]' } as const

/** SQL for a property of the result's kind. */
export const kindOf = (row: string, column: keyof typeof KIND) => `(${KIND[column]})[${row}.kind]`
/** SQL for a property of the receiver's answer. */
export const answerOf = (row: string, column: keyof typeof ANSWER) => `(${ANSWER[column]})[${row}.answer]`

/** The parameters $2 to $20. */
export function batchColumns(results: readonly Result[]): unknown[] {
  const kinds = different(results, ({ delivery, exchange, outcome }) =>
    JSON.stringify([outcome, exchange.statusCode, delivery.trigger, delivery.event_type]),
  )
  const answers = different(results, ({ attemptId, exchange: { headers, body } }) =>
    body !== null && body.length > COMPARED_BYTES ? attemptId : JSON.stringify([headers, body?.toString('latin1')]),
  )
  return [
    plain(results.map(({ delivery }) => delivery.id)),
    plain(results.map(({ delivery }) => delivery.version)),
    plain(results.map(({ attemptId }) => attemptId)),
    plain(results.map(({ exchange }) => exchange.durationMicroseconds)),
    plain(results.map(({ exchange }) => bucketOf(exchange.durationMicroseconds))),
    plain(results.map(({ startedAt }) => startedAt.getTime())),
    plain(kinds.numbers),
    plain(answers.numbers),
    kinds.all.map(({ outcome }) => outcome.status),
    kinds.all.map(({ outcome }) => outcome.retryAfterSeconds),
    kinds.all.map(({ outcome }) => (outcome.scheduled ? 1 : 0)),
    kinds.all.map(({ outcome }) => outcome.statusReason),
    kinds.all.map(({ delivery }) => delivery.trigger),
    kinds.all.map(({ exchange }) => exchange.statusCode),
    kinds.all.map(({ outcome }) => outcome.errorCode),
    kinds.all.map(({ outcome }) => outcome.message),
    kinds.all.map(({ delivery }) => delivery.event_type),
    answers.all.map(({ exchange }) => exchange.headers && storable(JSON.stringify(exchange.headers))),
    answers.all.map(({ exchange }) => exchange.body),
  ]
}

/** An array literal of numbers and generated ids, which need no escaping. */
const plain = (values: readonly (number | string)[]) => `{${values.join(',')}}`

/** Deduplicates results by a key: one result per key, and for every result its index from 1. */
function different(results: readonly Result[], keyOf: (result: Result) => string) {
  const numbers = new Map<string, number>()
  const all: Result[] = []
  const numberOf = (result: Result) => {
    const key = keyOf(result)
    const number = numbers.get(key) ?? all.push(result)
    numbers.set(key, number)
    return number
  }
  return { numbers: results.map(numberOf), all }
}

/** PostgreSQL's jsonb has no NUL. A hostile receiver must not fail a batch with results of other receivers. */
function storable(json: string): string {
  return json.replaceAll('\\u0000', '\\ufffd')
}
