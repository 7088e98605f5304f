import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PIPELINED_REQUESTS } from '../../src/server/answer-order.ts'
import { type App, startApp } from '../support/app.ts'
import { postText, sendUnread } from '../support/raw-http.ts'

// A connection that sends many requests at once and reads no answer.
const LARGE = {
  query: `{ __schema { types { ${Array.from({ length: 60 }, (_, n) => `a${n}: description`).join(' ')} } } }`,
}
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('pipelined requests', () => {
  test('the answers come in the order of the requests, one after the other', async () => {
    const texts = Array.from({ length: 10 }, (_, n) =>
      postText({ query: `{ a${n}: __typename }` }, n === 9 ? { connection: 'close' } : {}),
    )
    const socket = await sendUnread(app.url, texts.join(''))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.resume()
    await once(socket, 'end')
    expect([...answer.matchAll(/"a(\d)"/g)].map(([, n]) => Number(n))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('a connection with too many waiting requests ends before they are answered, and others are served', async () => {
    const socket = await sendUnread(app.url, postText(LARGE).repeat(40))
    let answers = ''
    socket.on('data', (chunk) => {
      answers += chunk
    })
    socket.resume()
    await once(socket, 'close')
    expect(answers.split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(PIPELINED_REQUESTS)
    expect((await app.host.request('{ __typename }')).errors).toBeUndefined()
  })
})
