// Raw WebSockets without a protocol: each text is written to every connection, and nothing else is done.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
await once(server, 'listening')
process.on('message', async ({ text, count }: { text: string; count: number }) => {
  for (let n = 0; n < count; n++) {
    for (const socket of server.clients) socket.send(text)
    // Connections are read and written between two messages, as they are in a server that does more.
    await turn()
  }
})
process.send!(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
