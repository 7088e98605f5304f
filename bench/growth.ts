// What is done all the time, with 50,000 and with 5,000,000 deliveries stored: it must cost the same.
import { createPool } from '../src/database/client.ts'
import { readConnection } from '../src/database/connection.ts'
import type { AttemptResult } from '../src/domain/deliveries/attempt-outcome.ts'
import { recordResults } from '../src/domain/deliveries/record-results.ts'
import { systemClock } from '../src/lib/clock.ts'
import { createIds } from '../src/lib/ids.ts'
import { type ClaimedDelivery, createClaimer } from '../worker/claim.ts'
import { type Figures, median, round } from './support/figures.ts'
import { fill } from './support/fill.ts'
import { createEndpoints, data } from './support/publish.ts'
import { type Services, startSignalbox } from './support/services.ts'

const SMALL = 50_000
const LARGE = 5_000_000
const ENDPOINTS = 20
const BATCH = 250
/** Of each operation in a round; the median counts. */
const TIMES = 15
const PAGE = 50
/** No bound on how long an answer takes. */
const FILLING_TAKES_MINUTES = 0
const THOUSANDTH = 1_000

const OPERATIONS = [
  ...(['claim', 'settle', 'publish', 'publish one', 'claim one', 'first page', 'thousandth page'] as const),
  ...(['dead letters', 'what is held', 'a type that none has', 'deliveryStats'] as const),
]
type Operation = (typeof OPERATIONS)[number]

export async function growth(services: Services, options: { rounds: number }): Promise<Figures> {
  const small = await openSized(services, 'growth_small', SMALL)
  const large = await openSized(services, 'growth_large', LARGE)
  const ratios = new Map<Operation, number[]>(OPERATIONS.map((name) => [name, []]))
  const notes = new Map<Operation, string>()
  try {
    for (let n = 0; n <= options.rounds; n++) {
      for (const name of OPERATIONS) {
        const times: [number[], number[]] = [[], []]
        for (let time = 0; time < TIMES; time++) {
          times[0].push(await small.time(name))
          times[1].push(await large.time(name))
        }
        const [a, b] = times.map(median) as [number, number]
        if (n === 0) continue
        ratios.get(name)!.push(b / a)
        notes.set(name, `last ${round(a)} ms to ${round(b)} ms`)
      }
      console.error(`round ${n}: ${[...notes].map(([name, note]) => `${name} ${note}`).join(', ')}`)
    }
  } finally {
    await Promise.all([small.close(), large.close()])
  }
  return {
    benchmark: 'growth',
    rows: OPERATIONS.map((name) => ({
      name,
      values: ratios.get(name)!,
      target: { atMost: 1.3 },
      note: notes.get(name) ?? '',
    })),
  }
}

/** An installation with that many deliveries of the last 30 days, made by SQL. */
async function openSized(services: Services, name: string, size: number) {
  await services.pool.query(`CREATE DATABASE ${name}`)
  const url = new URL(services.databaseUrl)
  url.pathname = name
  const databaseUrl = url.href
  const signalbox = await startSignalbox({ ...services, databaseUrl }, { workers: 0 })
  const { client } = signalbox
  const { types, endpointIds } = await createEndpoints(client, ENDPOINTS, () => 'http://127.0.0.1:9/hook')
  const pool = createPool({ connectionString: databaseUrl, max: 4, query_timeout: FILLING_TAKES_MINUTES })
  console.error(`Storing ${size} deliveries.`)
  await fill(pool, size, types, endpointIds)
  const claimer = createClaimer(readConnection(databaseUrl))
  const makeId = createIds(systemClock)
  let claimed: ClaimedDelivery[] = []
  let published = 0

  const publish = async (count: number) => {
    const events = Array.from({ length: count }, () => ({
      type: types[published % ENDPOINTS],
      data: data(published++),
    }))
    await client.publishMany(events)
  }
  const deliveries = (after: string | null, filter = {}) =>
    client.ask(
      `query ($first: Int!, $after: String, $filter: DeliveryFilter) {
        deliveries(first: $first, after: $after, filter: $filter) {
          edges { node { id status attemptCount } } pageInfo { endCursor } } }`,
      { first: PAGE, after, filter },
    )
  let before: string | null = null
  for (let page = 1; page < THOUSANDTH; page++) before = (await deliveries(before)).pageInfo.endCursor

  const run: Record<Operation, () => Promise<unknown>> = {
    claim: claimAll,
    settle: () => recordResults(pool, claimed.map(accepted), { now: null, makeId }),
    publish: () => publish(100),
    'publish one': () => publish(1),
    'claim one': claimAll,
    'first page': () => deliveries(null),
    'thousandth page': () => deliveries(before),
    'dead letters': () => deliveries(null, { statuses: ['DEAD'] }),
    'what is held': () => deliveries(null, { statuses: ['HELD', 'RETRYING'] }),
    'a type that none has': () => deliveries(null, { types: ['no.such'] }),
    deliveryStats: () => client.ask('{ deliveryStats { attempts succeeded dead held pending } }'),
  }
  /** What has to be there before, outside the time that counts. */
  const prepare: Partial<Record<Operation, () => Promise<unknown>>> = {
    claim: () => settleRest().then(() => publish(BATCH)),
    settle: () =>
      settleRest()
        .then(() => publish(BATCH))
        .then(run.claim),
    'claim one': () => settleAll().then(() => publish(1)),
  }
  async function claimAll(): Promise<void> {
    const options = { now: null, limit: BATCH, leaseSeconds: 60, fullOrganizations: [] }
    claimed = (await claimer.claim(options)).deliveries
  }
  const settleRest = () => recordResults(pool, claimed.splice(0).map(accepted), { now: null, makeId })
  /** Also what other operations published. */
  async function settleAll(): Promise<void> {
    do {
      if (claimed.length > 0) await settleRest()
      await claimAll()
    } while (claimed.length > 0)
  }

  function accepted(delivery: ClaimedDelivery): AttemptResult {
    return {
      attemptId: makeId('att'),
      delivery,
      request: {
        ...{ url: delivery.endpoint.url, byteCount: delivery.body.length, customHeaders: [] },
        signatureHeaders: { 'webhook-id': delivery.event_id, 'webhook-signature': `v1,${'x'.repeat(44)}` },
      },
      exchange: { statusCode: 204, headers: {}, body: null, error: undefined, durationMicroseconds: 900 },
      outcome: {
        ...{ status: 'SUCCEEDED', retryAfterSeconds: null, scheduled: true },
        ...{ errorCode: null, message: '127.0.0.1 accepted with 204.', statusReason: null },
      },
      startedAt: new Date(),
    }
  }

  return {
    async time(name: Operation): Promise<number> {
      await prepare[name]?.()
      const started = performance.now()
      await run[name]()
      const took = performance.now() - started
      if (name === 'claim' && claimed.length !== BATCH) throw new Error(`Claimed ${claimed.length} of ${BATCH}.`)
      if (name === 'claim one' && claimed.length !== 1) throw new Error('Not exactly one delivery was claimed.')
      if (name === 'settle') claimed = []
      return took
    },
    async close() {
      await claimer.stop()
      await pool.end()
      await signalbox.stop()
    },
  }
}
