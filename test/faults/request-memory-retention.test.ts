import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { usedAfterFullCollection } from '../support/garbage.ts'

// The memory of a process must not grow with the number of requests that it has answered.
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

/** Uses the HTTP client of Node, because that client retains no memory itself. */
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

/** Bytes that each request retains after its response. */
async function keptOf(query: string): Promise<number> {
  const used = async () => {
    for (let n = 0; n < REQUESTS; n++) await post(query)
    return usedAfterFullCollection()
  }
  await used()
  const before = await used()
  return ((await used()) - before) / REQUESTS
}

describe('memory of a request', () => {
  test.each([
    ['a query', 4_000, '{ viewer { __typename } }'],
    // The usage record of the mutation is still buffered.
    ['a mutation', 10_000, 'mutation { eventPublish(input: { type: "a.b", data: {} }) { __typename } }'],
  ])('the memory of %s is released with its response', async (_, bytes, query) => {
    expect(await keptOf(query)).toBeLessThan(bytes)
  })
})
