import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ClientApp,
  DELIVERIES_SUBSCRIPTION,
  type Deliveries,
  ENDPOINT_UPDATE,
  EVENTS_QUERY,
  type Events,
  startForClients,
} from '../../support/clients.ts'
import { generateClient } from '../../support/codegen.ts'

/** A program of a front end: its types are those that the preset generated. */
const PROGRAM = `
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { DeliveriesDocument, type DeliveryStatus, EndpointUpdateDocument, EventsDocument } from './graphql'

export interface Transport {
  ask(documentId: string, variables: object): Promise<unknown>
  watch(documentId: string): AsyncIterable<unknown>
}

export function createClient({ ask, watch }: Transport) {
  async function request<Data, Variables extends object>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
    return (await ask(idOf(document), variables)) as Data
  }
  return {
    readEvents: (page: { first?: number; last?: number; after?: string | null; before?: string | null }) =>
      request(EventsDocument, page),
    async rename(id: string, description: string): Promise<string> {
      const { webhookEndpointUpdate } = await request(EndpointUpdateDocument, { id, input: { description } })
      if (webhookEndpointUpdate.__typename === 'WebhookEndpointUpdatePayload')
        return webhookEndpointUpdate.webhookEndpoint.description
      // @ts-expect-error an error has no endpoint
      webhookEndpointUpdate.webhookEndpoint
      return webhookEndpointUpdate.code
    },
    async *statuses(): AsyncIterable<{ type: string; status: DeliveryStatus }> {
      for await (const data of watch(idOf(DeliveriesDocument))) {
        const { delivery } = dataOf(DeliveriesDocument, data).deliveryUpdates
        yield { type: delivery.event.type, status: delivery.status }
      }
    },
    // @ts-expect-error the number of events is no text
    wrong: () => request(EventsDocument, { first: 'two' }),
  }
}

const idOf = (document: object) => (document as { __meta__: { hash: string } }).__meta__.hash
const dataOf = <Data>(_document: TypedDocumentNode<Data, any>, data: unknown) => data as Data
`

interface Transport {
  ask(documentId: string, variables: object): Promise<unknown>
  watch(documentId: string): AsyncIterable<unknown>
}
interface Page {
  first?: number
  last?: number
  after?: string
  before?: string
}
/** The program as seen from here; its own types are checked where it stands. */
interface Program {
  createClient(transport: Transport): {
    readEvents(page: Page): Promise<Events>
    rename(id: string, description: string): Promise<string>
    statuses(): AsyncIterable<{ type: string; status: Deliveries['deliveryUpdates']['delivery']['status'] }>
  }
}

let signalbox: ClientApp
let generated: Awaited<ReturnType<typeof generateClient>>
let client: ReturnType<Program['createClient']>
beforeAll(async () => {
  signalbox = await startForClients()
  generated = await generateClient([EVENTS_QUERY, ENDPOINT_UPDATE, DELIVERIES_SUBSCRIPTION], PROGRAM)
  await signalbox.register(Object.values(generated.persisted))
  const { createClient }: Program = await import(generated.client)
  client = createClient({
    async ask(documentId, variables) {
      const headers = { 'content-type': 'application/json', ...signalbox.authorization(signalbox.confined) }
      const body = JSON.stringify({ documentId, variables })
      const { data } = await (await fetch(signalbox.url, { method: 'POST', headers, body })).json()
      return data
    },
    async *watch(documentId) {
      const request = { query: '', documentId }
      for await (const { data } of signalbox.socket(signalbox.confined).iterate(request)) yield data
    },
  })
})
afterAll(async () => {
  await signalbox.stop()
  await generated.remove()
})

describe('client preset of GraphQL Code Generator', () => {
  test('its types fit a program that narrows a union and pages a connection', async () => {
    expect(await generated.typecheck()).toBe('')
  })

  test('its hash is the documentId of its document', async () => {
    const { data } = await signalbox.owner.request('{ persistedDocuments(first: 10) { nodes { documentId } } }')
    const ids = data.persistedDocuments.nodes.map(({ documentId }: { documentId: string }) => documentId)
    expect(Object.keys(generated.persisted).sort()).toEqual(ids.sort())
  })

  test('a restricted key reads pages forward and backward by hash', async () => {
    const { eventIds } = signalbox
    const idsOf = ({ events }: Events) => events.edges.map(({ node }) => node.id)
    const first = await client.readEvents({ first: 2 })
    const second = await client.readEvents({ first: 2, after: first.events.pageInfo.endCursor })
    expect([...idsOf(first), ...idsOf(second)]).toEqual(eventIds.slice(0, 4))
    const back = await client.readEvents({ last: 2, before: second.events.pageInfo.startCursor })
    expect(idsOf(back)).toEqual(idsOf(first))
    expect(idsOf(await client.readEvents({ last: 2 }))).toEqual(eventIds.slice(-2))
  })

  test('a restricted key sends a mutation by hash and receives either member of its union', async () => {
    expect(await client.rename(signalbox.endpointId, 'Renamed')).toBe('Renamed')
    expect(await client.rename('whep_absent', 'Renamed')).toBe('NOT_FOUND')
  })

  test('a restricted key subscribes by hash', async () => {
    const { result } = await signalbox.publishTo(async () => {
      const seen: string[] = []
      for await (const { type, status } of client.statuses()) {
        seen.push(`${type} ${status}`)
        if (status === 'SUCCEEDED') break
      }
      return seen
    })
    expect(result.at(-1)).toBe('invoice.paid SUCCEEDED')
  })
})
