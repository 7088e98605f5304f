import type { ApiClient } from './client.ts'
import type { Published, States } from './demo.ts'
import type { startReceiver } from './receiver.ts'

interface Findings {
  api: ApiClient
  published: Published[]
  receiver: Awaited<ReturnType<typeof startReceiver>>
  seen: Map<string, States>
}

/** Prints the table. @returns whether everything arrived, verified and unchanged, and every change was seen live */
export async function report({ api, published, receiver, seen }: Findings): Promise<boolean> {
  const { accepted, counts } = receiver
  const latencies: number[] = []
  let delivered = 0
  let unchanged = 0
  for (const { eventId, payload, at } of published) {
    const received = accepted.get(eventId)
    if (received === undefined) continue
    delivered++
    latencies.push(received.at - at)
    // The payload must stand in the body as the very text that was published.
    if (received.body.includes(`"data":${JSON.stringify(payload.data)},"previous":`)) unchanged++
  }
  const deliveries = await readDeliveries(api, new Set(published.map(({ eventId }) => eventId)))
  const missed = deliveries.filter(({ id, version }) => {
    const states = seen.get(id)
    return Array.from({ length: version }, (_, index) => index + 1).some((step) => !states?.has(step))
  })
  latencies.sort((a, b) => a - b)
  const percentile = (part: number) => `${Math.round(latencies[Math.floor((latencies.length - 1) * part)] ?? 0)} ms`
  const table = {
    published: published.length,
    delivered,
    'verified by standardwebhooks': accepted.size,
    'data unchanged, byte for byte': unchanged,
    'refused by the demo, then retried': counts.faults,
    'body changed between attempts': counts.changed,
    'invalid signatures': counts.unverified,
    'state changes seen live': [...seen.values()].reduce((sum, states) => sum + states.size, 0),
    'state changes missed': missed.length,
    'publish to receipt, p50': percentile(0.5),
    'publish to receipt, p95': percentile(0.95),
  }
  for (const [name, value] of Object.entries(table)) console.log(`  ${name.padEnd(36)}${value}`)
  const all = [delivered, unchanged, deliveries.length].every((count) => count === published.length)
  const clean = counts.changed === 0 && counts.unverified === 0 && missed.length === 0 && published.length > 0
  console.log(
    all && clean
      ? 'Every event arrived verified and unchanged, and every state change was seen live.'
      : 'Events or state changes are missing or changed: compare the counts above.',
  )
  return all && clean
}

/** What the API says of the deliveries now; each change raised its version by one. */
async function readDeliveries(api: ApiClient, eventIds: Set<string>): Promise<{ id: string; version: number }[]> {
  const found: { id: string; version: number; eventId: string }[] = []
  let after: string | null = null
  do {
    const { deliveries }: Page = await api.request<Page>(
      `query ($after: String) {
        deliveries(first: 100, after: $after) { nodes { id version eventId } pageInfo { hasNextPage endCursor } }
      }`,
      { after },
    )
    found.push(...deliveries.nodes.filter(({ eventId }) => eventIds.has(eventId)))
    after = deliveries.pageInfo.hasNextPage ? deliveries.pageInfo.endCursor : null
  } while (after !== null && found.length < eventIds.size)
  return found
}

interface Page {
  deliveries: {
    nodes: { id: string; version: number; eventId: string }[]
    pageInfo: { hasNextPage: boolean; endCursor: string | null }
  }
}
