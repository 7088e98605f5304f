// Many subscribers in a process of their own, which count messages without reading them.
import WebSocket from 'ws'

export interface Subscribers {
  url: string
  /** Keys with the number of their connections; undefined connects to the yardstick, which has no protocol. */
  keys?: readonly {
    key: string
    /** Cursor from which on each of them gets every change, so that none is missed before the subscription begins. */
    after: string
    count: number
  }[]
  count: number
}

/** Connections that are being opened at once; a server bounds those of one address that it does not know yet. */
const AT_ONCE = 50
const QUERY = `subscription ($after: String) { deliveryUpdates(after: $after) { cursor gap delivery {
  id status attemptCount version explanation createdAt updatedAt nextAttemptAt event { id type } endpoint { id url } } } }`
const NEXT = Buffer.from('"type":"next"')

const options = JSON.parse(process.argv[2]!) as Subscribers
let received = 0
let expected = 0
/** Text of one message, for the yardstick. */
let sample = ''
const credentials = options.keys?.flatMap((each) => Array.from({ length: each.count }, () => each))

function count(data: Buffer): void {
  if (credentials !== undefined && !data.subarray(0, 80).includes(NEXT)) {
    if (data.includes('"ping"')) return
    process.stderr.write(`A subscriber got ${data}\n`)
    process.exit(1)
  }
  sample ||= String(data)
  received++
  if (received === expected) process.send!({ received, sample })
}

function open(n: number): Promise<void> {
  const socket = new WebSocket(options.url, credentials === undefined ? [] : 'graphql-transport-ws')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const say = (message: object) => socket.send(JSON.stringify(message))
  socket.on('error', reject)
  socket.on('close', (code, reason) => {
    process.stderr.write(`A subscriber ${n} received ${received} of ${expected}; closed with ${code}: ${reason}\n`)
    process.exit(1)
  })
  socket.on('open', () => {
    if (credentials === undefined) resolve()
    else say({ type: 'connection_init', payload: { authorization: `Bearer ${credentials[n]!.key}` } })
  })
  socket.on('message', (data: Buffer) => {
    if (credentials !== undefined && data.subarray(0, 40).includes('connection_ack')) {
      say({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { after: credentials[n]!.after } } })
      resolve()
    } else count(data)
  })
  return promise
}

process.on('message', (next: number) => {
  received = 0
  expected = next
  process.send!('counting')
})
let opened = 0
const openNext = async () => {
  while (opened < options.count) await open(opened++)
}
await Promise.all(Array.from({ length: AT_ONCE }, openNext))
process.send!('open')
