import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { data, ONE } from './publish.ts'
import { BOOTSTRAP_API_KEY } from './services.ts'

/** When each event was received, for whoever asks before or after. */
export function createReceipts() {
  const at = new Map<string, number>()
  const waiting = new Map<string, (at: number) => void>()
  return {
    received(id: string): void {
      const now = performance.now()
      const resolve = waiting.get(id)
      if (resolve === undefined) at.set(id, now)
      else resolve(now)
      waiting.delete(id)
    },
    async of(id: string): Promise<number> {
      const known = at.get(id)
      at.delete(id)
      return known ?? new Promise((resolve) => waiting.set(id, resolve))
    },
  }
}

export type Receipts = ReturnType<typeof createReceipts>

/** Sends the nth event; resolves with the milliseconds from the call until it was received. */
export type Way = (n: number) => Promise<number>

/** Publishes to Signalbox, as a host's backend does. */
export function createPublishing(url: string, options: { typeOf: (n: number) => string; receipts: Receipts }) {
  const http = new Pool(url, { connections: 64 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_API_KEY}` }
  const publish: Way = async (n) => {
    const body = JSON.stringify({ query: ONE, variables: { input: { type: options.typeOf(n), data: data(n) } } })
    const started = performance.now()
    const answer = (await (await http.request({ path: '/graphql', method: 'POST', headers, body })).body.json()) as {
      data: { eventPublish: { event: { id: string } } }
    }
    return (await options.receipts.of(answer.data.eventPublish.event.id)) - started
  }
  return { publish, stop: () => http.close() }
}

/** So many a second, whether or not those before have arrived. */
export async function atRate(way: Way, options: { perSecond: number; events: number }): Promise<number[]> {
  const started = performance.now()
  const all: Promise<number>[] = []
  for (let n = 0; n < options.events; n++) {
    const wait = started + (n * 1000) / options.perSecond - performance.now()
    if (wait > 0) await delay(wait)
    all.push(way(n))
  }
  return Promise.all(all)
}
