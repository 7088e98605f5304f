// Deliveries and key checks of other processes while 1,000 people sign in at an API process of their own, beside the same work
// while a program with as many threads computes with as much CPU as the sign-ins took.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { HASHES_AT_ONCE } from '../src/domain/people/passwords.ts'
import { startReceiver } from '../test/support/receiver.ts'
import { createCpuMeter } from './support/cpu.ts'
import { type Figures, percentile, round } from './support/figures.ts'
import { PASSWORD, startPeople } from './support/people.ts'
import { createEndpoints } from './support/publish.ts'
import { atRate, createPublishing, createReceipts, type Way } from './support/receipts.ts'
import { BOOTSTRAP_API_KEY, type Services, startSignalbox } from './support/services.ts'
import { isValid, NO_LIMIT, verifyBody } from './verify.ts'

const PEOPLE = 1_000
const PER_SECOND = 50
const SECONDS = 20
/** Pause of a client after a full queue; shorter than the answer says, so that the queue stays full. */
const RETRY_MS = 1_000

/** Milliseconds of each delivery and of each check. */
interface Took {
  deliveries: number[]
  checks: number[]
}

export async function signIn(services: Services, options: { rounds: number }): Promise<Figures> {
  const env = { ...NO_LIMIT, TRUSTED_PROXIES: '127.0.0.1/32' }
  const signalbox = await startSignalbox(services, { env })
  const receiver = await startReceiver()
  const receipts = createReceipts()
  receiver.respond(({ eventId }, response) => {
    receipts.received(eventId)
    response.writeHead(204).end()
    receiver.requests.length = 0
  })
  const { types } = await createEndpoints(signalbox.client, 1, () => receiver.url)
  const publishing = createPublishing(signalbox.url, { typeOf: () => types[0]!, receipts })
  const { secret } = await signalbox.client.createKey({ events: ['read'] }, { tier: 'ENTERPRISE' })
  const checking = createChecking(signalbox.url, secret)
  const people = await startPeople(services, env, { count: PEOPLE })
  const ratios: Record<string, number[]> = {}
  const waits: number[] = []
  const cpu: number[] = []

  async function measure(): Promise<Took> {
    const rate = { perSecond: PER_SECOND, events: PER_SECOND * SECONDS }
    const [deliveries, checks] = await Promise.all([atRate(publishing.publish, rate), atRate(checking.check, rate)])
    return { deliveries, checks }
  }

  try {
    for (let n = 0; n <= options.rounds; n++) {
      const quiet = await measure()
      const signingIn = signInAll(people)
      const signIns = await withCpu(people.pid, measure)
      const wait = await signingIn
      const burner = await startBurner(signIns.cores)
      const burning = await withCpu(burner.pid, measure).finally(burner.stop)
      console.error(`round ${n}: sign-ins took ${round(signIns.cores)} cores, the burner ${round(burning.cores)}`)
      if (n > 0) cpu.push(signIns.cores / burning.cores)
      for (const name of ['deliveries', 'checks'] as const)
        for (const share of [0.5, 0.99]) {
          const [ours, burners, alone] = [signIns.took, burning.took, quiet].map((took) =>
            percentile(took[name], share),
          ) as [number, number, number]
          const figure = `${name}, p${share * 100}: beside sign-ins to beside a burner`
          console.error(`round ${n}: ${figure} ${round(ours)} ms to ${round(burners)} ms; alone ${round(alone)} ms`)
          if (n > 0) ratios[figure] = [...(ratios[figure] ?? []), ours / burners]
        }
      console.error(`round ${n}: person ${PEOPLE} of ${PEOPLE} waited ${round(wait / 1000)} s`)
      if (n > 0) waits.push(wait / 1000)
    }
  } finally {
    await Promise.all([publishing.stop(), checking.stop(), people.stop(), signalbox.stop()])
    await receiver.stop()
  }
  return {
    benchmark: 'sign-in',
    rows: [
      ...Object.entries(ratios).map(([name, values]) => ({ name, values, target: { atMost: 1.25 } })),
      { name: 'CPU of the sign-ins to that of the burner', values: cpu },
      { name: `seconds until the last of ${PEOPLE} people was signed in`, values: waits },
    ],
  }
}

function createChecking(url: string, key: string) {
  const http = new Pool(url, { connections: 64 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_API_KEY}` }
  const body = verifyBody(key)
  const check: Way = async () => {
    const started = performance.now()
    const answer = await (await http.request({ path: '/graphql', method: 'POST', headers, body })).body.text()
    if (!isValid(answer)) throw new Error(`Not what was asked for: ${answer}`)
    return performance.now() - started
  }
  return { check, stop: () => http.close() }
}

/** @returns milliseconds that the last of all people waited for a session */
async function signInAll(people: Awaited<ReturnType<typeof startPeople>>): Promise<number> {
  async function signInOne(n: number): Promise<number> {
    const started = performance.now()
    const ip = `198.18.${Math.floor(n / 250)}.${(n % 250) + 1}`
    for (;;) {
      const answer = await people.signIn({ email: `person${n}@example.com`, password: PASSWORD }, ip)
      if (answer.includes('"SignInPayload"')) return performance.now() - started
      if (!answer.includes('RATE_LIMITED') && !answer.includes('RateLimitedError'))
        throw new Error(`Refused: ${answer}`)
      await delay(RETRY_MS)
    }
  }
  return Math.max(...(await Promise.all(Array.from({ length: PEOPLE }, (_, n) => signInOne(n + 1)))))
}

/** @returns the result of the work, and the cores that a process took meanwhile */
async function withCpu(pid: number, work: () => Promise<Took>): Promise<{ took: Took; cores: number }> {
  const meter = createCpuMeter({ process: pid })
  const started = performance.now()
  const took = await meter.measure(1, work)
  return { took, cores: meter.rows()[0]!.values[0]! / 1000 / (performance.now() - started) }
}

/** @param cores CPU of all threads together */
async function startBurner(cores: number) {
  const file = path.join(import.meta.dirname, 'baselines/burner.ts')
  const words = [file, String(HASHES_AT_ONCE), String(cores)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return { pid: child.pid!, stop: () => void child.kill('SIGKILL') }
}
