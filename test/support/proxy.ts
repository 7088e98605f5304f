import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a client and a server on this machine, and can go silent as a network does. */
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
    /** Takes nothing more from the server: what it answers stays with it, until its buffers are full. */
    stall() {
      for (const upstream of fromServer) upstream.unpipe().pause()
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
