// npm run demo: publishes GitHub's real webhook payloads through Signalbox and checks every one at the other end.
import cliProgress from 'cli-progress'
import { type ApiClient, createApiClient } from './client.ts'
import { githubPayloads, type Payload } from './payloads.ts'
import { type Fault, startReceiver } from './receiver.ts'
import { report } from './report.ts'
import { findServer } from './server.ts'

/** Publishes under way at once. */
const CONCURRENCY = 16
const GIVE_UP_MS = 120_000
/** Endpoints by the first letter of the category, so that deliveries spread as they do in life. */
const ENDPOINTS = [/^[a-d]/, /^[e-o]/, /^[p-r]/, /^[s-z]/]
const FINAL = ['SUCCEEDED', 'DEAD', 'EXPIRED', 'CANCELED']

export interface Published {
  eventId: string
  payload: Payload
  /** On the clock of performance.now(). */
  at: number
}

/** States of one delivery, in the order of their versions. */
export type States = Map<number, string>

const server = await findServer(process.env).catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
const receiver = await startReceiver(faultOf)
const api = createApiClient(server.url, server.apiKey)
const progress = new cliProgress.SingleBar(
  { format: '{bar} {value}/{total} finished | {states}', hideCursor: true, noTTYOutput: true, notTTYSchedule: 2_000 },
  cliProgress.Presets.shades_classic,
)
process.on('SIGINT', () => finish(130))
/** Ids of the demo's endpoints, deleted at the end. */
const endpoints = new Set<string>()
const DELETE_ENDPOINT = 'mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }'
let code = 1
try {
  code = await run()
} catch (error) {
  progress.stop()
  console.error(error instanceof Error ? error.message : error)
}
await finish(code)

async function run(): Promise<number> {
  const payloads = githubPayloads()
  console.log(`Publishing ${payloads.length} real GitHub payloads through ${server.url}`)
  await registerTypes(api, payloads)
  await registerEndpoints(api, payloads)

  const seen = new Map<string, States>()
  let finished = 0
  const { promise: allFinished, resolve } = Promise.withResolvers<void>()
  progress.start(payloads.length, 0, { states: 'publishing' })
  api.subscribe<Update>(
    'subscription { deliveryUpdates { gap delivery { id version status endpointId } } }',
    ({ deliveryUpdates: { delivery } }) => {
      if (!endpoints.has(delivery.endpointId)) return
      const states = seen.get(delivery.id) ?? new Map()
      seen.set(delivery.id, states.set(delivery.version, delivery.status))
      if (FINAL.includes(delivery.status)) finished++
      progress.update(finished, { states: summarize(seen) })
      if (finished === payloads.length) resolve()
    },
  )
  await watching(api)

  const published = await publishAll(api, payloads)
  const late = new Promise<void>((giveUp) => setTimeout(giveUp, GIVE_UP_MS).unref())
  await Promise.race([allFinished, late])
  progress.stop()
  return (await report({ api, published, receiver, seen })) ? 0 : 1
}

/** Every seventh first attempt goes wrong, in turn in each of three ways. */
function faultOf(arrival: number): Fault {
  if (arrival % 7 !== 0) return 'none'
  return (['answer 500', 'answer 429', 'hang'] as const)[(arrival / 7) % 3]!
}

async function registerTypes(api: ApiClient, payloads: Payload[]): Promise<void> {
  const known = new Set<string>()
  for (const { type, category } of payloads) {
    if (known.has(type)) continue
    known.add(type)
    const input = { name: type, category, description: `GitHub: ${type}`, sensitiveFields: [] }
    await api
      .request(
        `mutation ($input: EventTypeCreateInput!) {
          eventTypeCreate(input: $input) { ... on Error { code message } }
        }`,
        { input },
      )
      .catch((error: Error) => {
        // Registered by an earlier run.
        if (!error.message.startsWith('EVENT_TYPE_EXISTS')) throw error
      })
  }
}

async function registerEndpoints(api: ApiClient, payloads: Payload[]): Promise<void> {
  const categories = [...new Set(payloads.map(({ category }) => category))]
  for (const [index, letters] of ENDPOINTS.entries()) {
    const mine = categories.filter((category) => letters.test(category))
    const path = `/github/${index}`
    const input = {
      url: receiver.url(path),
      description: `Demo ${index + 1}`,
      eventTypes: mine.flatMap((category) => [category, `${category}.*`]),
      retryPolicy: { maxAttempts: 5, backoffSeconds: [1, 1, 2, 2] },
      timeoutSeconds: 2,
    }
    const { webhookEndpointCreate: made } = await api.request<{
      webhookEndpointCreate: { secret: string; webhookEndpoint: { id: string } }
    }>(
      `mutation ($input: WebhookEndpointCreateInput!) {
        webhookEndpointCreate(input: $input) {
          ... on WebhookEndpointCreatePayload { secret webhookEndpoint { id } }
          ... on Error { code message }
        }
      }`,
      { input },
    )
    receiver.expect(path, made.secret)
    endpoints.add(made.webhookEndpoint.id)
  }
}

/** Resolves when the server has the subscription: what is sent on the same socket after it is answered after it. */
function watching(api: ApiClient): Promise<void> {
  return new Promise((resolve) => {
    const stop = api.subscribe('subscription { liveStatus { degraded } }', () => {
      stop()
      resolve()
    })
  })
}

async function publishAll(api: ApiClient, payloads: Payload[]): Promise<Published[]> {
  const published: Published[] = []
  const queue = payloads.values()
  const publishSome = async () => {
    for (const payload of queue) {
      const at = performance.now()
      const { eventPublish } = await api.request<{ eventPublish: { event: { id: string } } }>(
        `mutation ($input: EventPublishInput!) {
          eventPublish(input: $input) { ... on EventPublishPayload { event { id } } ... on Error { code message } }
        }`,
        { input: { type: payload.type, data: payload.data } },
      )
      published.push({ eventId: eventPublish.event.id, payload, at })
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, publishSome))
  return published
}

interface Update {
  deliveryUpdates: { delivery: { id: string; version: number; status: string; endpointId: string } }
}

function summarize(seen: Map<string, States>): string {
  const now = [...seen.values()].map((states) => states.get(Math.max(...states.keys()))!)
  const counts = Object.entries(Object.groupBy(now, (status) => status))
  return counts.map(([status, all]) => `${status} ${all?.length}`).join(' ')
}

async function finish(code: number): Promise<never> {
  for (const id of endpoints) await api.request(DELETE_ENDPOINT, { id }).catch(() => {})
  api.close()
  await receiver.stop()
  await server.stop()
  process.exit(code)
}
