import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PREVIEW_BYTES } from '../../../src/domain/endpoints/match-preview.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Client & { organizationId: string }
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  tenant = await app.tenant()
  for (const type of ['order.made', 'user.made']) await tenant.createType(type)
})

const isPaid = { equals: { path: ['data', 'state'], value: 'paid' } }
const preview = (input: Record<string, unknown>, client: Client = tenant) =>
  client.ask(
    `query ($input: WebhookEndpointMatchPreviewInput!) { webhookEndpointMatchPreview(input: $input) {
      ... on WebhookEndpointMatchPreviewPayload { examined matching eventIds }
      ... on ValidationError { issues { path message } } ... on NotFoundError { code message } } }`,
    { input },
  )

describe('match preview', () => {
  test('a preview of a filter gives the newest events that match, and creates no delivery', async () => {
    const open = await tenant.publish('order.made', { state: 'open' })
    const paid = await tenant.publish('order.made', { state: 'paid' }, { channels: ['eu'] })
    const user = await tenant.publish('user.made', { state: 'paid' })
    expect(await preview({})).toEqual({ examined: 3, matching: 3, eventIds: [user, paid, open] })
    expect(await preview({ eventTypes: ['order.*'] })).toMatchObject({ eventIds: [paid, open] })
    expect(await preview({ channels: ['eu'] })).toMatchObject({ examined: 3, eventIds: [paid] })
    expect(await preview({ predicate: isPaid })).toEqual({ examined: 3, matching: 2, eventIds: [user, paid] })
    expect(await preview({ eventTypes: ['order.*'], predicate: { not: isPaid } })).toMatchObject({ eventIds: [open] })
    expect(await preview({ predicate: isPaid, events: 1 })).toEqual({ examined: 1, matching: 1, eventIds: [user] })
    expect(await tenant.deliveries()).toEqual([])
  })

  test('a preview of an endpoint uses its filter, and excludes another one', async () => {
    const paid = await tenant.publish('order.made', { state: 'paid' })
    await tenant.publish('order.made')
    const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/', { predicate: isPaid })
    const endpointId = webhookEndpoint.id
    expect(await preview({ endpointId })).toEqual({ examined: 2, matching: 1, eventIds: [paid] })
    expect(await preview({ endpointId, channels: ['eu'] })).toEqual({
      issues: [
        {
          path: 'input.endpointId',
          message: 'excludes `eventTypes`, `channels` and `predicate`: give the id or a filter',
        },
      ],
    })
  })

  test('a preview examines at most 500 events, and fewer when their bodies exceed its bytes', async () => {
    expect((await preview({ events: 501 })).issues).toEqual([{ path: 'input.events', message: 'must be at most 500' }])
    const filler = 'x'.repeat(250 * 1024)
    const fitting = Math.floor(PREVIEW_BYTES / (250 * 1024 + 300))
    for (let n = 0; n < fitting + 2; n++) await tenant.publish('order.made', { state: 'paid', filler })
    expect(await preview({ predicate: isPaid })).toMatchObject({ examined: fitting, matching: fitting })
    expect(await preview({})).toMatchObject({ examined: fitting + 2, matching: fitting + 2 })
  })

  test('a preview sees no event of another organization, and no endpoint that the key may not read', async () => {
    await tenant.publish('order.made')
    const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/')
    const other = await app.tenant()
    expect(await preview({}, other)).toEqual({ examined: 0, matching: 0, eventIds: [] })
    const endpointId = webhookEndpoint.id
    await expect(preview({ endpointId }, other)).rejects.toThrow('NOT_FOUND')
    const reader = await app.tenant({ events: ['read'] }, tenant.organizationId)
    await expect(preview({ endpointId }, reader)).rejects.toThrow('NOT_FOUND')
    expect(await preview({}, reader)).toMatchObject({ examined: 1 })
  })
})
