// SIGNALBOX_KEY=<key> npm run partner: sends again what has died.
// SIGNALBOX_KEY=<key> npm run partner -- watch: says what becomes of each delivery, until it is stopped.
import { createPartner, type Partner } from './client.ts'
import { type PartnerDeliveriesQuery, partnerDeliveries, partnerRetry, partnerWatch } from './operations.ts'

/** Sends every dead delivery again. @returns their ids */
export async function retryDead(partner: Partner): Promise<string[]> {
  const retried: string[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { deliveries }: PartnerDeliveriesQuery = await partner.ask(partnerDeliveries, { first: 50, after })
    for (const { id, event, explanation } of deliveries.nodes) {
      const { deliveryRetry } = await partner.ask(partnerRetry, { id })
      if (deliveryRetry.__typename === 'DeliveryRetryPayload') retried.push(id)
      else console.error(`${event.type} ${id}: ${deliveryRetry.message} (it had ended with: ${explanation})`)
    }
    more = deliveries.pageInfo.hasNextPage
    after = deliveries.pageInfo.endCursor
  }
  return retried
}

/** Says what becomes of each delivery, from now on. */
export async function watch(partner: Partner, say: (line: string) => void): Promise<void> {
  for await (const { deliveryUpdates } of partner.watch(partnerWatch, {})) {
    const { id, status, event } = deliveryUpdates.delivery
    say(`${event.type} ${id}: ${status}`)
  }
}

if (import.meta.main) {
  const { SIGNALBOX_URL: url = 'http://127.0.0.1:4000', SIGNALBOX_KEY: key } = process.env
  if (key === undefined)
    throw new Error('Set SIGNALBOX_KEY: an API key with deliveries read and write, and events read.')
  const partner = createPartner({ url, key })
  if (process.argv[2] === 'watch') await watch(partner, console.log)
  else console.log(`Sent again: ${(await retryDead(partner)).join(', ') || 'nothing, no delivery has died'}.`)
}
