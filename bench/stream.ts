// A stream over one WebSocket beside HTTP in the same run: events a second from the first to the last recorded result, and the time from
// the call that publishes to the receipt.
import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { startReceiver } from '../test/support/receiver.ts'
import { drain } from './delivery.ts'
import { type Figures, percentile, round } from './support/figures.ts'
import { createEndpoints, publishMany } from './support/publish.ts'
import { atRate, createPublishing, createReceipts } from './support/receipts.ts'
import { BOOTSTRAP_API_KEY, type Services, type Signalbox, startSignalbox } from './support/services.ts'

const EVENTS = 10_000
const CAPACITY = 1_000
const RESULTS_AT_ONCE = 100
/** Time for which results are gathered, in milliseconds; that of the worker is 50. */
const GATHERED_MS = 50
const RATE = { perSecond: 200, events: 200 }
const TURNS = 8
const STREAM_TYPE = 'stream.type'

export async function stream(services: Services, options: { rounds: number }): Promise<Figures> {
  const receipts = createReceipts()
  const receiver = await startReceiver((_request, response) => response.writeHead(204).end())
  receiver.respond(({ eventId }, response) => {
    receipts.received(eventId)
    response.writeHead(204).end()
    receiver.requests.length = 0
  })
  const signalbox = await startSignalbox(services)
  const { types } = await createEndpoints(signalbox.client, 1, () => receiver.url, { maxConcurrency: CAPACITY })
  await signalbox.client.createType(STREAM_TYPE)
  const endpointId = await createStream(signalbox)
  const overHttp = createPublishing(signalbox.url, { typeOf: () => types[0]!, receipts })
  const overStream = createPublishing(signalbox.url, { typeOf: () => STREAM_TYPE, receipts })
  const perSecond: number[] = []
  const p50: number[] = []
  let [rates, times] = ['', '']
  try {
    for (let n = 0; n <= options.rounds; n++) {
      signalbox.pause()
      await publishMany(signalbox.client, types, EVENTS)
      const http = await drain(services, signalbox, EVENTS)

      signalbox.pause()
      await publishMany(signalbox.client, [STREAM_TYPE], EVENTS)
      const started = performance.now()
      const listener = listen(signalbox, endpointId, receipts.received)
      while (listener.acknowledged() < EVENTS) await delay(5)
      const ours = EVENTS / ((performance.now() - started) / 1000)
      signalbox.resume()
      await check(services)

      const all: { http: number[]; stream: number[] } = { http: [], stream: [] }
      // In turns, so that a slow moment of the machine meets both.
      for (let turn = 0; turn < TURNS; turn++) {
        all.http.push(...(await atRate(overHttp.publish, RATE)))
        all.stream.push(...(await atRate(overStream.publish, RATE)))
      }
      const [direct, leased] = [percentile(all.http, 0.5), percentile(all.stream, 0.5)]
      while (listener.acknowledged() < EVENTS + TURNS * RATE.events) await delay(5)
      listener.stop()
      rates = `last ${round(ours)}/s to ${round(http)}/s`
      times = `last ${round(leased)} ms to ${round(direct)} ms`
      console.error(`round ${n}: ${rates}, p50 ${times}`)
      if (n === 0) continue
      perSecond.push(ours / http)
      p50.push(leased / direct)
    }
  } finally {
    await signalbox.stop()
    await Promise.all([overHttp.stop(), overStream.stop()])
    await receiver.stop()
  }
  return {
    benchmark: 'stream',
    rows: [
      { name: 'events a second to HTTP', values: perSecond, note: rates },
      { name: 'p50 at 200/s to HTTP', values: p50, target: { atMost: 1.5 }, note: times },
    ],
  }
}

async function createStream({ client }: Signalbox): Promise<string> {
  const { webhookEndpoint } = await client.ask(
    `mutation ($input: WebhookEndpointCreateInput!) { webhookEndpointCreate(input: $input) {
      ... on WebhookEndpointCreatePayload { webhookEndpoint { id } } ... on Error { code message } } }`,
    { input: { kind: 'STREAM', eventTypes: [STREAM_TYPE] } },
  )
  return webhookEndpoint.id
}

/** A listener over one WebSocket that accepts everything, and acknowledges over the same WebSocket. */
function listen(signalbox: Signalbox, endpointId: string, received: (eventId: string) => void) {
  const results: object[] = []
  let acknowledged = 0
  let isAcknowledging = false
  let timer: NodeJS.Timeout | undefined
  const socket = new WebSocket(`${signalbox.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const say = (message: object) => socket.send(JSON.stringify(message))
  const STREAM = `subscription { deliveryStream(endpointId: "${endpointId}", capacity: ${CAPACITY}) {
    delivery { id eventId } version headers { name value } bodyBase64 } }`
  const ACKNOWLEDGE = `mutation ($results: [DeliveryStreamResultInput!]!) { deliveryStreamAcknowledge(input: { results: $results }) {
    ... on DeliveryStreamAcknowledgePayload { acknowledgements { status } } } }`

  function acknowledge(): void {
    clearTimeout(timer)
    timer = undefined
    if (isAcknowledging || results.length === 0) return
    isAcknowledging = true
    const variables = { results: results.splice(0, RESULTS_AT_ONCE) }
    say({ id: 'ack', type: 'subscribe', payload: { query: ACKNOWLEDGE, variables } })
  }

  socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${BOOTSTRAP_API_KEY}` } }))
  socket.on('message', (data: Buffer) => {
    const { type, id, payload } = JSON.parse(String(data))
    if (type === 'connection_ack') say({ id: 'stream', type: 'subscribe', payload: { query: STREAM } })
    if (type === 'complete' && id === 'ack') {
      isAcknowledging = false
      if (results.length >= RESULTS_AT_ONCE || timer === undefined) acknowledge()
    }
    if (type !== 'next') return
    if (payload.errors !== undefined) throw new Error(payload.errors[0].message)
    if (id === 'ack') {
      const statuses: { status: string }[] = payload.data.deliveryStreamAcknowledge.acknowledgements
      acknowledged += statuses.filter(({ status }) => status === 'RECORDED').length
      return
    }
    const { delivery, version } = payload.data.deliveryStream
    received(delivery.eventId)
    results.push({ id: delivery.id, version, statusCode: 204, durationMs: 0 })
    // Results of a short time share a request, as docs/streams.md recommends.
    if (results.length >= RESULTS_AT_ONCE) acknowledge()
    else timer ??= setTimeout(acknowledge, GATHERED_MS)
  })
  return { acknowledged: () => acknowledged, stop: () => socket.terminate() }
}

async function check(services: Services): Promise<void> {
  const { rows } = await services.pool.query(
    "SELECT count(*)::int AS left FROM deliveries WHERE status <> 'SUCCEEDED' OR attempt_count <> 1",
  )
  if (rows[0].left > 0) throw new Error(`${rows[0].left} deliveries are not recorded once.`)
}
