import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy between a client and a local server that can stall like a network. */
export async function startProxy(port: number) {
  const sockets = new Set<Socket>()
  const fromServer = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        for (const end of [client, upstream]) end.destroy()
      })
    }
    fromServer.add(upstream)
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    /** Stops reading from the server, so the responses fill the socket buffers. */
    stall() {
      for (const upstream of fromServer) upstream.unpipe().pause()
    },
    /** Breaks every connection. Later ones succeed. */
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
