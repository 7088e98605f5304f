import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Pool } from 'undici'
import { percentile } from './figures.ts'
import { BOOTSTRAP_API_KEY } from './services.ts'

export interface Load {
  perSecond: number
  /** Milliseconds within which 99% were answered. */
  p99: number
}

/**
 * Posts bodies to GraphQL, so many connections at once, each waiting for its answer.
 *
 * @param isRight of the text of an answer. @throws when it is not
 */
export async function load(
  url: string,
  bodies: readonly string[],
  requests: number,
  connections: number,
  isRight: (answer: string) => boolean,
): Promise<Load> {
  const pool = new Pool(url, { connections })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_API_KEY}` }
  const took: number[] = []
  let next = 0
  const ask = async () => {
    for (let n = next++; n < requests; n = next++) {
      const began = performance.now()
      const request = { path: '/graphql', method: 'POST', headers, body: bodies[n % bodies.length]! } as const
      const answer = await (await pool.request(request)).body.text()
      took.push(performance.now() - began)
      if (!isRight(answer)) throw new Error(`Not what was asked for: ${answer}`)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, ask))
  const perSecond = requests / ((performance.now() - started) / 1000)
  await pool.close()
  return { perSecond, p99: percentile(took, 0.99) }
}

/** The yardstick of what is asked over HTTP. */
export async function startBareYoga() {
  const file = path.join(import.meta.dirname, '../baselines/yoga.ts')
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { url: String(line).replace('listens at ', ''), stop: () => child.kill() }
}
