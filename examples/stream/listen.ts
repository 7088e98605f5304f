// SIGNALBOX_KEY=<key> node examples/stream/listen.ts whep_… http://127.0.0.1:3000/hooks: sends the deliveries of a stream to a local target.
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const [endpointId, target = ''] = process.argv.slice(2)
const client = createClient({
  url: `${(process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:4000').replace(/^http/, 'ws')}/graphql`,
  ...{ webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${process.env.SIGNALBOX_KEY}` } },
  ...{ retryAttempts: Number.POSITIVE_INFINITY, shouldRetry: () => true },
})
const STREAM = `subscription ($endpointId: ID!) {
  deliveryStream(endpointId: $endpointId, capacity: 16) { delivery { id } version headers { name value } bodyBase64 } }`
const ACKNOWLEDGE = `mutation ($results: [DeliveryStreamResultInput!]!) {
  deliveryStreamAcknowledge(input: { results: $results }) { ... on Error { message } } }`

// biome-ignore lint/suspicious/noExplicitAny: the document says what a message has
async function send({ delivery, version, headers, bodyBase64 }: any): Promise<void> {
  const started = performance.now()
  const request = new Request(target, { method: 'POST', redirect: 'manual', body: Buffer.from(bodyBase64, 'base64') })
  for (const { name, value } of headers) request.headers.set(name, value)
  const answer = await fetch(request, { signal: AbortSignal.timeout(30_000) }).then(
    ({ status }) => ({ statusCode: status }),
    ({ name, cause }) => ({
      errorCode:
        cause?.code === 'ECONNREFUSED'
          ? 'CONNECTION_REFUSED'
          : name === 'TimeoutError'
            ? 'TIMEOUT'
            : 'CONNECTION_FAILED',
    }),
  )
  const result = { id: delivery.id, version, durationMs: Math.round(performance.now() - started), ...answer }
  for await (const { errors } of client.iterate({ query: ACKNOWLEDGE, variables: { results: [result] } }))
    if (errors) throw errors[0]
}

for await (const { data, errors } of client.iterate({ query: STREAM, variables: { endpointId } })) {
  if (errors) throw new Error(errors[0]?.message)
  void send(data?.deliveryStream)
}
