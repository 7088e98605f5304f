// npm run bench -- delivery latency publish verify --against DIR: this code beside the code of another work tree, in turns on the same machine.
import path from 'node:path'
import { startReceiver } from '../test/support/receiver.ts'
import { drain } from './delivery.ts'
import { type Figures, percentile, type Row, round } from './support/figures.ts'
import { load } from './support/load.ts'
import { startNginx } from './support/nginx.ts'
import { createEndpoints, data, MANY, ONE, publishMany } from './support/publish.ts'
import { atRate, createPublishing, createReceipts, type Receipts } from './support/receipts.ts'
import { type Services, type Signalbox, startServices, startSignalbox } from './support/services.ts'
import { isValid, NO_LIMIT, verifyBody } from './verify.ts'

const ENDPOINTS = 20
const EVENTS = 40_000
const RATE = { perSecond: 200, events: 2_000 }
const IDLE_EVENTS = 200
const REQUESTS = 6_000
const BATCHES = 300
const BATCH = 100
const CONNECTIONS = 64
const VERIFIES = 10_000
const KEYS = 100

/** One of the two installations, each with a PostgreSQL and a Redis of its own. */
interface Side {
  services: Services
  signalbox: Signalbox
  types: string[]
}

/** Figures of one round of one side, by name. */
type Measure = (side: Side) => Promise<Record<string, number>>
/** Bounds of the ratio of the new figure to the old one. */
type Targets = Record<string, Row['target']>

const COMPARISONS: Record<string, { open: () => Promise<Comparison>; targets: Targets }> = {
  delivery: { open: openDelivery, targets: { 'deliveries a second': { atLeast: 0.85 } } },
  latency: { open: openLatency, targets: { 'p50 idle': { atMost: 1.25 }, 'p50 at 200/s': { atMost: 1.25 } } },
  publish: {
    open: openPublish,
    targets: { 'events a second, one each': { atLeast: 0.9 }, 'events a second, eventPublishMany': { atLeast: 0.9 } },
  },
  verify: { open: openVerify, targets: { 'keys verified a second': { atLeast: 0.9 } } },
}

interface Comparison {
  /** Address that endpoints of both sides send to. */
  url: string
  workers: number
  /** Settings besides those of every benchmark. */
  env?: Record<string, string>
  measure: Measure
  stop(): Promise<void>
}

/** Names of the benchmarks that can be compared. */
export const COMPARABLE = Object.keys(COMPARISONS)

/** @param options.directory work tree of the old code, with its packages installed */
export async function against(name: string, options: { directory: string; rounds: number }): Promise<Figures> {
  const { open, targets } = COMPARISONS[name]!
  const comparison = await open()
  const [old, ours] = [await openSide(comparison, options.directory), await openSide(comparison)]
  const ratios = new Map<string, number[]>()
  const last = new Map<string, string>()
  try {
    // The first round warms up and does not count.
    for (let n = 0; n <= options.rounds; n++) {
      // Each side goes first in every other round.
      const sides = n % 2 === 0 ? [old, ours] : [ours, old]
      const figures = new Map<Side, Record<string, number>>()
      for (const side of sides) figures.set(side, await comparison.measure(side))
      const before = figures.get(old)!
      for (const [figure, value] of Object.entries(figures.get(ours)!)) {
        const note = `last ${round(before[figure]!)} to ${round(value)}`
        console.error(`round ${n}: ${figure} ${note}`)
        last.set(figure, note)
        if (n > 0) ratios.set(figure, [...(ratios.get(figure) ?? []), value / before[figure]!])
      }
    }
  } finally {
    for (const { signalbox, services } of [old, ours]) {
      await signalbox.stop()
      await services.stop()
    }
    await comparison.stop()
  }
  const rows = Array.from(ratios, ([figure, values]) => ({
    ...{ name: `${figure}, new to old`, values, note: last.get(figure)! },
    target: targets[figure],
  }))
  return { benchmark: `${name} against ${path.basename(options.directory)}`, rows }
}

