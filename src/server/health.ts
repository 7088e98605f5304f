import type { LiveBus } from '../bus/bus.ts'
import type { Database } from '../database/client.ts'

const ANSWER_MS = 2_000

export interface Answer {
  status: number
  body: Record<string, unknown>
}

/**
 * `/livez`: the process runs. `/readyz`: the database answers. Without Redis the process stays ready and reports live
 * as degraded.
 */
export function createHealth(deps: { database: Database; bus: LiveBus }) {
  return {
    live: (): Answer => ({ status: 200, body: { status: 'ok' } }),

    async ready(): Promise<Answer> {
      const database = await answers(deps.database.pool.query('SELECT 1'))
      const body = {
        status: database ? 'ok' : 'unavailable',
        database: database ? 'ok' : 'unreachable',
        live: deps.bus.status(),
      }
      return { status: database ? 200 : 503, body }
    },
  }
}

async function answers(query: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, ANSWER_MS, false)
  const done = query.then(
    () => true,
    () => false,
  )
  return Promise.race([done, late]).finally(() => clearTimeout(timer))
}
