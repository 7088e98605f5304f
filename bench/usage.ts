// What recording costs, how much of it one process can write and count, and what a year of it takes to read.

import { createLocalBus } from '../src/bus/bus.ts'
import { createDatabase } from '../src/database/client.ts'
import { readConnection } from '../src/database/connection.ts'
import { createUsageRecorder } from '../src/domain/usage/recorder.ts'
import type { UsageRecord } from '../src/domain/usage/usage-record.ts'
import { systemClock } from '../src/lib/clock.ts'
import { createLog } from '../src/lib/log.ts'
import { type Figures, median, round } from './support/figures.ts'
import { fillUsage } from './support/fill-usage.ts'
import { load } from './support/load.ts'
import { BOOTSTRAP_API_KEY, type Services, startSignalbox, startSwitchedApi } from './support/services.ts'
import { isValid, NO_LIMIT, verifyBody } from './verify.ts'

const CONNECTIONS = 64
/** About seven seconds. */
const REQUESTS = 20_000
const TURNS = 6
/** What the machine does meanwhile evens out. */
const FORTH_AND_BACK = ['recorded', 'silent', 'silent', 'recorded'] as const
const MINUTE_OF_RECORDS = 1_000_000
const KEYS = 1_000
const QUERIES = 40

export async function usage(services: Services, options: { rounds: number }): Promise<Figures> {
  const recording = await compareRecording(services, options.rounds)
  const minute: number[] = []
  for (let n = 0; n < options.rounds; n++) minute.push(await writeMinute(services))
  const ranges = await compareRanges(services, options.rounds)
  return {
    benchmark: 'usage',
    rows: [
      { name: 'verifications with usage recorded to without', values: recording, target: { atLeast: 0.97 } },
      {
        name: `share of a minute that ${MINUTE_OF_RECORDS} records take to be written and counted`,
        values: minute,
        target: { atMost: 0.5 },
      },
      { name: 'usage of an organization: a year to a week', values: ranges.organization, target: { atMost: 1.5 } },
      { name: 'usage of one key: a year to a week', values: ranges.key, target: { atMost: 1.5 } },
      { name: 'the same of an organization, both in days', values: ranges.days },
    ],
  }
}

/** A process a round, since the same program is a few percent faster or slower each time that it is started. */
async function compareRecording(services: Services, rounds: number): Promise<number[]> {
  const values: number[] = []
  for (let n = 1; n <= rounds; n++) {
    const { recorded, silent } = await compareTurns(services)
    console.error(`round ${n}: recorded ${round(recorded)}/s, not recorded ${round(silent)}/s`)
    values.push(recorded / silent)
  }
  return values
}

/** One process that records in every other turn. @returns verifications a second */
async function compareTurns(services: Services): Promise<{ recorded: number; silent: number }> {
  const api = await startSwitchedApi(services, { ...NO_LIMIT, FIELD_LIMITS: 'apiKeyCreate=1000' })
  const ms = { recorded: 0, silent: 0 }
  const requests = 2 * TURNS * REQUESTS
  const timed = async (work: () => Promise<unknown>) => {
    const began = performance.now()
    await work()
    return performance.now() - began
  }
  try {
    const createKey = () => api.client.createKey({ events: ['read'] }, { tier: 'ENTERPRISE' })
    const keys = await Promise.all(Array.from({ length: 100 }, createKey))
    const bodies = keys.map(({ secret }) => verifyBody(secret))
    const ask = () => load(api.url, bodies, REQUESTS, CONNECTIONS, isValid)
    await ask()
    await api.tell('flush')
    const before = await countedVerifications(services)
    for (let n = 0; n < TURNS; n++)
      for (const turn of FORTH_AND_BACK) {
        await api.tell(turn === 'recorded' ? 'record' : 'silence')
        ms[turn] += await timed(ask)
        // What is not written yet must not be written in the time of the turn that records nothing.
        if (turn === 'recorded') ms[turn] += await timed(() => api.tell('write'))
      }
    ms.recorded += await timed(() => api.tell('flush'))
    // The request of the host, and the one of its caller.
    const counted = (await countedVerifications(services)) - before
    if (counted !== 2 * requests) throw new Error(`Of ${2 * requests} requests ${counted} are counted.`)
  } finally {
    await api.stop()
  }
  return { recorded: (1_000 * requests) / ms.recorded, silent: (1_000 * requests) / ms.silent }
}

async function countedVerifications({ pool }: Services): Promise<number> {
  const { rows } = await pool.query(`SELECT coalesce(sum(requests), 0)::int AS counted FROM usage_buckets b
    JOIN usage_series s ON s.id = b.series_id WHERE width = 'DAY' AND key_id = '' AND operation = 'apiKeyVerify'`)
  return rows[0].counted
}

