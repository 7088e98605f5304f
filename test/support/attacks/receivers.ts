import { type AddressInfo, createServer } from 'node:net'
import { createApi } from '../api.ts'
import type { Attack } from './attack.ts'

/** Beginning of each response, and the part that follows without end. Without both, the receiver never responds. */
const RESPONSES: Record<string, [head: string, part: string] | undefined> = {
  'interim responses': ['', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
  'chunk extension': ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a=', 'x'],
  silence: undefined,
}
const EVENTS = 200

/** Starts a receiver that answers every request in the same way. @returns its URL */
async function startHostile(name: string, count: (result: string) => void): Promise<string> {
  const response = RESPONSES[name]
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      count(name)
      if (response === undefined) return
      const [head, part] = response
      const bytes = Buffer.from(part.repeat(Math.ceil(65_536 / part.length)))
      const more = () => {
        while (!socket.destroyed && socket.write(bytes));
      }
      socket.write(head)
      socket.on('drain', more)
      more()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Receivers that respond without end or never, each with as many requests at once as an endpoint may have. */
export const hostileReceivers: Attack = async ({ url, setUpKey }, count) => {
  const api = createApi(url).as(setUpKey)
  const type = `attack.flood${process.pid}`
  await api.createType(type)
  for (const name of Object.keys(RESPONSES))
    await api.createEndpoint(await startHostile(name, count), {
      eventTypes: [type],
      timeoutSeconds: 5,
      maxConcurrency: 1_000,
      disableAfterFailures: null,
    })
  await api.publishMany(Array.from({ length: EVENTS }, (_, n) => ({ type, data: n })))
  // The receivers keep the process of the attacker alive.
}
