import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { postText, sendUnread } from '../support/raw-http.ts'
import { watchSocket } from '../support/watch.ts'

// Three organizations that do not read their answers of 8 MB. None of them exceeds a bound of its own.
const MIB = 1024 * 1024
const LIMITS = { principal: 24 * MIB, process: 20 * MIB, strangers: MIB }
const ALIASES = Array.from({ length: 8 }, (_, n) => `a${n}: data`).join(' ')
const LARGE = `{ events(first: 5) { nodes { ${ALIASES} } } }`

let app: App
let tenants: Awaited<ReturnType<App['tenant']>>[]
beforeAll(async () => {
  app = await startApp({ unsentLimits: LIMITS })
  tenants = [await app.tenant(), await app.tenant(), await app.tenant()]
  for (const tenant of tenants) {
    await tenant.createType('a.b')
    for (let n = 0; n < 5; n++) await tenant.publish('a.b', 'x'.repeat(200_000))
  }
})
afterAll(() => app.stop())

async function askLarge(key: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', 'accept-encoding': 'identity', authorization: `Bearer ${key}` }
  const body = JSON.stringify({ query: LARGE })
  const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}

describe('unsent bytes of a process', () => {
  test('a further large answer is refused, small ones are given, and reading makes room', async () => {
    const [first, second, third] = tenants
    expect((await askLarge(third!.key)).status).toBe(200)
    const sockets = await Promise.all(
      // The buffers of each connection hold a part of its answer.
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? first : second)).map((tenant) =>
        sendUnread(app.url, postText({ query: LARGE }, { authorization: `Bearer ${tenant!.key}` })),
      ),
    )
    await expect.poll(async () => (await askLarge(third!.key)).status, { timeout: 20_000, interval: 500 }).toBe(503)
    expect((await askLarge(third!.key)).text).toContain('UNREAD_ANSWERS')
    expect((await third!.request('{ viewer { id } }')).errors).toBeUndefined()
    // Over WebSocket the connection ends, because an operation has no status.
    expect(await watchSocket(app.url, third!.key, LARGE).untilEnded()).toMatchObject({ code: 1006 })
    for (const [n, socket] of sockets.entries()) if (n % 2 === 0) socket.resume()
    await expect.poll(async () => (await askLarge(third!.key)).status, { timeout: 20_000, interval: 500 }).toBe(200)
    for (const socket of sockets) socket.destroy()
  })
})