/**
 * As many records as 1,000 keys make in a minute, through the recorder that the API has, as fast as it can: written as they
 * come, and counted three times, which is how often it does at this rate.
 */
async function writeMinute({ databaseUrl, pool }: Services): Promise<number> {
  await pool.query('TRUNCATE usage_chunks, usage_batches, usage_buckets, usage_series')
  const database = createDatabase({ pooled: readConnection(databaseUrl) })
  const log = createLog({ level: 'warn' })
  const recorder = createUsageRecorder({ pool: database.pool, bus: createLocalBus(), clock: systemClock, log })
  const parts = 3 * 10
  const part = Math.ceil(MINUTE_OF_RECORDS / parts)
  const began = performance.now()
  for (let n = 1; n <= parts; n++) {
    for (let m = 0; m < part; m++) recorder.add(made())
    await (n % 10 === 0 ? recorder.flush() : recorder.write())
  }
  const took = performance.now() - began
  await recorder.stop()
  await database.stop()
  const { rows } = await pool.query(`SELECT (SELECT count(*)::int FROM usage_records) AS written,
    (SELECT sum(requests)::int FROM usage_buckets b JOIN usage_series s ON s.id = b.series_id
     WHERE width = 'DAY' AND key_id <> '') AS counted`)
  if (rows[0].written !== part * parts || rows[0].counted !== part * parts)
    throw new Error(`Of ${part * parts} records ${rows[0].written} were written and ${rows[0].counted} counted.`)
  console.error(`${part * parts} records took ${round(took / 1000)} s`)
  return took / 60_000
}

/** Three operations, mostly fine, of durations around 5 ms. */
function made(): UsageRecord {
  const key = Math.floor(Math.random() * KEYS)
  const failed = Math.random() < 0.02
  return {
    ...{ organizationId: `org_${key % 20}`, keyId: `key_${key}`, tier: 'STANDARD', at: new Date() },
    ...{ operation: ['deliveries', 'events', 'eventPublish'][Math.floor(Math.random() ** 2 * 3)]! },
    ...{ outcome: failed ? 'RATE_LIMITED' : 'OK', status: failed ? 429 : 200 },
    durationMicroseconds: Math.round(5_000 * Math.exp((Math.random() + Math.random() + Math.random() - 1.5) * 1.2)),
    ...{ requestBytes: 400, responseBytes: 900, ip: '203.0.113.7', userAgent: 'partner/1.0', error: null },
  }
}

const QUERY = `query ($filter: UsageFilter) { usage(filter: $filter) {
  uniqueKeys totals { requests failed rateLimited p50Duration p95Duration p99Duration }
  series { at requests failed p95Duration } byOperation { value requests } byStatus { value requests } } }`

async function compareRanges(services: Services, rounds: number) {
  const signalbox = await startSignalbox(services, { workers: 0 })
  const values = { organization: [] as number[], key: [] as number[], days: [] as number[] }
  try {
    const { organization } = await signalbox.client.ask('{ viewer { organization { id } } }')
    const { keyId, now } = await fillUsage(services.pool, organization.id, KEYS)
    const ago = (days: number) => new Date(now.getTime() - days * 86_400_000)
    const time = async (days: number, more: object) => {
      const filter = { from: ago(days), to: now, ...more }
      const body = JSON.stringify({ query: QUERY, variables: { filter } })
      const took: number[] = []
      for (let n = 0; n < QUERIES; n++) {
        const began = performance.now()
        const answer = await fetch(`${signalbox.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_API_KEY}` },
          body,
        })
        const text = await answer.text()
        took.push(performance.now() - began)
        if (!text.includes('"requests"') || text.includes('"totals":{"requests":0,'))
          throw new Error(`Nothing was found: ${text.slice(0, 300)}`)
      }
      return median(took)
    }
    const ratio = async (name: string, more: object) => {
      const week = await time(7, more)
      const year = await time(365, more)
      console.error(`${name}: a year ${round(year)} ms, a week ${round(week)} ms`)
      return year / week
    }
    for (let n = 0; n <= rounds; n++) {
      const ratios = [
        await ratio('organization', {}),
        await ratio('key', { keyId }),
        await ratio('in days', { interval: 'DAY' }),
      ]
      if (n === 0) continue
      values.organization.push(ratios[0]!)
      values.key.push(ratios[1]!)
      values.days.push(ratios[2]!)
    }
  } finally {
    await signalbox.stop()
  }
  return values
}
