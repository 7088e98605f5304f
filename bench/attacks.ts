// The response times of an honest client while a process with 1 GiB of heap and 400 descriptors is attacked, beside its
// response times at rest.
import { randomBytes } from 'node:crypto'
import { createAttackTarget } from '../test/support/attacks/attack.ts'
import { ATTACKS, CPU_BURNER } from '../test/support/attacks/attacker.ts'
import { runAttack } from '../test/support/attacks/run-attack.ts'
import { type HonestClient, type Served, startHonestClient } from '../test/support/honest-client.ts'
import { startSmallProcess } from '../test/support/small-process.ts'
import { type Figures, median, percentile, round } from './support/figures.ts'
import type { Services } from './support/services.ts'

const PER_SECOND = 100
const REQUESTS = 400
/** Most that an attack may slow down the slowest hundredth of the requests. */
const ASKED = 2
/** Requests between which the process is asked whether it is at rest again. */
const PROBES = 50
/** Time after an attack within which the process must be at rest again, in milliseconds. */
const REST_MS = 10_000

export async function attacks(
  services: Services,
  options: { rounds: number; only?: readonly string[] | undefined },
): Promise<Figures> {
  const names = [CPU_BURNER, ...chosenAttacks(options.only)]
  const signalbox = await startSmallProcess(services.databaseUrl, {
    NODE_ENV: 'production',
    ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    ENDPOINT_ALLOWED_NETWORKS: '127.0.0.0/8',
    // A page of an attack; off in production by default.
    GRAPHIQL: 'on',
  })
  const honest = await startHonestClient(signalbox.host, signalbox.url)
  const target = await createAttackTarget(signalbox.host, signalbox.url, honest.receiverUrl)
  const ratios = new Map(names.map((name) => [name, { query: [] as number[], publish: [] as number[] }]))
  try {
    for (let n = 0; n <= options.rounds; n++)
      for (const [name, values] of ratios) {
        const rest = await honest.send(REQUESTS, PER_SECOND)
        const { value: under, results } = await runAttack(name, target, () => honest.send(REQUESTS, PER_SECOND), 'low')
        const failure = [...rest.failures, ...under.failures][0]
        if (failure !== undefined) throw new Error(`An honest request failed beside ${name}: ${failure}`)
        const calm = await untilAtRest(honest, rest)
        console.error(`round ${n}, ${name} ${JSON.stringify(results)}: ${compare(under, rest)}; ${calm}`)
        if (n === 0) continue
        values.query.push(p99(under.query) / p99(rest.query))
        values.publish.push(p99(under.publish) / p99(rest.publish))
      }
  } finally {
    await honest.stop()
    await signalbox.stop()
  }
  return {
    benchmark: 'attacks',
    rows: [...ratios].map(([name, { query, publish }]) => ({
      name: `p99 beside ${name}`,
      // The slower of both kinds of requests counts.
      values: median(query) > median(publish) ? query : publish,
      // The burner attacks nobody: its row is the part of the other rows that the processors explain.
      ...(name !== CPU_BURNER && { target: { atMost: ASKED } }),
      note: `query ${round(median(query))}, publish ${round(median(publish))}`,
    })),
  }
}

/** The attacks whose names have one of the words; all without words. @throws for a word of no attack */
function chosenAttacks(only: readonly string[] | undefined): string[] {
  const all = Object.keys(ATTACKS)
  if (only === undefined) return all
  const stranger = only.find((word) => !all.some((name) => name.includes(word)))
  if (stranger !== undefined) throw new Error(`No attack has "${stranger}" in its name: ${all.join('; ')}.`)
  return all.filter((name) => only.some((word) => name.includes(word)))
}

/** Waits until requests are answered as fast as before the attack, so that no attack spoils the row of the next one. */
async function untilAtRest(honest: HonestClient, rest: Served): Promise<string> {
  const began = performance.now()
  for (;;) {
    const { query, publish } = await honest.send(PROBES, PER_SECOND)
    const seconds = round((performance.now() - began) / 1_000)
    if (p99(query) <= ASKED * p99(rest.query) && p99(publish) <= ASKED * p99(rest.publish))
      return `at rest within ${seconds} s`
    if (seconds * 1_000 > REST_MS) return `NOT AT REST AFTER ${seconds} s`
  }
}

const p99 = (values: readonly number[]) => percentile(values, 0.99)

function compare(under: Served, rest: Served): string {
  return (['query', 'publish'] as const)
    .map((kind) => `${kind} p99 ${round(p99(under[kind]))} ms, at rest ${round(p99(rest[kind]))} ms`)
    .join('; ')
}
