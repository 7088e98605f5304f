import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { jsonText } from '../../support/json-texts.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

let app: App
let tenant: Client
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  receiver = await startReceiver()
  await tenant.createType('order.made', { sensitiveFields: [] })
  await tenant.createType('order.safe')
  await tenant.createEndpoint(receiver.url, { eventTypes: ['order.made', 'order.safe'] })
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const ONE = `mutation ($input: EventPublishInput!) { eventPublish(input: $input) {
  ... on EventPublishPayload { event { id data previous metadata } } ... on Error { code message } } }`
const MANY = `mutation ($input: EventPublishManyInput!) { eventPublishMany(input: $input) {
  ... on EventPublishManyPayload { events { id } } ... on Error { code message } } }`

/** Sends a body as written. @returns the text of the answer */
async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${tenant.key}`,
      ...headers,
    },
    body,
  })
  return response.text()
}

const bodyOf = (query: string, input: string) => `{"query":${JSON.stringify(query)},"variables":{"input":${input}}}`
const publish = (data: string, more = '') => post(bodyOf(ONE, `{"type":"order.made","data":${data}${more}}`))
const idIn = (answer: string) => /evt_\w+/.exec(answer)?.[0] ?? answer
const partsOf = (id: string) => `{"query":"{ node(id: \\"${id}\\") { ... on Event { data previous metadata } } }"}`

/** The body at the receiver, without the fields that Signalbox adds. */
async function delivered(id: string): Promise<string> {
  await app.deliver()
  const request = receiver.requests.find(({ eventId }) => eventId === id)
  return request!.body.toString('utf8').replace(/^.*?,"organizationId":"\w+",/s, '')
}

/** One operation over a WebSocket. @returns the message with its answer, as text */
async function overWebSocket(payload: string): Promise<string> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const { promise, resolve } = Promise.withResolvers<string>()
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${tenant.key}` } })),
  )
  socket.on('message', (message) => {
    const text = String(message)
    if (text.includes('connection_ack')) socket.send(`{"id":"1","type":"subscribe","payload":${payload}}`)
    else resolve(text)
  })
  const answer = await promise
  socket.close()
  return answer
}

const EXACT = [
  '12345678901234567890',
  '1e400',
  '-0',
  '1.0',
  '{"10":1,"2":2}',
  '{ "a" : [1.50 ,\r\n\t2e2] }',
  '"\\u2028\\u0000\\ud800\\/"',
  '"\u2028é😀"',
  '{"__proto__":{"a":1.0},"constructor":[]}',
  '[]',
  'false',
]

