import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'

// Requests that any client can send, with and without an API key. The server must respond after each of them.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

/** Sends raw text and reads until the server closes the connection, or resets the connection at once. */
function raw(text: string, hangUp = false): Promise<string> {
  const { hostname, port } = new URL(app.url)
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => {
      socket.write(text)
      if (hangUp) setImmediate(() => socket.resetAndDestroy())
    })
    socket.on('data', (chunk) => {
      answer += chunk
      socket.end()
    })
    socket.on('error', () => {}).on('close', () => resolve(answer))
  })
}

const upgrade =
  'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'

describe('hostile request', () => {
  test.each([
    ['a target that is not a URL', 'GET // HTTP/1.1\r\nHost: x\r\n\r\n', '404'],
    ['an upgrade with a target that is not a URL', `GET // HTTP/1.1\r\n${upgrade}`, '404'],
    ['an upgrade to another path', `GET /x HTTP/1.1\r\n${upgrade}`, '404'],
    ['a Host that is half an address', 'GET /graphql?query=a HTTP/1.1\r\nHost: [\r\n\r\n', '400'],
    ['a Host with two ports', 'GET /graphql?query=a HTTP/1.1\r\nHost: a:b:c\r\n\r\n', '400'],
    ['an invalid Host', 'GET /graphql?query=a HTTP/1.1\r\nHost: a b%\r\n\r\n', '400'],
  ])('the server stays up after %s', async (_name, text, status) => {
    const answer = await raw(text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).not.toContain('node_modules')
    expect((await fetch(`${app.url}/livez`)).status).toBe(200)
  })

  test('the server stays up after clients that reset during an upgrade', async () => {
    for (let times = 0; times < 50; times++)
      await raw(`GET ${times % 2 ? '/graphql' : '/x'} HTTP/1.1\r\n${upgrade}`, true)
    expect((await fetch(`${app.url}/livez`)).status).toBe(200)
  })

  test('a client that disconnects while subscribing leaves no subscription behind', async () => {
    const tenant = await app.tenant()
    const subscribe = async () => {
      const abort = new AbortController()
      const headers = {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${tenant.key}`,
      }
      const body = JSON.stringify({ query: 'subscription { deliveryUpdates { cursor } }' })
      const answer = fetch(`${app.url}/graphql`, { method: 'POST', headers, body, signal: abort.signal }).catch(
        () => {},
      )
      for (let turns = 0; turns < Math.random() * 20; turns++) await new Promise(setImmediate)
      abort.abort()
      await answer
    }
    for (let times = 0; times < 10; times++) await Promise.all(Array.from({ length: 20 }, subscribe))
    await expect.poll(() => app.services.subscriptions.count(), { timeout: 10_000 }).toBe(0)
  })
})

describe('response size', () => {
  test('an example of an event type is limited like an event and counts toward the response size', async () => {
    const tenant = await app.tenant()
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
    await expect(tenant.createType('large.deep', { example: nested(200) })).rejects.toThrow(
      'nested deeper than 100 levels',
    )
    await expect(tenant.createType('large.long', { example: 'x'.repeat(300_000) })).rejects.toThrow('262144 bytes')
    for (const name of ['large.a', 'large.b']) await tenant.createType(name, { example: 'x'.repeat(200_000) })
    const aliases = Array.from({ length: 200 }, (_, n) => `a${n}: example`).join(' ')
    const { errors } = await tenant.request(`{ eventTypes { nodes { id ${aliases} } } }`)
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'ANSWER_TOO_LARGE' } })
    expect((await tenant.request('{ eventTypes { nodes { id example } } }')).errors).toBeUndefined()
  })

  test('a response contains at most 64 MiB of event data, also with aliases', async () => {
    const tenant = await app.tenant()
    await tenant.createType('large.one')
    for (let count = 0; count < 5; count++) await tenant.publish('large.one', 'x'.repeat(200_000))
    const aliases = Array.from({ length: 100 }, (_, n) => `a${n}: data`).join(' ')
    const { errors } = await tenant.request(`{ events(first: 100) { nodes { id ${aliases} } } }`)
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'ANSWER_TOO_LARGE' } })
    expect((await tenant.request('{ events(first: 100) { nodes { id a: data b: data } } }')).errors).toBeUndefined()
  })

  test('an operation has at most 20 root fields', async () => {
    const tenant = await app.tenant()
    const fields = (count: number) =>
      `{ ${Array.from({ length: count }, (_, n) => `a${n}: events { nodes { id } }`).join(' ')} }`
    expect((await tenant.request(fields(20))).errors).toBeUndefined()
    expect((await tenant.request(fields(21))).errors?.[0]?.message).toContain('at most 20 fields')
    const fragment = `query { ...F ...G } fragment F on Query ${fields(20)} fragment G on Query { b: events { nodes { id } } }`
    expect((await tenant.request(fragment)).errors?.[0]?.message).toContain('at most 20 fields')
  })
})
