import type { Client } from './api.ts'
import type { App } from './app.ts'
import { type Watch, watchSocket } from './watch.ts'

/** A message of `deliveryStream`. */
export interface Leased {
  delivery: { id: string; status: string; attemptCount: number; eventId: string; endpointId: string }
  version: number
  leaseUntil: string
  headers: { name: string; value: string }[]
  bodyBase64: string
}

export const LEASED = `delivery { id status attemptCount eventId endpointId } version leaseUntil
  headers { name value } bodyBase64`

export const streamQuery = (endpointId: string, capacity?: number) =>
  `subscription { deliveryStream(endpointId: "${endpointId}"${capacity ? `, capacity: ${capacity}` : ''}) { ${LEASED} } }`

/** Permissions that a listener needs. */
export const LISTENER = { webhooks: ['read', 'write'], deliveries: ['read', 'write'] } as const

/** Creates a STREAM endpoint. */
export async function createStream(client: Client, more: Record<string, unknown> = {}) {
  const { secret, webhookEndpoint } = await client.ask(
    `mutation ($input: WebhookEndpointCreateInput!) { webhookEndpointCreate(input: $input) {
      ... on WebhookEndpointCreatePayload { secret webhookEndpoint { id kind url maxConcurrency publicKeys } }
      ... on Error { code message } } }`,
    { input: { kind: 'STREAM', eventTypes: ['*'], ...more } },
  )
  return { secret: secret as string, endpointId: webhookEndpoint.id as string, webhookEndpoint }
}

/** An organization with the event type `a.b` and a stream. */
export async function streamTenant(app: App, more: Record<string, unknown> = {}) {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  return Object.assign(tenant, await createStream(tenant, more))
}

/** The leased deliveries that a watch has received. */
export const leasedOf = ({ messages }: Pick<Watch, 'messages'>): Leased[] =>
  messages.filter((message) => message?.deliveryStream).map(({ deliveryStream }) => deliveryStream)

const listening = new Set<Watch>()

/** Listens to a stream over WebSocket, or in another way, until `stopListeners`. */
export function listen(app: App, key: string, endpointId: string, capacity?: number, watchOver = watchSocket): Watch {
  const watch = watchOver(app.url, key, streamQuery(endpointId, capacity))
  listening.add(watch)
  return watch
}

/** Stops the listeners of a test, also after its failure. */
export function stopListeners(): void {
  for (const watch of listening) watch.stop()
  listening.clear()
}

/** Acknowledges leased deliveries with one result each. @returns the status of each */
export async function acknowledge(
  client: Client,
  leased: readonly Pick<Leased, 'delivery' | 'version'>[],
  result: Record<string, unknown> = { statusCode: 204 },
): Promise<string[]> {
  const { acknowledgements } = await client.ask(
    `mutation ($input: DeliveryStreamAcknowledgeInput!) { deliveryStreamAcknowledge(input: $input) {
      ... on DeliveryStreamAcknowledgePayload { acknowledgements { deliveryId version status } }
      ... on ValidationError { code message } } }`,
    {
      input: {
        results: leased.map(({ delivery, version }) => ({ id: delivery.id, version, durationMs: 5, ...result })),
      },
    },
  )
  return acknowledgements.map(({ status }: { status: string }) => status)
}

/** Claims by polling. */
export async function claim(client: Client, input: Record<string, unknown>): Promise<Leased[]> {
  const { claimed } = await client.ask(
    `mutation ($input: DeliveryStreamClaimInput!) { deliveryStreamClaim(input: $input) {
      ... on DeliveryStreamClaimPayload { claimed { ${LEASED} } } ... on Error { code message } } }`,
    { input },
  )
  return claimed
}
