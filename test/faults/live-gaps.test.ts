import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../support/app.ts'
import { type Nodes, startNodes } from '../support/nodes.ts'
import { startReceiver } from '../support/receiver.ts'
import { subscribed, watchSocket } from '../support/watch.ts'

// Changes of another node that were made while Redis was away are not sent. Subscribers learn of the gap and read again.
let nodes: Nodes
let first: App
let second: App
const receiver = await startReceiver()
beforeAll(async () => {
  nodes = await startNodes()
  ;({ first, second } = nodes)
})
afterAll(async () => {
  await nodes.stop()
  await receiver.stop()
})

const KEYS = 'apiKeyUpdates { gap apiKey { id version } }'
const ENDPOINTS = 'webhookEndpointUpdates { gap webhookEndpoint { id version } }'
const AUDIT = 'auditEntryUpdates { gap entries { action resource } }'
const STATS = 'deliveryStatsUpdates { total }'

async function statusOf(app: App, wanted: string): Promise<void> {
  while (app.bus.status() !== wanted) await new Promise(setImmediate)
}

describe('break of live messages', () => {
  test('subscribers on another node learn of the gap and receive later changes, or receive the current state', async () => {
    const owner = await first.tenant()
    await owner.createType('a.b')
    const { apiKey } = await owner.createKey({ events: ['read'] })
    const { webhookEndpoint } = await owner.createEndpoint(receiver.url)
    const watches = [KEYS, ENDPOINTS, AUDIT, STATS].map((field) =>
      watchSocket(second.url, owner.key, `subscription { ${field} }`),
    )
    const [keys, endpoints, audit, stats] = watches.map((watch) => ({
      ...{ until: watch.until, messages: () => watch.messages.map((message) => Object.values(message)[0]) },
    })) as [Watched, Watched, Watched, Watched]
    await subscribed(second, watches.length)
    await stats.until((messages) => messages.length === 1)

    await nodes.redis.kill()
    await Promise.all([first, second].map((app) => statusOf(app, 'degraded')))
    const disableKey = 'mutation ($id: ID!) { apiKeyDisable(id: $id) { __typename } }'
    const disableEndpoint = 'mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }'
    await owner.ask(disableKey, { id: apiKey.id })
    await owner.publish('a.b')
    await owner.ask(disableEndpoint, { id: webhookEndpoint.id })
    await nodes.redis.restart()
    for (const { until } of [keys, endpoints, audit]) await until((messages) => messages.length === 1)
    expect([keys, endpoints, audit].map(({ messages }) => messages())).toEqual([
      [{ gap: true, apiKey: null }],
      [{ gap: true, webhookEndpoint: null }],
      [{ gap: true, entries: [] }],
    ])
    await stats.until((messages) => messages.length === 2)
    expect(stats.messages()).toEqual([{ total: 0 }, { total: 1 }])

    await Promise.all([first, second].map((app) => statusOf(app, 'ok')))
    await owner.ask(disableKey.replace('Disable', 'Revoke'), { id: apiKey.id })
    await owner.ask(disableEndpoint.replace('Disable', 'Delete'), { id: webhookEndpoint.id })
    await keys.until(() => keys.messages().some((message) => message.apiKey?.version === 3))
    await endpoints.until(() => endpoints.messages().some((message) => message.webhookEndpoint?.version === 3))
    const heard = () =>
      audit.messages().flatMap(({ entries }) => entries.map(({ action }: { action: string }) => action))
    await audit.until(() => heard().length === 2)
    expect(heard()).toEqual(['API_KEY_REVOKE', 'WEBHOOK_ENDPOINT_DELETE'])
    for (const watch of watches) watch.stop()
  })
})

interface Watched {
  until: ReturnType<typeof watchSocket>['until']
  // biome-ignore lint/suspicious/noExplicitAny: the test knows the shape of each selection
  messages: () => any[]
}
