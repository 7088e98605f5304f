import { readdirSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { sendUnread } from '../support/raw-http.ts'

// Sockets that left the HTTP server: its timeouts do not apply to them any more.
const SOCKETS = 300
let app: App
const clients: Socket[] = []
beforeAll(async () => {
  app = await startApp({ writeTimeoutMs: 600 })
})
afterAll(async () => {
  for (const client of clients) client.destroy()
  await app.stop()
})

/** Sockets of this process, those of the clients included. */
const openSockets = () =>
  readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:')
    } catch {
      return false
    }
  }).length

const upgrade = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n${more}\r\n`

describe.skipIf(process.platform !== 'linux')('refused upgrade', () => {
  test.each([
    ['another path', upgrade('/elsewhere')],
    ['a handshake without a key', upgrade('/graphql')],
    ['a handshake of another version', upgrade('/graphql', 'sec-websocket-version: 1\r\n')],
  ])('%s loses its descriptor although the client neither reads nor closes', async (_, text) => {
    const before = openSockets()
    const opened = await Promise.all(Array.from({ length: SOCKETS }, () => sendUnread(app.url, text)))
    clients.push(...opened)
    // The sockets of the clients stay, and those of the server go.
    await expect.poll(openSockets, { timeout: 10_000 }).toBeLessThanOrEqual(before + SOCKETS + 5)
    expect((await fetch(`${app.url}/livez`)).status).toBe(200)
  })
})
