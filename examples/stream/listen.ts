// SIGNALBOX_KEY=<key> node examples/stream/listen.ts whep_… http://127.0.0.1:3000/hooks: sends the deliveries of a stream to a local target.
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const { SIGNALBOX_URL = 'http://127.0.0.1:4000', SIGNALBOX_KEY } = process.env
const [endpointId, target = ''] = process.argv.slice(2)
const url = `${SIGNALBOX_URL.replace(/^http/, 'ws')}/graphql`
const connectionParams = { authorization: `Bearer ${SIGNALBOX_KEY}` }
const retry = { retryAttempts: Number.POSITIVE_INFINITY, shouldRetry: () => true }
const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, ...retry })
const STREAM = `subscription ($endpointId: ID!) {
  deliveryStream(endpointId: $endpointId, capacity: 16) { delivery { id } version headers { name value } bodyBase64 } }`
const ACKNOWLEDGE = `mutation ($results: [DeliveryStreamResultInput!]!) {
  deliveryStreamAcknowledge(input: { results: $results }) { ... on Error { message } } }`
const CODES: Record<string, string> = { ECONNREFUSED: 'CONNECTION_REFUSED', ECONNRESET: 'CONNECTION_RESET' }
const results: object[] = []

// biome-ignore lint/suspicious/noExplicitAny: the document says what a message has
async function send({ delivery, version, headers, bodyBase64 }: any): Promise<void> {
  const started = performance.now()
  const request = new Request(target, { method: 'POST', redirect: 'manual', body: Buffer.from(bodyBase64, 'base64') })
  for (const { name, value } of headers) request.headers.set(name, value)
  const result = await fetch(request, { signal: AbortSignal.timeout(30_000) }).then(
    async (response) => ({
      statusCode: response.status,
      body: (await response.text()).slice(0, 10_240).toWellFormed(),
    }),
    ({ name, cause }) => ({
      errorCode: name === 'TimeoutError' ? 'TIMEOUT' : (CODES[cause?.code] ?? 'CONNECTION_FAILED'),
    }),
  )
  results.push({ id: delivery.id, version, durationMs: Math.round(performance.now() - started), ...result })
  if (results.length === 1) await acknowledge()
}

/** Results that arrive meanwhile share the next request. A failure ends the listener, which gives its deliveries back. */
async function acknowledge(): Promise<void> {
  for (let sent = 0; results.length > 0; results.splice(0, sent)) {
    sent = Math.min(results.length, 100)
    const variables = { results: results.slice(0, sent) }
    for await (const { errors } of client.iterate({ query: ACKNOWLEDGE, variables })) if (errors) throw errors[0]
  }
}

for await (const { data, errors } of client.iterate({ query: STREAM, variables: { endpointId } })) {
  if (errors) throw new Error(errors[0]?.message)
  void send(data?.deliveryStream)
}
