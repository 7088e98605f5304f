import { setTimeout as delay, setInterval } from 'node:timers/promises'
import { getIntrospectionQuery } from 'graphql'
import { Pool } from 'undici'
import { createToken } from '../../../src/domain/keys/token.ts'
import { postText, sendUnread } from '../raw-http.ts'
import { type Attack, onConnections, post, upgradeText } from './attack.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
/** Time for which answers stay unread before their connection is opened anew. */
const UNREAD_MS = 500

/** Form bodies of 4 MB, which parsers read in quadratic time. */
export const formBodies: Attack = ({ url }, count) => {
  const form = 'a&'.repeat(2_000_000)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return onConnections(4, async () => count(await post(url, form, headers)))
}

/** Bodies of nested lists and of many names: as large as a key may send, and as large as a stranger may. */
export const deepAndWideBodies: Attack = ({ url }, count) => {
  const nested = (levels: number) => `{"query":"{ __typename }","variables":${'['.repeat(levels)}`
  const wide = (names: number) =>
    `{"query":"{ __typename }","variables":{${Array.from({ length: names }, (_, n) => `"a${n}":0`).join(',')}}}`
  const bodies = [nested(8_000_000), wide(1_200_000), nested(200_000), wide(20_000)]
  let next = 0
  return onConnections(4, async () => count(await post(url, bodies[next++ % bodies.length]!, JSON_TYPE)))
}

/** Introspection with aliases, and the standard query pipelined, on connections that read nothing. */
export const unreadIntrospection: Attack = ({ url }, count) => {
  const aliases = Array.from({ length: 60 }, (_, n) => `a${n}: description`).join(' ')
  const fields = `fields { name ${aliases} args { ${aliases} } }`
  const texts = [
    postText({ query: `{ __schema { types { ${aliases} ${fields} } } }` }),
    postText({ query: getIntrospectionQuery() }).repeat(16),
  ]
  return onConnections(8, async (connection) => {
    const socket = await sendUnread(url, texts[connection % 2]!)
    count('unread')
    await delay(UNREAD_MS)
    socket.destroy()
  })
}

/** GraphiQL pages, pipelined within the bound and past it, on connections that read nothing. */
export const unreadGraphiQL: Attack = ({ url }, count) => {
  const page = 'GET /graphiql HTTP/1.1\r\nhost: x\r\naccept: text/html\r\naccept-encoding: gzip\r\n\r\n'
  return onConnections(8, async (connection) => {
    const socket = await sendUnread(url, page.repeat(connection % 2 === 0 ? 16 : 150))
    count('unread')
    await delay(UNREAD_MS)
    socket.destroy()
  })
}

/** Opens connections at a rate, sends a text on each, and never closes them. */
async function leaveOpen(url: string, perSecond: number, text: string, count: () => void): Promise<void> {
  const TICKS = 100
  for await (const _ of setInterval(1_000 / TICKS))
    for (let n = 0; n < perSecond / TICKS; n++) sendUnread(url, text).then(count, () => {})
}

/** 300 handshakes a second without `connection_init`. */
export const handshakes: Attack = ({ url }, count) => {
  const fields = `sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n`
  return leaveOpen(url, 300, upgradeText('/graphql', fields), () => count('opened'))
}

/** 300 refused upgrades a second, left open. */
export const refusedUpgrades: Attack = ({ url }, count) =>
  leaveOpen(url, 300, upgradeText('/elsewhere'), () => count('opened'))

/** 500 connections a second that send no request, or half of one. */
export const silentConnections: Attack = ({ url }, count) =>
  Promise.all([
    leaveOpen(url, 200, '', () => count('silent')),
    leaveOpen(url, 300, 'POST /graphql HTTP/1.1\r\nhost: x\r\n', () => count('half')),
  ])

/** As many unknown keys as the process answers, each a well-formed one. */
export const unknownKeys: Attack = ({ url }, count) => {
  const pool = new Pool(url, { connections: 32 })
  return onConnections(32, async () => {
    const headers = { 'x-api-key': createToken('sb', 'LIVE') }
    const { statusCode, body } = await pool.request({
      path: '/graphql?query={viewer{__typename}}',
      method: 'GET',
      headers,
    })
    await body.dump()
    count(String(statusCode))
  })
}
