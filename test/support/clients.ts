import { readFileSync } from 'node:fs'
import { createClient } from 'graphql-ws'
import { type App, startApp } from './app.ts'
import { startReceiver } from './receiver.ts'

const EVENTS = 5

/** Signalbox with an organization for tests of GraphQL clients: one endpoint, and five delivered events. */
export async function startForClients() {
  const app = await startApp()
  const receiver = await startReceiver()
  const owner = await app.tenant()
  await owner.createType('invoice.paid')
  const { webhookEndpoint } = await owner.createEndpoint(receiver.url)
  const eventIds: string[] = []
  for (let number = 1; number <= EVENTS; number++) eventIds.unshift(await owner.publish('invoice.paid', { number }))
  await app.deliver()
  const { secret } = await owner.createKey(
    { webhooks: ['read', 'write'], events: ['read'], deliveries: ['read', 'write'] },
    { persistedOnly: true },
  )
  const sockets: ReturnType<typeof createClient>[] = []

  return {
    app,
    owner,
    endpointId: webhookEndpoint.id,
    /** Ids of the events, newest first. */
    eventIds,
    /** A key that is restricted to persisted operations. */
    confined: secret,
    url: `${app.url}/graphql`,
    authorization: (key: string) => ({ authorization: `Bearer ${key}` }),
    /** Registers documents of the organization, so that its restricted key may send them. */
    async register(bodies: string[]): Promise<void> {
      const query = `mutation ($body: String!) {
        persistedDocumentCreate(input: { body: $body, active: true }) { __typename ... on Error { code message } }
      }`
      for (const body of bodies) await owner.ask(query, { body })
    },
    /** A client of graphql-ws, closed when Signalbox stops. */
    socket(key: string) {
      const socket = createClient({
        url: `${app.url.replace(/^http/, 'ws')}/graphql`,
        connectionParams: { authorization: `Bearer ${key}` },
      })
      sockets.push(socket)
      return socket
    },
    /**
     * Subscribes, and publishes and delivers an event once the subscription is open.
     *
     * @returns the id of the event, and the result of the subscriber
     */
    async publishTo<Result>(subscribe: () => Promise<Result>): Promise<{ id: string; result: Result }> {
      await untilSubscriptions(app, 0)
      const result = subscribe()
      await untilSubscriptions(app, 1)
      const id = await owner.publish('invoice.paid', { number: 0 })
      eventIds.unshift(id)
      await app.deliver()
      return { id, result: await result }
    },
    async stop() {
      for (const socket of sockets) await socket.dispose()
      await app.stop()
      await receiver.stop()
    },
  }
}

export type ClientApp = Awaited<ReturnType<typeof startForClients>>

async function untilSubscriptions(app: App, count: number): Promise<void> {
  while (app.services.subscriptions.count() !== count) await new Promise(setImmediate)
}

/** The text of a committed operation, as a front end imports it. */
export const operationText = (name: string) => readFileSync(`persisted-operations/${name}.graphql`, 'utf8')

/** Text of operations that every client runs in its own way. */
export const EVENTS_QUERY = `
query Events($first: Int, $after: String, $last: Int, $before: String) {
  events(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id type } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

export interface Events {
  events: {
    edges: { node: { id: string } }[]
    pageInfo: { startCursor: string; endCursor: string; hasNextPage: boolean; hasPreviousPage: boolean }
  }
}

export const ENDPOINTS_QUERY = `
query Endpoints { webhookEndpoints(first: 10) { edges { node { id description } } } }`

export interface Endpoint {
  id: string
  description: string
}

export interface Endpoints {
  webhookEndpoints: { edges: { __typename: string; node: Endpoint }[] }
}

export const ENDPOINT_UPDATE = `
mutation EndpointUpdate($id: ID!, $input: WebhookEndpointUpdateInput!) {
  webhookEndpointUpdate(id: $id, input: $input) {
    __typename
    ... on WebhookEndpointUpdatePayload { webhookEndpoint { id description } }
    ... on ValidationError { issues { path message } }
    ... on Error { code message }
  }
}`

export const DELIVERIES_SUBSCRIPTION = `
subscription Deliveries { deliveryUpdates { cursor delivery { id status event { id type } } } }`

export interface Deliveries {
  deliveryUpdates: { delivery: { __typename: string; id: string; status: string; event: { id: string } } }
}
