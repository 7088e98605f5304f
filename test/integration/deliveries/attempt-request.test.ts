import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SignatureScheme } from '../../../src/database/generated/enums.ts'
import type { AttemptResult } from '../../../src/domain/deliveries/attempt-outcome.ts'
import { recordResults } from '../../../src/domain/deliveries/record-results.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { createClaimer } from '../../../worker/claim.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { noteSecret } from '../../support/secret-leak-check.ts'

// The request of an attempt as its organization sees it, beside the request that a real receiver got.
const SECRETS = ['credential-of-the-authorization', 'credential-of-the-cookie', 'credential-of-the-query']
const [AUTHORIZATION, COOKIE, QUERY] = SECRETS as [string, string, string]
const CUSTOM = [
  { name: 'Authorization', value: `Bearer ${AUTHORIZATION}` },
  { name: 'cookie', value: `session=${COOKIE}` },
  { name: 'X-Team', value: 'billing' },
  { name: 'x-empty', value: '' },
]
// Every full run searches the log for them.
for (const secret of SECRETS) noteSecret(secret)

let app: App
let tenant: Client & { organizationId: string }
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  receiver = await startReceiver()
  tenant = await app.tenant()
  await tenant.createType('a.b')
})
afterEach(() => receiver.stop())

const REQUESTS = `{ deliveries { nodes { eventId attempts { nodes { id number errorCode
  request { url byteCount headers { name value } } } } } } }`

interface Shown {
  id: string
  errorCode: string | null
  request: { url: string; byteCount: number; headers: { name: string; value: string }[] } | null
}
/** The attempts of an event, oldest first. */
async function attemptsOf(eventId: string): Promise<Shown[]> {
  const { nodes } = await tenant.ask(REQUESTS)
  return nodes.find((delivery: { eventId: string }) => delivery.eventId === eventId).attempts.nodes
}

/** Headers as the receiver got them, besides the one that Node adds per connection. */
function receivedHeaders(hidden: readonly string[]): [string, unknown][] {
  const { connection: _, ...headers } = receiver.requests.at(-1)!.headers
  return Object.entries(headers)
    .map(([name, value]): [string, unknown] => [name, hidden.includes(name) ? '[hidden]' : value])
    .sort()
}
const shownHeaders = ({ request }: Shown) =>
  request!.headers.map(({ name, value }) => [name.toLowerCase(), value]).sort()