describe('payload', () => {
  test('any JSON text reaches the receiver byte for byte when a batch of events is published (property)', async () => {
    const texts = fc.sample(fc.tuple(jsonText(), jsonText(), jsonText()), { numRuns: 1_500, seed: 27 })
    for (let from = 0; from < texts.length; from += 250) {
      const batch = texts.slice(from, from + 250)
      const events = batch.map(
        ([data, previous, metadata]) =>
          `{"type":"order.made","data":${notNull(data)}, "previous" :${previous},"metadata":${metadata}}`,
      )
      const ids = JSON.parse(await post(bodyOf(MANY, `{ "events" : [${events.join(' , ')}] }`))).data.eventPublishMany
        .events
      await app.deliver()
      const bodies = new Map(receiver.requests.map(({ eventId, body }) => [eventId, body.toString('utf8')]))
      for (const [index, [data, previous, metadata]] of batch.entries()) {
        const { id } = ids[index]
        expect(bodies.get(id)!.slice(bodies.get(id)!.indexOf('"data":'))).toBe(
          `"data":${notNull(data).trim()},"previous":${previous.trim()},"metadata":${metadata.trim()}}`,
        )
      }
    }
  }, 120_000)

  /** `data` must not be null. */
  const notNull = (text: string) => (text.trim() === 'null' ? '0' : text)

  test.each(EXACT)('%s stays as written when it is published over HTTP', async (text) => {
    const id = idIn(await publish(text, `,"previous":${text},"metadata": ${text} `))
    expect(await delivered(id)).toBe(`"data":${text},"previous":${text},"metadata":${text}}`)
  })

  test.each(EXACT)('%s stays as written when it is published and read over WebSocket', async (text) => {
    const answer = await overWebSocket(bodyOf(ONE, `{"type":"order.made","data":${text},"metadata":[${text}]}`))
    expect(answer).toContain(`"data":${text},"previous":null,"metadata":[${text}]}`)
    expect(await delivered(idIn(answer))).toBe(`"data":${text},"previous":null,"metadata":[${text}]}`)
  })

  test.each(EXACT)('%s is read as written when Event.data is selected', async (text) => {
    const id = idIn(await publish(text, `,"previous":{"a":${text}}`))
    const expected = `"node":{"data":${text},"previous":{"a":${text}},"metadata":null}`
    expect(await post(partsOf(id))).toContain(expected)
    const stream = await post(partsOf(id), { accept: 'text/event-stream' })
    const lines = stream.split(/\r\n|\r|\n/).filter((line) => line.startsWith('data: '))
    const joined = lines.map((line) => line.slice('data: '.length)).join('\n')
    // Events end their lines with a line feed, so a carriage return arrives as one.
    expect(joined).toContain(expected.replaceAll('\r\n', '\n'))
  })

  test('a variable of type JSON stays as written in an argument, a list and an object of the document', async () => {
    const query = `mutation ($data: JSON!, $b: JSON, $n: Int, $s: String) {
      one: eventPublish(input: { type: "order.made", data: $data }) { ... on EventPublishPayload { event { id } } }
      two: eventPublish(input: { type: "order.made", data: { a: [$data, 1.50], b: $b, n: $n, s: $s } }) {
        ... on EventPublishPayload { event { id } } } }`
    const answer = await post(`{"variables":{"s":"\\u00e9","data": 1.0 },"query":${JSON.stringify(query)}}`)
    const [one, two] = answer.match(/evt_\w+/g)!
    expect(await delivered(one!)).toContain('"data":1.0,')
    expect(await delivered(two!)).toContain('"data":{"a":[1.0,1.50],"s":"é"},')
  })

  test.each([
    [
      'a number beyond exactness',
      'data: { id: [12345678901234567890] }',
      'The number 12345678901234567890 is not exact',
    ],
    ['an infinite number', 'data: 1e400', 'Send it in a variable.'],
    ['a name twice', 'data: { a: 1, a: 2 }', 'There can be only one input field named "a".'],
    ['a word without quotes', 'data: PAID', 'Write it in quotes'],
  ])('%s is rejected when it is written in a document', async (_name, data, message) => {
    const query = `mutation { eventPublish(input: { type: "order.made", ${data} }) { __typename } }`
    const { errors } = JSON.parse(await post(JSON.stringify({ query })))
    expect(errors[0].message).toContain(message)
    expect(errors[0].extensions.code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/)
  })

  test('a variable of another type than JSON is rejected within a literal when its number is not exact', async () => {
    const query = `mutation ($n: Float) { eventPublish(input: { type: "order.made", data: { n: [$n] } }) {
      ... on ValidationError { issues { path message } } } }`
    expect(await post(`{"query":${JSON.stringify(query)},"variables":{"n":12345678901234567890}}`)).toContain(
      '{"path":"input.data","message":"has the number of $n, which is not exact. Declare the variable as JSON',
    )
  })

  test('a name twice in one object is rejected with its path over HTTP and WebSocket', async () => {
    const input = '{"type":"order.made","data":{"lines":[{"a":1,"a":2}]}}'
    const answer = JSON.parse(await post(bodyOf(ONE, input)))
    expect(answer.errors).toEqual([
      {
        message: 'The name variables.input.data.lines.0.a occurs twice in one object. Send each name once.',
        extensions: { code: 'BAD_REQUEST' },
      },
    ])
    expect(await overWebSocket(bodyOf(ONE, input))).toContain('payload.variables.input.data.lines.0.a occurs twice')
  })

  test('a body that is no UTF-8 is rejected, and a byte order mark is accepted', async () => {
    const body = bodyOf(ONE, '{"type":"order.made","data":"é"}')
    expect(await post(Buffer.from(body, 'latin1'))).toContain('The body is not encoded in UTF-8. Encode it in UTF-8.')
    expect(await post(Buffer.from(`\ufeff${body}`))).toContain('evt_')
  })

  test('a repeated idempotency key is the same event only when the text is the same', async () => {
    const again = (data: string) => publish(data, ',"idempotencyKey":"exact-1"')
    const id = idIn(await again('{"n":1.0}'))
    expect(idIn(await again('{"n":1.0}'))).toBe(id)
    for (const other of ['{"n":1}', '{"n": 1.0}']) expect(await again(other)).toContain('IDEMPOTENCY_CONFLICT')
  })

  test('sensitive fields are cut out of the text, and the rest stays as written', async () => {
    const data = '{ "id":1.0, "Access_Token" : {"a":[1]}, "list":[{"PASSWORD":1 , "n":-0}], "client_secret":2 }'
    const input = `{"type":"order.safe","data":${data},"metadata":{"authorization":"x"},"previous":{"apiKey":1,"b": 2}}`
    const id = idIn(await post(bodyOf(ONE, input)))
    expect(await delivered(id)).toBe('"data":{ "id":1.0, "list":[{ "n":-0}]},"previous":{"b": 2},"metadata":{}}')
  })

  test('a JSON Schema sees the numbers of the payload when JavaScript has none of their size', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' }, x: { type: 'number', maximum: 10 } } }
    await tenant.createType('order.checked', { schema })
    const checked = (data: string) => post(bodyOf(ONE, `{"type":"order.checked","data":${data}}`))
    for (const n of ['1.0', '12345678901234567890', '1e400']) expect(await checked(`{"n":${n}}`)).toContain('evt_')
    expect(await checked('{"n":1.5}')).toContain('input.data.n: must be integer')
    expect(await checked('{"x":1e400}')).toContain('input.data.x: must be <= 10')
  })

  test('an example and a schema with a value that PostgreSQL would change are rejected', async () => {
    const query = `mutation ($example: JSON, $schema: JSON) { eventTypeCreate(input: { name: "order.other",
      example: $example, schema: $schema }) { ... on ValidationError { issues { path message } } } }`
    const create = (variables: string) => post(`{"query":${JSON.stringify(query)},"variables":${variables}}`)
    expect(await create('{"example":{"id":12345678901234567890}}')).toContain(
      '"path":"input.example","message":"has the number 12345678901234567890, which cannot be stored exactly.',
    )
    expect(await create('{"example":["\\u0000"]}')).toContain(
      'must have no control characters that cannot be stored: remove U+0000',
    )
    expect(await create('{"schema":{"title":"\\ud800"}}')).toContain('"path":"input.schema"')
  })
})
