// The live view under load. Changes come from the log and the bus at 2,000 a second into an open list of deliveries, beside the same
// page at rest; and 5,000 subscribers of one API process beside raw WebSockets.
import { setTimeout as delay } from 'node:timers/promises'
import { createRedisBus } from '../src/bus/redis-bus.ts'
import { createPool } from '../src/database/client.ts'
import { createLog } from '../src/lib/log.ts'
import { startRawServer, startSubscribers } from './support/fan-out.ts'
import { createFeed, deliveriesAt } from './support/feed.ts'
import { type Figures, percentile, type Row, round } from './support/figures.ts'
import { fill } from './support/fill.ts'
import { type LivePage, openLivePage } from './support/live-page.ts'
import { addPeople } from './support/people.ts'
import { createEndpoints } from './support/publish.ts'
import { type Services, startSignalbox } from './support/services.ts'

const CHANGES_PER_SECOND = 2_000
/** Clicks in each turn, at rest and under load. */
const CLICKS = 30
const DELIVERIES = 1_000
const MINUTES = 1
const SAMPLE_MS = 15_000
/** Time under load before the heap is measured first, so that every list and map has its size. */
const SETTLE_MS = 20_000

/** Time within which the last change must be shown. */
const SHOWN_MS = 120_000

/** A key has at most 100 subscriptions, and an organization 1,000 connections. */
const [SUBSCRIBERS, ORGANIZATIONS, KEYS] = [5_000, 5, 10]
/** Deliveries of a burst, of three changes each; a worker logs its results in bursts as well. */
const BURST = 10
/** Bursts of a round, one after another. */
const BURSTS = 5
const PLENTY = { RATE_LIMITS: 'STANDARD=999999/100000000', DAILY_QUOTAS: 'STARTER=none' }

interface Options {
  rounds: number
  minutes?: number | undefined
  /** Parts to run, of `page` and `subscribers`; undefined runs both. */
  only?: readonly string[] | undefined
}

export async function live(services: Services, options: Options): Promise<Figures> {
  const signalbox = await startSignalbox(services, { workers: 0, env: PLENTY })
  const bus = createRedisBus({ url: services.redisUrl, log: createLog({ level: 'warn' }) })
  const pool = createPool({ connectionString: services.databaseUrl, max: 2 })
  try {
    const parts = { ...{ services, signalbox, bus, pool }, minutes: options.minutes ?? MINUTES, rounds: options.rounds }
    const runs = (part: string) => options.only?.includes(part) ?? true
    const rows = [
      ...(runs('page') ? await measurePage(parts) : []),
      ...(runs('subscribers') ? await measureFanOut(parts) : []),
    ]
    return { benchmark: 'live', rows }
  } finally {
    await bus.stop()
    await pool.end()
    await signalbox.stop()
  }
}

interface Parts {
  services: Services
  signalbox: Awaited<ReturnType<typeof startSignalbox>>
  bus: ReturnType<typeof createRedisBus>
  pool: ReturnType<typeof createPool>
  rounds: number
  minutes: number
}

async function measurePage({ services, signalbox, bus, pool, rounds, minutes }: Parts): Promise<Row[]> {
  const { types, endpointIds } = await createEndpoints(signalbox.client, 1, () => 'http://127.0.0.1:9/hook')
  await fill(pool, DELIVERIES, types, endpointIds)
  await addPeople(services.pool, { count: 1 })
  const { rows } = await services.pool.query('SELECT id FROM organizations ORDER BY id LIMIT 1')
  const feed = createFeed(pool, bus, [rows[0].id])
  const view = await openLivePage(signalbox.url, 'person1@example.com')
  const [p50, p95, overRest]: number[][] = [[], [], []]
  let note = ''
  try {
    for (let n = 0; n <= rounds; n++) {
      const rest = await view.click(CLICKS)
      const { clicks, perSecond, lag } = await underLoad(feed, view)
      note = `last ${round(percentile(clicks, 0.5))} ms, at rest ${round(percentile(rest, 0.5))} ms; ${round(perSecond)} changes a second, the last one shown after ${round(lag)} ms`
      console.error(`round ${n}: p95 ${round(percentile(clicks, 0.95))} ms; ${note}`)
      if (n === 0) continue
      p50!.push(percentile(clicks, 0.5))
      p95!.push(percentile(clicks, 0.95))
      overRest!.push(percentile(clicks, 0.5) / percentile(rest, 0.5))
    }
    const memory = await memoryUnderLoad(feed, view, minutes)
    return [
      { name: 'ms from a click to the next paint, p95', values: p95!, target: { atMost: 50 } },
      { name: 'the same, p50', values: p50!, target: { atMost: 50 }, note },
      { name: 'the same, p50, to the page at rest', values: overRest! },
      memory,
    ]
  } finally {
    await feed.stop()
    await view.stop()
  }
}

