import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPartner } from '../../../examples/partner/client.ts'
import { partnerEndpointCreate, partnerEvents } from '../../../examples/partner/operations.ts'
import { watch } from '../../../examples/partner/partner.ts'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

// The example partner uses a key that is restricted to persisted operations.
let app: App
let receiver: Receiver
let owner: Client & { organizationId: string }
let key: string
beforeAll(async () => {
  app = await startApp({ allowances: DEFAULT_LIMITS })
  receiver = await startReceiver()
  owner = await app.tenant()
  const permissions = { webhooks: ['read', 'write'], events: ['read'], deliveries: ['read', 'write'] } as const
  key = (await owner.createKey(permissions, { persistedOnly: true })).secret
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

describe('example partner', () => {
  test('the partner registers an endpoint, reads its events and retries dead deliveries', async () => {
    const partner = createPartner({ url: app.url, key })
    const { webhookEndpointCreate } = await partner.ask(partnerEndpointCreate, { url: receiver.url, eventTypes: ['*'] })
    expect(webhookEndpointCreate).toMatchObject({
      __typename: 'WebhookEndpointCreatePayload',
      secret: expect.stringMatching(/^whsec_/),
    })
    await owner.createType('invoice.paid')
    const id = await owner.publish('invoice.paid', { amount: 1200 })
    expect((await partner.ask(partnerEvents, { first: 10 })).events.nodes).toMatchObject([
      { id, type: 'invoice.paid', data: { amount: 1200 } },
    ])

    receiver.respond((_request, response) => response.writeHead(500).end())
    for (let attempt = 0; attempt < 3; attempt++) {
      await app.deliver()
      app.clock.advance(1_000)
    }
    const [dead] = await owner.deliveries()
    expect(dead?.status).toBe('DEAD')
    const child = spawn('npm', ['run', '--silent', 'partner'], {
      env: { ...process.env, SIGNALBOX_URL: app.url, SIGNALBOX_KEY: key },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    expect(await text(child.stdout)).toBe(`Sent again: ${dead?.id}.\n`)

    const lines: string[] = []
    const watching = watch(partner, (line) => {
      lines.push(line)
      if (line.endsWith('SUCCEEDED')) throw new Error('seen')
    })
    while (app.services.subscriptions.count() === 0) await new Promise(setImmediate)
    receiver.respond((_request, response) => response.writeHead(204).end())
    await app.deliver()
    await expect(watching).rejects.toThrow('seen')
    expect(lines).toEqual([`invoice.paid ${dead?.id}: SENDING`, `invoice.paid ${dead?.id}: SUCCEEDED`])
  })

  test('the partner receives an error when sending an unregistered operation', async () => {
    const partner = createPartner({ url: app.url, key })
    await expect(partner.ask({ documentId: `sha256:${'0'.repeat(64)}` }, {})).rejects.toThrow(
      'This key may send only registered operations. Send the documentId of one.',
    )
  })
})
