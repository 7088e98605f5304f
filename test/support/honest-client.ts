import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Permissions } from '../../src/domain/people/permissions.ts'
import type { Client } from './api.ts'
import { startReceiver } from './receiver.ts'

const QUERY = { query: '{ viewer { organization { id } } }' }
const PUBLISH = `mutation ($input: EventPublishInput!) { eventPublish(input: $input) {
  ... on EventPublishPayload { event { id } } ... on Error { code message } } }`
const TYPE = 'honest.event'
const CONNECTIONS = 8
/** Time after which a request without an answer counts as failed. */
const ANSWER_MS = 30_000

/** Milliseconds of each answered request, and the reasons of the others. */
export interface Served {
  query: number[]
  publish: number[]
  failures: string[]
}

interface Body {
  data: { viewer?: object; eventPublish?: { event?: { id: string } } } | null
  errors?: { message: string }[]
}

/**
 * A client with a key and keep-alive connections that sends queries and publishes at a steady pace, and a receiver of
 * its events.
 */
export async function startHonestClient(host: Client, url: string) {
  const receiver = await startReceiver()
  const owner = host.in(await host.createOrganization('Honest'))
  const permissions: Permissions = { webhooks: ['read', 'write'], events: ['read', 'write'] }
  const { secret } = await owner.createKey(permissions, { tier: 'ENTERPRISE' })
  await owner.createType(TYPE)
  await owner.createEndpoint(receiver.url, { eventTypes: [TYPE] })
  const pool = new Pool(url, { connections: CONNECTIONS, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS })
  const published = new Set<string>()

  async function ask(body: object): Promise<void> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` }
    const answer = await pool.request({ path: '/graphql', method: 'POST', headers, body: JSON.stringify(body) })
    const { data, errors } = (await answer.body.json()) as Body
    const { eventPublish, viewer } = data ?? {}
    if (eventPublish?.event !== undefined) published.add(eventPublish.event.id)
    else if (viewer === undefined) throw new Error(JSON.stringify(errors ?? eventPublish))
  }

  return {
    receiverUrl: receiver.url,

    /** Sends as many of both, in turn and at the same pace however long the answers take. */
    async send(requests: number, perSecond: number): Promise<Served> {
      const served: Served = { query: [], publish: [], failures: [] }
      const began = performance.now()
      const sendOne = async (n: number) => {
        const due = began + (n * 1_000) / perSecond
        await delay(Math.max(0, due - performance.now()))
        const [kind, body] =
          n % 2 === 0
            ? (['query', QUERY] as const)
            : (['publish', { query: PUBLISH, variables: { input: { type: TYPE, data: { n } } } }] as const)
        await ask(body).then(
          () => served[kind].push(performance.now() - due),
          (error: Error) => served.failures.push(`${kind}: ${error.message}`),
        )
      }
      await Promise.all(Array.from({ length: requests }, (_, n) => sendOne(n)))
      return served
    },

    /** Published events that its receiver has not received yet. */
    missing(): string[] {
      const received = new Set(receiver.requests.map(({ eventId }) => eventId))
      return [...published].filter((id) => !received.has(id))
    },

    async stop() {
      await pool.close()
      await receiver.stop()
    },
  }
}

export type HonestClient = Awaited<ReturnType<typeof startHonestClient>>
