import { randomBytes } from 'node:crypto'
import type { Client } from '../../test/support/api.ts'

const AT_ONCE = 500
export const ONE = `mutation ($input: EventPublishInput!) { eventPublish(input: $input) {
  ... on EventPublishPayload { event { id } } ... on Error { code message } } }`
export const MANY = `mutation ($input: EventPublishManyInput!) { eventPublishMany(input: $input) {
  ... on EventPublishManyPayload { events { id } } ... on Error { code message } } }`

/** Makes the envelope about 1 KB long. */
export const data = (n: number) => ({ n, filler: randomBytes(390).toString('hex') })

/** Publishes events of the given types in turn. @returns their ids */
export async function publishMany(client: Client, types: readonly string[], count: number): Promise<string[]> {
  const ids: string[] = []
  for (let from = 0; from < count; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - from)
    const events = Array.from({ length: size }, (_, n) => ({
      type: types[(from + n) % types.length],
      data: data(from + n),
    }))
    ids.push(...(await client.publishMany(events)))
  }
  return ids
}

/** One event type and one endpoint for it, `count` times. @returns the types */
export async function createEndpoints(
  client: Client,
  count: number,
  url: (n: number) => string,
  more: Record<string, unknown> = {},
  prefix = 'bench',
): Promise<{ types: string[]; endpointIds: string[] }> {
  const types: string[] = []
  const endpointIds: string[] = []
  for (let n = 0; n < count; n++) {
    const type = `${prefix}.type${n}`
    await client.createType(type)
    const { webhookEndpoint } = await client.createEndpoint(url(n), { eventTypes: [type], ...more })
    types.push(type)
    endpointIds.push(webhookEndpoint.id)
  }
  return { types, endpointIds }
}
