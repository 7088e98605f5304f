// Deliveries a second, fully recorded and watched live, beside the limit of this machine and beside the usual hand-made way.
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import WebSocket from 'ws'
import type { BullmqOptions } from './baselines/bullmq.ts'
import type { LimitOptions } from './baselines/limit.ts'
import { startYardstick } from './support/child.ts'
import { createCpuMeter } from './support/cpu.ts'
import { type Figures, round } from './support/figures.ts'
import { startNginx } from './support/nginx.ts'
import { createEndpoints, publishMany } from './support/publish.ts'
import { BOOTSTRAP_API_KEY, type Services, type Signalbox, startSignalbox } from './support/services.ts'

const EVENTS = 60_000
const JOBS = 9_000
const ENDPOINTS = 20
const CONCURRENCY = 100
const REST_SECONDS = 60
/** Two minutes at least. */
const LOOKS = 6_000

export async function delivery(services: Services, options: { rounds: number }): Promise<Figures> {
  const receiver = await startNginx()
  const signalbox = await startSignalbox(services)
  const { types } = await createEndpoints(signalbox.client, ENDPOINTS, () => `${receiver.url}/hook`)
  const watched = watch(signalbox)
  const toLimit: number[] = []
  const toHandMade: number[] = []
  const statements: number[] = []
  const cpu = createCpuMeter({
    'µs of CPU a delivery: worker': signalbox.workers[0]!.child.pid!,
    'µs of CPU a delivery: PostgreSQL': services.postgresPid,
    'µs of CPU a delivery: API': signalbox.api.child.pid!,
    'µs of CPU a delivery: nginx': receiver.pid,
  })
  let rest: Awaited<ReturnType<typeof atRest>> | undefined
  const common = { databaseUrl: services.databaseUrl, url: `${receiver.url}/hook`, concurrency: CONCURRENCY }
  try {
    // The first round warms up what is compiled and cached on the way, and is not counted.
    for (let n = 0; n <= options.rounds; n++) {
      signalbox.pause()
      const ids = await publishMany(signalbox.client, types, EVENTS)
      await until(() => watched.has((n + 1) * EVENTS, 'PENDING'), 'The subscriber did not see what was published.')

      const limitOptions: LimitOptions = { ...common, events: EVENTS }
      const limit = await (await startYardstick<{ perSecond: number }>('limit', limitOptions)).run()
      await receiver.forget()

      await services.pool.query('SELECT pg_stat_statements_reset()')
      const seen = () => watched.has((n + 1) * EVENTS, 'SUCCEEDED')
      const ours = await cpu.measure(EVENTS, () => drain(services, signalbox, EVENTS, seen))
      const { rows } = await services.pool.query(
        "SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE query NOT LIKE '%/* bench */%'",
      )
      await check(services, receiver, ids)
      await receiver.forget()

      const jobs: BullmqOptions = { ...common, redisUrl: services.redisUrl, events: JOBS }
      const handMade = await (await startYardstick<{ perSecond: number }>('bullmq', jobs)).run()
      await receiver.forget()
      console.error(
        `round ${n}: ours ${round(ours)}/s, limit ${round(limit.perSecond)}/s, BullMQ ${round(handMade.perSecond)}/s`,
      )
      if (n === 0) continue
      toLimit.push(ours / limit.perSecond)
      toHandMade.push(ours / handMade.perSecond)
      statements.push(rows[0].calls / EVENTS)
    }
    rest = await atRest(services)
  } finally {
    watched.stop()
    await signalbox.stop()
    await receiver.stop()
  }
  return {
    benchmark: 'delivery',
    rows: [
      { name: 'limit', values: toLimit, target: { atLeast: 0.4 } },
      { name: 'bullmq', values: toHandMade, target: { atLeast: 5 } },
      { name: 'statements per delivery', values: statements, target: { atMost: 0.2 } },
      { name: 'statements a second at rest', values: [rest!.statements], target: { atMost: 1 } },
      { name: 'Redis commands a second at rest', values: [rest!.commands], target: { atMost: 1 } },
      // The first round warms up, here too.
      ...cpu.rows().map(({ name, values }) => ({ name, values: values.slice(1) })),
    ],
  }
}