async function openSide({ url, workers, env }: Comparison, directory?: string): Promise<Side> {
  const services = await startServices()
  const options = { workers, ...(env !== undefined && { env }), ...(directory !== undefined && { directory }) }
  const signalbox = await startSignalbox(services, options)
  const { types } = await createEndpoints(signalbox.client, ENDPOINTS, () => url)
  return { services, signalbox, types }
}

async function openDelivery(): Promise<Comparison> {
  const receiver = await startNginx()
  return {
    ...{ url: `${receiver.url}/hook`, workers: 1, stop: receiver.stop },
    async measure({ services, signalbox, types }) {
      signalbox.pause()
      await publishMany(signalbox.client, types, EVENTS)
      await services.pool.query('SELECT pg_stat_statements_reset()')
      const perSecond = await drain(services, signalbox, EVENTS)
      const { rows } = await services.pool.query(
        "SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE query NOT LIKE '%/* bench */%'",
      )
      await receiver.forget()
      return { 'deliveries a second': perSecond, 'statements a delivery': rows[0].calls / EVENTS }
    },
  }
}

async function openLatency(): Promise<Comparison> {
  const receiver = await startReceiver()
  const receipts: Receipts = createReceipts()
  receiver.respond(({ eventId }, response) => {
    receipts.received(eventId)
    response.writeHead(204).end()
    receiver.requests.length = 0
  })
  return {
    ...{ url: receiver.url, workers: 1, stop: receiver.stop },
    async measure({ signalbox, types }) {
      const { publish, stop } = createPublishing(signalbox.url, { typeOf: () => types[0]!, receipts })
      const loaded = await atRate(publish, RATE)
      const idle: number[] = []
      for (let n = 0; n < IDLE_EVENTS; n++) idle.push(await publish(n))
      await stop()
      return {
        'p50 idle': percentile(idle, 0.5),
        'p99 idle': percentile(idle, 0.99),
        'p50 at 200/s': percentile(loaded, 0.5),
        'p99 at 200/s': percentile(loaded, 0.99),
      }
    },
  }
}

async function openPublish(): Promise<Comparison> {
  const isStored = (answer: string) => answer.includes('"evt_')
  const body = (query: string, input: object) => JSON.stringify({ query, variables: { input } })
  return {
    ...{ url: 'http://127.0.0.1:9/hook', workers: 0, stop: async () => {} },
    async measure({ signalbox, types }) {
      const type = types[0]!
      const single = Array.from({ length: REQUESTS }, (_, n) => body(ONE, { type, data: data(n) }))
      const events = () => Array.from({ length: BATCH }, (_, n) => ({ type, data: data(n) }))
      const many = Array.from({ length: BATCHES }, () => body(MANY, { events: events() }))
      const one = await load(signalbox.url, single, REQUESTS, CONNECTIONS, isStored)
      const batches = await load(signalbox.url, many, BATCHES, CONNECTIONS, isStored)
      return {
        'events a second, one each': one.perSecond,
        'events a second, eventPublishMany': batches.perSecond * BATCH,
      }
    },
  }
}

async function openVerify(): Promise<Comparison> {
  const keysOf = new Map<Side, string[]>()
  return {
    ...{ url: 'http://127.0.0.1:9/hook', workers: 0, stop: async () => {} },
    env: { ...NO_LIMIT, FIELD_LIMITS: 'apiKeyCreate=1000' },
    async measure(side) {
      const { client, url } = side.signalbox
      const keys = keysOf.get(side) ?? []
      keysOf.set(side, keys)
      while (keys.length < KEYS)
        keys.push((await client.createKey({ events: ['read'] }, { tier: 'ENTERPRISE' })).secret)
      const verified = await load(url, keys.map(verifyBody), VERIFIES, CONNECTIONS, isValid)
      return { 'keys verified a second': verified.perSecond }
    },
  }
}
