import { connect, type Socket } from 'node:net'

/** The text of a POST request of GraphQL, for clients that do not behave like one of a library. */
export function postText(body: unknown, headers: Record<string, string> = {}): string {
  const json = JSON.stringify(body)
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(json)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n${json}`
}

/** Opens a connection that reads nothing until `resume` is called, and sends a text. */
export function sendUnread(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.removeListener('error', reject).on('error', () => {})
      socket.pause()
      socket.write(text, () => resolve(socket))
    }).once('error', reject)
  })
}

/** Resolves when the server has ended the connection, although the client reads nothing. */
export async function untilReset(socket: Socket): Promise<void> {
  // A client that does not read notices the end by the failure of its writes.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const poke = setInterval(() => socket.write('\r\n'), 20)
  await closed
  clearInterval(poke)
}