/** Deliveries a second from the moment that the workers may begin until the last is settled, and seen by who watches. */
export async function drain(
  services: Services,
  signalbox: Signalbox,
  count: number,
  isSeen = () => true,
): Promise<number> {
  const started = performance.now()
  signalbox.resume()
  await until(async () => {
    // Who watches is asked first: the other question takes its time from what is measured.
    if (!isSeen()) return false
    const { rows } = await services.pool.query(
      `/* bench */ SELECT EXISTS (SELECT 1 FROM deliveries WHERE status IN ('PENDING', 'RETRYING'))
        OR EXISTS (SELECT 1 FROM deliveries WHERE status = 'SENDING') AS more`,
    )
    return !rows[0].more
  }, 'Not everything was delivered and seen.')
  return count / ((performance.now() - started) / 1000)
}

/** Looks every 20 ms. @throws when it does not come true */
async function until(condition: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks++) {
    await delay(20)
    if (await condition()) return
  }
  throw new Error(otherwise)
}

/** What one API and one worker with a subscriber ask for in a second in which nothing happens. */
async function atRest(services: Services) {
  await delay(2_000)
  const redis = new Redis(services.redisUrl)
  const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))![1])
  const before = await commands()
  await services.pool.query('SELECT pg_stat_statements_reset()')
  await delay(REST_SECONDS * 1_000)
  const { rows } = await services.pool.query(
    "SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'",
  )
  // The second look is the benchmark's own.
  const asked = (await commands()) - before - 1
  redis.disconnect()
  return { statements: rows[0].calls / REST_SECONDS, commands: asked / REST_SECONDS }
}

/** Every delivery is SUCCEEDED with its attempt, and every body arrived whole. */
async function check(services: Services, receiver: Awaited<ReturnType<typeof startNginx>>, ids: readonly string[]) {
  // Without statistics, which come by themselves only after a while, the tables may be joined by comparing each row with each.
  await services.pool.query('/* bench */ ANALYZE events, deliveries, attempts')
  const { rows } = await services.pool.query<{ id: string; bytes: number }>(
    `/* bench */ SELECT v.id, length(v.body) AS bytes FROM events v JOIN deliveries d ON d.event_id = v.id
      JOIN attempts a ON a.delivery_id = d.id AND a.error_code IS NULL
      WHERE v.id = ANY($1) AND d.status = 'SUCCEEDED' AND d.attempt_count = 1`,
    [ids],
  )
  if (rows.length !== ids.length) throw new Error(`${rows.length} of ${ids.length} deliveries are recorded.`)
  const received = await receiver.received(ids.length)
  const whole = rows.filter(({ id, bytes }) => received.get(id) === bytes)
  if (whole.length !== ids.length) throw new Error(`${whole.length} of ${ids.length} bodies arrived whole.`)
}

/**
 * A dashboard that watches every change of every delivery. It only counts: what a client does with what it gets is not what
 * is measured, and would take its time from the same two cores.
 */
function watch(signalbox: Signalbox) {
  const counts = new Map<string, number>()
  let missed = false
  const socket = new WebSocket(`${signalbox.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const say = (message: object) => socket.send(JSON.stringify(message))
  const query = 'subscription { deliveryUpdates { delivery { id status } cursor gap } }'
  socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${BOOTSTRAP_API_KEY}` } }))
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1')
    if (text.includes('connection_ack')) say({ id: '1', type: 'subscribe', payload: { query } })
    const status = /"status":"(\w+)"/.exec(text)?.[1]
    if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + 1)
    if (text.includes('"gap":true')) missed = true
  })
  return {
    /** Whether so many changes into a state were seen. */
    has(count: number, status: string): boolean {
      if (missed) throw new Error('The subscriber missed changes.')
      return (counts.get(status) ?? 0) >= count
    },
    stop: () => socket.terminate(),
  }
}
