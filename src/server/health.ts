import type { LiveBus } from '../bus/bus.ts'
import type { Database } from '../database/client.ts'
import { withTimeout } from '../lib/timeout.ts'

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
      const answered = deps.database.pool.query('SELECT 1').then(
        () => true,
        () => false,
      )
      const database = await withTimeout(answered, ANSWER_MS, false)
      const body = {
        status: database ? 'ok' : 'unavailable',
        database: database ? 'ok' : 'unreachable',
        live: deps.bus.status(),
      }
      return { status: database ? 200 : 503, body }
    },
  }
}
