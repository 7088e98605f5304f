import { Agent, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { usedAfterSmallCollections } from '../support/garbage.ts'

// Of what a request made, nothing may outlive its answer until all garbage is collected: small collections would copy it, and
// requests wait meanwhile. A WeakMap whose entries refer to their own keys is enough for that, an abort signal, or a `push`
// that is assigned to the request as a function written there.
const REQUESTS = 400

let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('a.b')
})
afterAll(async () => {
  agent.destroy()
  await app.stop()
})

/** With Node's own client, which leaves nothing behind either. */
function post(query: string): Promise<void> {
  const body = JSON.stringify({ query })
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: `Bearer ${tenant.key}`,
  }
  return new Promise((resolve, reject) => {
    const asking = request(`${app.url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => (text.includes('"errors"') ? reject(new Error(text)) : resolve()))
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

/** Bytes that each request leaves behind after small collections. */
async function keptOf(query: string): Promise<number> {
  const used = async () => {
    for (let n = 0; n < REQUESTS; n++) await post(query)
    return usedAfterSmallCollections()
  }
  await used()
  const before = await used()
  return ((await used()) - before) / REQUESTS
}

test.each([
  ['a query', 4_000, '{ viewer { __typename } }'],
  // Its record of usage waits to be written.
  ['a mutation', 10_000, 'mutation { eventPublish(input: { type: "a.b", data: {} }) { __typename } }'],
])('what %s made is let go with its answer', async (_, bytes, query) => {
  expect(await keptOf(query)).toBeLessThan(bytes)
})
