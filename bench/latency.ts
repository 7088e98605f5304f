// From the call that publishes to the receipt, beside the same body sent straight to the receiver after one commit.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { createSign } from '../src/domain/endpoints/sign.ts'
import { startReceiver } from '../test/support/receiver.ts'
import { type Figures, percentile, round } from './support/figures.ts'
import { createEndpoints, data } from './support/publish.ts'
import { atRate, createPublishing, createReceipts, type Way } from './support/receipts.ts'
import { type Services, startSignalbox } from './support/services.ts'

const RATE = { perSecond: 200, events: 2_000 }
const IDLE_EVENTS = 100
/** Before the first round, so many at once: code is compiled, caches and connections are there, as they are in what has run for a while. */
const WARM_UP = { events: 10_000, atOnce: 32 }

export async function latency(services: Services, options: { rounds: number }): Promise<Figures> {
  const receiver = await startReceiver()
  const receipts = createReceipts()
  receiver.respond(({ eventId }, response) => {
    receipts.received(eventId)
    response.writeHead(204).end()
    receiver.requests.length = 0
  })
  const signalbox = await startSignalbox(services)
  const { types } = await createEndpoints(signalbox.client, 1, () => receiver.url)
  const publishing = createPublishing(signalbox.url, { typeOf: () => types[0]!, receipts })
  const direct = new Pool(new URL(receiver.url).origin, { connections: 64 })
  await services.pool.query('CREATE TABLE yardstick_events (id text PRIMARY KEY, body bytea NOT NULL)')
  const sign = createSign('STANDARD', [`whsec_${Buffer.alloc(32, 1).toString('base64')}`])

  let made = 0
  const straight: Way = async (n) => {
    const id = `evt_yardstick${made++}`
    const body = Buffer.from(JSON.stringify({ id, type: 'bench.type0', data: data(n) }))
    const started = performance.now()
    await services.pool.query('INSERT INTO yardstick_events VALUES ($1, $2)', [id, body])
    const signed = sign({ eventId: id, body, timestamp: Math.floor(Date.now() / 1000) })
    const request = { path: '/hook', method: 'POST', headers: { 'content-type': 'application/json', ...signed }, body }
    const response = await direct.request(request as Parameters<typeof direct.request>[0])
    await response.body.dump()
    return (await receipts.of(id)) - started
  }

  const names = ['p50 at 200/s', 'p95 at 200/s', 'p99 at 200/s', 'p50 idle', 'p99 idle'] as const
  const ratios = new Map<string, number[]>(names.map((name) => [name, []]))
  const seen = new Map<string, string>()
  try {
    for (const way of [straight, publishing.publish]) await warmUp(way)
    for (let n = 0; n <= options.rounds; n++) {
      const figures = new Map<string, [number, number]>()
      const loaded = { yardstick: await atRate(straight, RATE), ours: await atRate(publishing.publish, RATE) }
      const idle = { yardstick: await oneByOne(straight), ours: await oneByOne(publishing.publish) }
      for (const share of [50, 95, 99])
        figures.set(`p${share} at 200/s`, [
          percentile(loaded.ours, share / 100),
          percentile(loaded.yardstick, share / 100),
        ])
      for (const share of [50, 99])
        figures.set(`p${share} idle`, [percentile(idle.ours, share / 100), percentile(idle.yardstick, share / 100)])
      const said = [...figures].map(([name, [a, b]]) => `${name} ${round(a)} ms to ${round(b)} ms`)
      console.error(`round ${n}: ${said.join(', ')}`)
      await check(services)
      if (n === 0) continue
      for (const [name, [a, b]] of figures) {
        ratios.get(name)!.push(a / b)
        seen.set(name, `last ${round(a)} ms to ${round(b)} ms`)
      }
    }
  } finally {
    await signalbox.stop()
    await Promise.all([publishing.stop(), direct.close()])
    await receiver.stop()
  }
  const target: Record<string, { atMost: number }> = { 'p50 at 200/s': { atMost: 3 }, 'p99 at 200/s': { atMost: 5 } }
  return {
    benchmark: 'latency',
    rows: names.map((name) => ({ name, values: ratios.get(name)!, target: target[name], note: seen.get(name) })),
  }
}

async function warmUp(way: Way): Promise<void> {
  let begun = 0
  const one = async () => {
    while (begun < WARM_UP.events) await way(begun++)
  }
  await Promise.all(Array.from({ length: WARM_UP.atOnce }, one))
}

async function oneByOne(way: Way): Promise<number[]> {
  const all: number[] = []
  for (let n = 0; n < IDLE_EVENTS; n++) {
    all.push(await way(n))
    await delay(10)
  }
  return all
}

async function check(services: Services): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { rows } = await services.pool.query(
      "SELECT count(*)::int AS left FROM deliveries WHERE status <> 'SUCCEEDED'",
    )
    if (rows[0].left === 0) return
    if (tries === 50) throw new Error(`${rows[0].left} deliveries are not SUCCEEDED.`)
    await delay(100)
  }
}
