// The response times of an honest client while a process with 1 GiB of heap and 400 descriptors is attacked, beside its
// response times at rest.
import { randomBytes } from 'node:crypto'
import { createAttackTarget } from '../test/support/attacks/attack.ts'
import { ATTACKS } from '../test/support/attacks/attacker.ts'
import { runAttack } from '../test/support/attacks/run-attack.ts'
import { type Served, startHonestClient } from '../test/support/honest-client.ts'
import { startSmallProcess } from '../test/support/small-process.ts'
import { type Figures, median, percentile, round } from './support/figures.ts'
import type { Services } from './support/services.ts'

const PER_SECOND = 100
const REQUESTS = 400

export async function attacks(services: Services, options: { rounds: number }): Promise<Figures> {
  const signalbox = await startSmallProcess(services.databaseUrl, {
    NODE_ENV: 'production',
    ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    ENDPOINT_ALLOWED_NETWORKS: '127.0.0.0/8',
    // A page of an attack; off in production by default.
    GRAPHIQL: 'on',
  })
  const honest = await startHonestClient(signalbox.host, signalbox.url)
  const target = await createAttackTarget(signalbox.host, signalbox.url, honest.receiverUrl)
  const ratios = new Map(Object.keys(ATTACKS).map((name) => [name, { query: [] as number[], publish: [] as number[] }]))
  try {
    for (let n = 0; n <= options.rounds; n++)
      for (const [name, values] of ratios) {
        const rest = await honest.send(REQUESTS, PER_SECOND)
        const { value: under, results } = await runAttack(name, target, () => honest.send(REQUESTS, PER_SECOND), 'low')
        const failure = [...rest.failures, ...under.failures][0]
        if (failure !== undefined) throw new Error(`An honest request failed beside ${name}: ${failure}`)
        console.error(`round ${n}, ${name} ${JSON.stringify(results)}: ${compare(under, rest)}`)
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
      target: { atMost: 2 },
      note: `query ${round(median(query))}, publish ${round(median(publish))}`,
    })),
  }
}

const p99 = (values: readonly number[]) => percentile(values, 0.99)

function compare(under: Served, rest: Served): string {
  return (['query', 'publish'] as const)
    .map((kind) => `${kind} p99 ${round(p99(under[kind]))} ms, at rest ${round(p99(rest[kind]))} ms`)
    .join('; ')
}