describe('request of an attempt', () => {
  test.each<SignatureScheme>(['STANDARD', 'STANDARD_ED25519', 'BODY_HEX', 'TIMESTAMPED_HEX'])(
    'the tenant sees the headers that the receiver got, with hidden custom values, when the scheme is %s',
    async (signatureScheme) => {
      const url = `${receiver.url}?token=${QUERY}`
      const { webhookEndpoint } = await tenant.createEndpoint(url, { headers: CUSTOM, signatureScheme })
      await tenant.publish('a.b', { text: 'ü' })
      await app.deliver()
      // A second secret makes a second signature.
      await tenant.ask(
        'mutation ($id: ID!) { webhookEndpointRotateSecret(id: $id) { ... on Error { code message } } }',
        { id: webhookEndpoint.id },
      )
      const eventId = await tenant.publish('a.b', { text: 'üü' })
      await app.deliver()
      const [latest] = await attemptsOf(eventId)
      const { body, path } = receiver.requests.at(-1)!
      expect(shownHeaders(latest!)).toEqual(receivedHeaders(CUSTOM.map(({ name }) => name.toLowerCase())))
      expect(latest!.request).toMatchObject({ url: `${receiver.url}?token=…`, byteCount: body.length })
      expect(path).toContain(QUERY)
    },
  )

  test('the request has the custom headers of its time when the endpoint changed since', async () => {
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { headers: CUSTOM.slice(0, 1) })
    const eventId = await tenant.publish('a.b')
    await app.deliver()
    const before = await attemptsOf(eventId)
    await tenant.ask(
      `mutation ($id: ID!) { webhookEndpointUpdate(id: $id, input: { url: "http://127.0.0.1:9/", headers: [] }) {
        ... on Error { code message } } }`,
      { id: webhookEndpoint.id },
    )
    expect(await attemptsOf(eventId)).toEqual(before)
    expect(shownHeaders(before[0]!)).toEqual(receivedHeaders(['authorization']))
  })

  test('the request is as the receiver got it when another client serves a receiver with interim responses', async () => {
    receiver.respond((_request, response, socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      response.writeHead(200).end()
    })
    await tenant.createEndpoint(receiver.url, { headers: CUSTOM.slice(2, 3) })
    const eventId = await tenant.publish('a.b')
    await app.deliver()
    await app.deliver()
    const [refused, accepted] = await attemptsOf(eventId)
    expect(refused!.errorCode).toBe('INTERIM_RESPONSE')
    expect(shownHeaders(accepted!)).toEqual(receivedHeaders(['x-team']))
  })

  test('no column, answer or field of another organization has the value of a custom header', async () => {
    await tenant.createEndpoint(`${receiver.url}?token=${QUERY}`, { headers: CUSTOM })
    const eventId = await tenant.publish('a.b')
    receiver.respond((_request, response) => response.writeHead(500).end())
    await app.deliver()
    const { rows } = await app.database.pool.query('SELECT to_json(a)::text AS text FROM attempts a')
    const [shown] = await attemptsOf(eventId)
    for (const secret of SECRETS) {
      expect(rows.map(({ text }) => text).join('\n')).not.toContain(secret)
      expect(JSON.stringify(shown)).not.toContain(secret)
    }
    const stranger = await app.tenant()
    const node = `query ($id: ID!) { node(id: $id) { id ... on Attempt { request { url } } } }`
    expect(await stranger.request(node, { id: shown!.id })).toEqual({ data: { node: null } })
    expect((await tenant.request(node, { id: shown!.id })).data.node.request.url).toBe(`${receiver.url}?token=…`)
  })

  test('the kept request has at most 12 KiB when the endpoint has the longest URL and the most headers', async () => {
    const url = `${receiver.url}?`.padEnd(2_048, '&')
    const headers = Array.from({ length: 20 }, (_, n) => ({ name: `x-${n}-`.padEnd(128, 'n'), value: 'v' }))
    await tenant.createEndpoint(url, { headers })
    const eventId = await tenant.publish('a.b')
    await app.deliver()
    const [shown] = await attemptsOf(eventId)
    expect(shownHeaders(shown!)).toEqual(receivedHeaders(headers.map(({ name }) => name)))
    const { rows } = await app.database.pool.query(
      'SELECT octet_length(request::text) AS bytes FROM attempts WHERE id = $1',
      [shown!.id],
    )
    expect(rows[0].bytes).toBeLessThan(12 * 1024)
    expect(rows[0].bytes).toBeGreaterThan(10 * 1024)
  })

  test('the request is null when no request could be built, and is kept when the connection failed', async () => {
    const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/', { disableAfterFailures: null })
    const sent = await tenant.publish('a.b')
    await app.deliver()
    expect(await attemptsOf(sent)).toMatchObject([{ request: { url: 'http://127.0.0.1:9/' } }])
    await app.database.pool.query("UPDATE endpoint_secrets SET ciphertext = 'unreadable' WHERE endpoint_id = $1", [
      webhookEndpoint.id,
    ])
    const unsent = await tenant.publish('a.b')
    await app.deliver()
    expect(await attemptsOf(unsent)).toMatchObject([{ errorCode: 'INTERNAL', request: null }])
  })

  test('the request is null when a worker of the version before recorded the attempt', async () => {
    await tenant.createEndpoint('http://127.0.0.1:9/')
    const eventId = await tenant.publish('a.b')
    const claimer = createClaimer(app.database.pooled)
    const now = app.clock.now()
    const { deliveries } = await claimer.claim({ now, limit: 10, leaseSeconds: 60, fullOrganizations: [] })
    await claimer.stop()
    const makeId = createIds(app.clock)
    const delivery = deliveries.find(({ organization_id: id }) => id === tenant.organizationId)!
    const result: AttemptResult = {
      ...{ attemptId: makeId('att'), delivery, startedAt: now },
      request: { url: 'http://127.0.0.1:9/', byteCount: 1, customHeaders: [], signatureHeaders: {} },
      exchange: { statusCode: 204, headers: {}, body: null, error: null, durationMicroseconds: 1 },
      outcome: {
        ...{ status: 'SUCCEEDED', retryAfterSeconds: null, scheduled: true },
        ...{ errorCode: null, message: 'accepted', statusReason: null },
      },
    }
    const earlier = {
      query: ({ text, values }: { text: string; values: unknown[] }) =>
        app.database.pool.query({ text: text.replace('record_results_v3', 'record_results_v2'), values }),
    }
    await recordResults(earlier as never, [result], { now, makeId })
    expect(await attemptsOf(eventId)).toMatchObject([{ id: result.attemptId, request: null }])
  })
})
