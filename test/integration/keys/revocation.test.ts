import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import { watchSocket } from '../../support/watch.ts'

// A change of a key on one node takes effect on the other within AT_MOST_MS, and the delay is printed.
// Without the message from Redis the other node would accept the key for ten seconds, so these tests would fail.
const TIMES = 20
const AT_MOST_MS = 5_000
let nodes: Nodes
let first: App
let second: App
beforeAll(async () => {
  nodes = await startNodes()
  ;({ first, second } = nodes)
})
afterAll(() => nodes.stop())

const EVENTS = '{ events { nodes { id } } }'
const change = (text: string) => `mutation ($id: ID!) { ${text} { __typename } }`

describe('API key revocation', () => {
  test.each([
    ['revoked', change('apiKeyRevoke(id: $id)')],
    ['disabled', change('apiKeyDisable(id: $id)')],
    ['narrowed', change('apiKeyUpdate(id: $id, input: { permissions: [{ resource: "audit", actions: [READ] }] })')],
    ['rotated without an overlap', change('apiKeyRotate(id: $id, input: { mode: SAME_ID, overlapSeconds: 0 })')],
  ])('a key that is %s is rejected on the other node, and its subscription there ends', async (name, mutation) => {
    const owner = await first.tenant()
    const refused: number[] = []
    const ended: number[] = []
    for (let n = 0; n < TIMES; n++) {
      const { secret, apiKey } = await owner.createKey({ events: ['read'], audit: ['read'] })
      const there = second.api.as(secret)
      expect((await there.request(EVENTS)).errors).toBeUndefined()
      const watch = watchSocket(second.url, secret, 'subscription { liveStatus { degraded } }')
      await watch.until((messages) => messages.length > 0)
      const answer = await owner.request(mutation, { id: apiKey.id })
      expect(answer.errors).toBeUndefined()
      const done = performance.now()
      const end = watch.untilEnded().then(() => ended.push(performance.now() - done))
      while ((await there.request(EVENTS)).errors === undefined)
        if (performance.now() - done > AT_MOST_MS) throw new Error('It is still let in.')
      refused.push(performance.now() - done)
      await end
    }
    const worst = (times: number[]) => Math.max(...times).toFixed(1)
    console.log(`${name}: refused elsewhere within ${worst(refused)} ms, subscriptions ended within ${worst(ended)} ms`)
  })
})
