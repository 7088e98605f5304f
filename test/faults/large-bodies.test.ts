import { type ClientRequest, request } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'

// Bodies that take long to parse, with and without a key.
const NESTED = `{"query":"{ __typename }","variables":${'['.repeat(8_000_000)}${']'.repeat(7_999_900)}}`
const VALUES = `{"query":"{ __typename }","variables":{"a":[${Array(5_000_000).join('[],')}[]]}}`
const NAMES = `{"query":"{ __typename }","variables":{${Array.from({ length: 1_200_000 }, (_, n) => `"a${n}":0`).join(',')}}}`
let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
let honest: typeof tenant
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  honest = await app.tenant()
})
afterAll(() => app.stop())

/** The status, the code and the longest delay of the event loop in milliseconds. */
async function post(body: BodyInit, key?: string) {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) }
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const options = { method: 'POST', headers, body, duplex: 'half' }
  const status = await fetch(`${app.url}/graphql`, options as RequestInit).then(
    async (response) => [response.status, (await response.json()).errors?.[0].message ?? ''],
    () => ['ended'],
  )
  delay.disable()
  return { status, delayMs: delay.max / 1e6 }
}
const chunked = (text: string) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })

describe('large body', () => {
  test.each([
    ['nested lists', NESTED],
    ['many names', NAMES],
  ])('a stranger with %s is refused by the size, unparsed', async (_, body) => {
    const { status } = await post(body)
    // The server closes while the client still sends, so the client may miss the answer.
    expect([413, 'ended']).toContain(status[0])
  })

  test('a chunked body of a stranger ends at the bound too', async () => {
    expect((await post(chunked(NAMES))).status).toEqual(['ended'])
  })

  test.each([
    ['nested lists', NESTED, 'nested deeper'],
    ['many names', NAMES, 'more than 250000 names'],
    ['many values', VALUES, 'more than 500000 values'],
  ])('a key with %s is refused before the text is parsed', async (_, body, message) => {
    const { status, delayMs } = await post(body, tenant.key)
    expect(status).toEqual([400, expect.stringContaining(message)])
    expect(delayMs).toBeLessThan(1_000)
  })

  test.each([
    ['one long text', JSON.stringify('x'.repeat(15 * 1024 * 1024))],
    ['as many values as allowed', `[${Array(240_000).join('[],')}[]]`],
    ['as many names as allowed', `{${Array.from({ length: 240_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
  ])('others are answered while a key sends bodies of %s at once', async (_, value) => {
    const body = `{"query":"query ($a: Int) { __typename }","variables":{"b":${value}}}`
    let isOver = false
    const attack = Promise.all(Array.from({ length: 4 }, () => post(body, tenant.key))).then((results) => {
      isOver = true
      return results
    })
    let answered = 0
    for (; !isOver; answered++) await honest.ask('{ viewer { id: __typename } }')
    for (const { status, delayMs } of await attack) {
      expect(status[0]).toBe(200)
      expect(delayMs).toBeLessThan(1_000)
    }
    expect(answered).toBeGreaterThan(4)
  })

  test.each<[string, (request: ClientRequest) => unknown]>([
    ['a length', (request) => request.setHeader('content-length', 16 * 1024 * 1024).flushHeaders()],
    ['chunks', (request) => request.write('a'.repeat(16 * 1024 * 1024))],
  ])('the ninth unfinished body of 16 MiB with %s of a key is refused, and other keys are served', async (_, send) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` }
    const start = () => {
      const client = request(`${app.url}/graphql`, { method: 'POST', headers, agent: false })
      client.on('error', () => {})
      send(client)
      return client
    }
    const clients = Array.from({ length: 9 }, start)
    const ends = clients.map((client) => new Promise((resolve) => client.once('close', resolve)))
    await Promise.race(ends)
    expect(await honest.ask('{ viewer { id } }')).toBeDefined()
    for (const client of clients) client.destroy()
    await Promise.all(ends)
    const { status } = await post(NESTED, tenant.key)
    expect(status[0]).toBe(400)
  })
})
