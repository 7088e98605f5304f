// Healthy endpoints alone, and beside others that hang, fail and are limited, each with a long backlog.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Figures, percentile, round } from './support/figures.ts'
import { createEndpoints, publishMany } from './support/publish.ts'
import { atRate, createPublishing, createReceipts } from './support/receipts.ts'
import { type Services, startSignalbox } from './support/services.ts'

const HEALTHY = 200
const PER_SECOND = 200
const SECONDS = 10
const BACKLOG = 50_000
const LIMITED_BACKLOG = 2_000
const CONCURRENCY = 64
const RATE = 5

export async function isolation(services: Services, options: { rounds: number }): Promise<Figures> {
  const receiver = await startTroubled()
  const alone = await install(services, 'isolation_alone', receiver)
  const beside = await install(services, 'isolation_beside', receiver)
  const trouble = await beside.addTrouble()
  const ratios: Record<'p50' | 'p99', number[]> = { p50: [], p99: [] }
  try {
    for (let n = 0; n <= options.rounds; n++) {
      const quiet = await alone.measure()
      await trouble.topUp()
      const loud = await beside.measure()
      const figures = [50, 99].map((p) => [percentile(loud, p / 100), percentile(quiet, p / 100)] as const)
      console.error(
        `round ${n}: ${figures.map(([a, b], index) => `${index ? 'p99' : 'p50'} ${round(a)} ms, alone ${round(b)} ms`).join(', ')}; ${receiver.say()}`,
      )
      if (n === 0) continue
      ratios.p50.push(figures[0]![0] / figures[0]![1])
      ratios.p99.push(figures[1]![0] / figures[1]![1])
    }
  } finally {
    await Promise.all([alone.stop(), beside.stop()])
    await receiver.stop()
  }
  return {
    benchmark: 'isolation',
    rows: [
      { name: 'p50', values: ratios.p50 },
      { name: 'p99', values: ratios.p99, target: { atMost: 1.5 } },
      { name: 'most at once, hanging', values: [receiver.mostAtOnce('hang')], target: { atMost: CONCURRENCY } },
      { name: 'most at once, failing', values: [receiver.mostAtOnce('fail')], target: { atMost: CONCURRENCY } },
      { name: 'most in a second, limited', values: [receiver.mostInASecond()], target: { atMost: RATE } },
    ],
  }
}

async function install(services: Services, name: string, receiver: Troubled) {
  await services.pool.query(`CREATE DATABASE ${name}`)
  const url = new URL(services.databaseUrl)
  url.pathname = name
  const signalbox = await startSignalbox({ ...services, databaseUrl: url.href })
  const { client } = signalbox
  const { types } = await createEndpoints(client, HEALTHY, (n) => `${receiver.url}/healthy/${n}`, {}, 'healthy')
  const publishing = createPublishing(signalbox.url, {
    typeOf: (n) => types[n % HEALTHY]!,
    receipts: receiver.healthy,
  })
  signalbox.pause()

  return {
    /** @returns milliseconds from publish to receipt of each event to the healthy ones */
    async measure(): Promise<number[]> {
      signalbox.resume()
      await delay(2_000)
      const took = await atRate(publishing.publish, { perSecond: PER_SECOND, events: PER_SECOND * SECONDS })
      signalbox.pause()
      return took
    },
    /** Endpoints that are never disabled for their failures, so that the trouble stays. */
    async addTrouble() {
      const more = { maxConcurrency: CONCURRENCY, disableAfterFailures: null }
      const add = async (name: string, own: object) =>
        (await createEndpoints(client, 1, () => `${receiver.url}/${name}`, { ...more, ...own }, name)).types
      const hang = await add('hang', {})
      const fail = await add('fail', {})
      const limited = await add('limited', { rateLimit: RATE })
      await publishMany(client, hang, BACKLOG)
      await publishMany(client, limited, LIMITED_BACKLOG)
      let failed = 0
      return {
        /** What has failed meanwhile is published anew, so that as many wait in every round. */
        async topUp() {
          const gone = receiver.seen('fail')
          await publishMany(client, fail, failed === 0 ? BACKLOG : gone - failed)
          failed = Math.max(gone, 1)
        },
      }
    },
    async stop() {
      await publishing.stop()
      await signalbox.stop()
    },
  }
}

type Troubled = Awaited<ReturnType<typeof startTroubled>>

/** `/healthy/…` answers, `/hang` never does, `/fail` answers 500, and all of them are counted. */
async function startTroubled() {
  const healthy = createReceipts()
  const open = new Map<string, number>()
  const most = new Map<string, number>()
  const seen = new Map<string, number>()
  const limited: number[] = []
  const hanging = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const kind = request.url?.split('/')[1] ?? ''
    open.set(kind, (open.get(kind) ?? 0) + 1)
    most.set(kind, Math.max(most.get(kind) ?? 0, open.get(kind)!))
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    response.on('close', () => open.set(kind, open.get(kind)! - 1))
    const id = String(request.headers['webhook-id'])
    request.resume().on('end', () => {
      if (kind === 'hang') return hanging.add(response)
      if (kind === 'limited') limited.push(performance.now())
      if (kind === 'healthy') healthy.received(id)
      return response.writeHead(kind === 'fail' ? 500 : 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const mostInASecond = () => {
    let most = 0
    for (let from = 0, to = 0; to < limited.length; to++) {
      while (limited[to]! - limited[from]! >= 1000) from++
      most = Math.max(most, to - from + 1)
    }
    return most
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    healthy,
    seen: (kind: string) => seen.get(kind) ?? 0,
    mostAtOnce: (kind: string) => most.get(kind) ?? 0,
    mostInASecond,
    say: () =>
      `received: ${[...seen].map(([kind, count]) => `${kind} ${count}`).join(', ')}; limited ${mostInASecond()} in a second`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