/** Clicks while changes arrive. @throws when the page does not show the newest delivery in the end */
async function underLoad(feed: ReturnType<typeof createFeed>, view: LivePage) {
  const [before, began] = [feed.appended(), performance.now()]
  feed.start(CHANGES_PER_SECOND)
  await delay(1_000)
  const clicks = await view.click(CLICKS)
  await feed.stop()
  const perSecond = (feed.appended() - before) / ((performance.now() - began) / 1_000)
  const stopped = performance.now()
  await view.page.getByText(feed.newest(deliveriesAt(CHANGES_PER_SECOND))).waitFor({ timeout: SHOWN_MS })
  return { clicks, perSecond, lag: performance.now() - stopped }
}

async function memoryUnderLoad(feed: ReturnType<typeof createFeed>, view: LivePage, minutes: number): Promise<Row> {
  feed.start(CHANGES_PER_SECOND)
  await delay(SETTLE_MS)
  const heaps = [await view.heap()]
  const until = performance.now() + minutes * 60_000
  while (performance.now() < until) {
    await delay(Math.min(SAMPLE_MS, until - performance.now()))
    heaps.push(await view.heap())
    console.error(`heap ${round(heaps.at(-1)! / 2 ** 20)} MiB`)
  }
  await feed.stop()
  const mebibytes = (bytes: number) => `${round(bytes / 2 ** 20)} MiB`
  return {
    name: `JS heap after ${minutes} minutes of it to before`,
    values: [heaps.at(-1)! / heaps[0]!],
    target: { atMost: 1.1 },
    note: `${mebibytes(heaps[0]!)} to ${mebibytes(heaps.at(-1)!)}, at most ${mebibytes(Math.max(...heaps))}`,
  }
}

async function measureFanOut({ signalbox, bus, pool, rounds }: Parts): Promise<Row[]> {
  const { client, url } = signalbox
  const organizationIds: string[] = []
  const keys: { key: string; after: string; count: number }[] = []
  for (let n = 0; n < ORGANIZATIONS; n++) {
    const id = await client.createOrganization(`Fan-out ${n}`)
    organizationIds.push(id)
    const after = await client.in(id).ask('{ deliveryUpdatesCursor }')
    for (let each = 0; each < KEYS; each++) {
      const { secret } = await client.in(id).createKey({ deliveries: ['read'], events: ['read'], webhooks: ['read'] })
      keys.push({ key: secret, after, count: SUBSCRIBERS / ORGANIZATIONS / KEYS })
    }
  }
  const feed = createFeed(pool, bus, organizationIds)
  const ours = await startSubscribers({ url: `${url.replace('http', 'ws')}/graphql`, keys, count: SUBSCRIBERS })
  const raw = await startRawServer()
  const theirs = await startSubscribers({ url: raw.url, count: SUBSCRIBERS })
  const values: number[] = []
  let note = ''
  try {
    // The changes of a burst are as many in each one after the second.
    for (const changes of [BURST, 2 * BURST]) await ours.count(changes * SUBSCRIBERS, () => feed.append(BURST))
    const messages = 3 * BURST * SUBSCRIBERS
    for (let n = 0; n <= rounds; n++) {
      const took = { ours: 0, raw: 0 }
      for (let burst = 0; burst < BURSTS; burst++) {
        const mine = await ours.count(messages, () => feed.append(BURST))
        const bare = await theirs.count(messages, () => raw.send(mine.sample, 3 * BURST))
        took.ours += mine.took
        took.raw += bare.took
      }
      const [our, their] = [took.ours, took.raw].map((ms) => (BURSTS * messages) / (ms / 1_000)) as [number, number]
      note = `last ${round(our)}/s to ${round(their)}/s`
      console.error(`round ${n}: ${note}`)
      if (n > 0) values.push(our / their)
    }
  } finally {
    for (const part of [ours, theirs, raw]) part.stop()
  }
  return [{ name: `messages a second to ${SUBSCRIBERS} subscribers, to raw ws`, values, note }]
}
