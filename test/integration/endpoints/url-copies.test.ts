import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../../src/lib/log.ts'
import { redactUrl } from '../../../src/lib/redact-url.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// The query of an endpoint's URL often holds a credential of the receiver, which `webhooks: read` guards.
const TOKEN = 'token-of-the-receiver'
let app: App
let failing: Receiver
let other: Receiver
const lines: string[] = []
const logger = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } })
beforeAll(async () => {
  app = await startApp({ log: logger })
  // As servers that add a slash do: the query is repeated.
  failing = await startReceiver(({ path }, response) =>
    response.writeHead(308, { location: path.replace('?', '/?') }).end(),
  )
  other = await startReceiver()
})
afterAll(async () => {
  await app.stop()
  await failing.stop()
  await other.stop()
})

/** Everything that the permissions besides `webhooks` show. */
async function readAll(client: Client): Promise<string> {
  const answers = await Promise.all(
    [
      '{ events(first: 100) { nodes { type data body } } }',
      '{ auditEntries(first: 100) { nodes { action details } } }',
      '{ deliveries(first: 50) { nodes { explanation attempts { nodes { explanation request { url headers { name value } } responseHeaders { name value } responseBody } } } } }',
      '{ usageRecords(first: 100) { nodes { operation error } } }',
    ].map((query) => client.request(query)),
  )
  expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined, undefined, undefined])
  return JSON.stringify(answers)
}

describe('URL of an endpoint', () => {
  test('no copy that is read without webhooks: read has the values of its query when the endpoint fails and is disabled', async () => {
    const owner = await app.tenant()
    const reading = { events: ['read'], deliveries: ['read'], audit: ['read'], usage: ['read'] } as const
    const { secret } = await owner.createKey({ ...reading } as never)
    await owner.createType('a.b')
    const url = `${failing.url}?token=${TOKEN}&${TOKEN}`
    const { webhookEndpoint } = await owner.createEndpoint(url, { disableAfterFailures: 1 })
    await owner.createEndpoint(other.url, { eventTypes: ['webhook.*'] })
    const live = watchSocket(
      app.url,
      secret,
      'subscription { deliveryUpdates { delivery { status explanation event { type data body } } } }',
    )
    await owner.publish('a.b')
    await app.deliver()
    await app.deliver()
    await live.until((messages) => messages.some((message) => message.deliveryUpdates.delivery.status === 'SUCCEEDED'))
    live.stop()
    const shown = `${failing.url}?token=…&…`
    const body = String(other.requests[0]!.body)
    expect(JSON.parse(body)).toMatchObject({
      type: 'webhook.endpoint.disabled',
      data: { endpointId: webhookEndpoint.id, url: shown },
    })
    const read = await readAll(app.api.as(secret))
    expect(read).toContain(JSON.stringify({ name: 'location', value: '/hook/?token=…&…' }))
    expect(read).toContain(JSON.stringify({ url: shown }).slice(1, -1))
    for (const copy of [body, read, JSON.stringify(live.messages), lines.join('')]) expect(copy).not.toContain(TOKEN)
    expect(failing.requests[0]!.path).toContain(`token=${TOKEN}`)
  })

  test('no error of PostgreSQL, Prisma or Node writes its input to the log', async () => {
    const { pool, prisma } = app.database
    // PostgreSQL repeats the text in the context of the error.
    const broken = `{"url": "https://example.com/?token=${TOKEN}`
    const failures = await Promise.allSettled([
      pool.query('SELECT $1::json', [broken]),
      prisma.$executeRawUnsafe(`DO $$BEGIN RAISE 'Refused' USING DETAIL = 'Failing row contains (${TOKEN})'; END$$`),
      (async () => new URL(TOKEN))(),
    ])
    const before = lines.length
    for (const failure of failures) logger.error({ err: (failure as PromiseRejectedResult).reason }, 'Failed')
    const written = lines.slice(before)
    expect(written).toHaveLength(3)
    for (const line of written) {
      expect(line).toContain('[removed]')
      expect(line).not.toContain(TOKEN)
    }
  })

  test('redactUrl keeps a URL without a query as it is', () => {
    expect(redactUrl('https://example.com/a=b')).toBe('https://example.com/a=b')
    expect(redactUrl('https://example.com/?a=1&b&c=d=e#x?y=z')).toBe('https://example.com/?a=…&…&c=…')
  })

  test('redact_url_v1 of the database gives the same result as redactUrl for any text (property)', async () => {
    const piece = fc.constantFrom('?', '&', '=', '#', '%', 'a', 'é', '…', '😀', '\n', '/', ' ', '?a=b&', 'https://h/')
    const urls = fc.sample(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      { numRuns: 5_000, seed: 28 },
    )
    const { rows } = await app.database.pool.query<{ redacted: string }>(
      'SELECT redact_url_v1(url) AS redacted FROM unnest($1::text[]) WITH ORDINALITY AS u(url, n) ORDER BY n',
      [urls],
    )
    expect(rows.map(({ redacted }) => redacted)).toEqual(urls.map(redactUrl))
  })
})
