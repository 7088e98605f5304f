import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Permissions } from '../../../src/domain/people/permissions.ts'
import { type App, startApp, TENANT } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

/** An owner of a new organization, and a key of it with a single permission. */
async function withOnly(permissions: Permissions) {
  const owner = await app.tenant(TENANT)
  await owner.createType('order.made')
  const only = app.api.as((await owner.createKey(permissions)).secret)
  return { owner, only }
}

const count = async (table: string) =>
  (await app.database.pool.query(`SELECT count(*)::int FROM ${table}`)).rows[0].count

describe('mutation', () => {
  test('a key with webhooks: write alone gets the secret and the whole endpoint that it created', async () => {
    const { only } = await withOnly({ webhooks: ['write'] })
    const created = await only.ask(
      `mutation ($url: URL!) { webhookEndpointCreate(input: { url: $url, eventTypes: ["*"] }) {
        ... on WebhookEndpointCreatePayload { secret webhookEndpoint { id health { status lastFailure } publicKeys } } } }`,
      { url: receiver.url },
    )
    expect(created).toMatchObject({
      secret: expect.stringMatching(/^whsec_/),
      webhookEndpoint: { health: { status: 'HEALTHY' } },
    })
    const again = await only.ask('query ($id: ID!) { node(id: $id) { id } }', { id: created.webhookEndpoint.id })
    expect(again).toBeNull()
  })

  test('a key with keys: write alone gets the secret and the secrets of the key that it created', async () => {
    const { only } = await withOnly({ keys: ['write'] })
    const created =
      await only.ask(`mutation { apiKeyCreate(input: { name: "x", permissions: [{ resource: "keys", actions: [WRITE] }] }) {
      ... on ApiKeyCreatePayload { secret apiKey { name secrets { createdAt expiresAt } } } } }`)
    expect(created).toMatchObject({ secret: expect.stringMatching(/^sb_/), apiKey: { secrets: [{ expiresAt: null }] } })
  })

  test('a key with events: write alone gets the data of the events that it published', async () => {
    const { only } = await withOnly({ events: ['write'] })
    const { events } = await only.ask(`mutation { eventPublishMany(input: { events: [
      { type: "order.made", data: { n: 1 } }, { type: "order.made", data: { n: 2 }, metadata: { m: 1 } } ] }) {
      ... on EventPublishManyPayload { events { data metadata body } } } }`)
    expect(events).toMatchObject([
      { data: { n: 1 }, metadata: null },
      { data: { n: 2 }, metadata: { m: 1 } },
    ])
  })

  test.each([
    ['directly', '... on EventPublishPayload { event { deliveries { nodes { id } } } }'],
    ['in a fragment', '...Deliveries'],
    [
      'behind an included directive',
      '... on EventPublishPayload @include(if: true) { event { deliveries { nodes { id } } } }',
    ],
  ])(
    'a publish is refused before anything is stored when the key may not read the deliveries %s',
    async (_name, selection) => {
      const { only } = await withOnly({ events: ['write'] })
      const before = await count('events')
      const { data, errors } = await only.request(
        `mutation { eventPublish(input: { type: "order.made", data: 1 }) { ${selection} } }
      ${selection.includes('...D') ? 'fragment Deliveries on EventPublishPayload { event { deliveries { nodes { id } } } }' : ''}`,
      )
      expect(data).toBeNull()
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining('Event.deliveries'),
          path: ['eventPublish', 'event', 'deliveries'],
          extensions: { code: 'FORBIDDEN' },
        },
      ])
      expect(await count('events')).toBe(before)
    },
  )

  test('a publish is answered when the fields that the key may not read are skipped', async () => {
    const { only } = await withOnly({ events: ['write'] })
    const { event } = await only.ask(
      `mutation ($all: Boolean!) { eventPublish(input: { type: "order.made", data: 1 }) {
        ... on EventPublishPayload { event { data deliveries @include(if: $all) { nodes { id } } } } } }`,
      { all: false },
    )
    expect(event).toEqual({ data: 1 })
  })

  test('a publish is refused before anything is stored when its answer would be too large to be given', async () => {
    const { owner } = await withOnly({ events: ['write'] })
    const events = Array.from({ length: 15 }, () => ({ type: 'order.made', data: 'x'.repeat(250_000) }))
    const before = await count('events')
    const publish = (fields: string) =>
      owner.request(
        `mutation ($input: EventPublishManyInput!) { eventPublishMany(input: $input) {
          ... on EventPublishManyPayload { events { ${fields} } } } }`,
        { input: { events } },
      )
    const { errors } = await publish('a: data b: data c: data d: body e: metadata')
    expect(errors?.[0]?.extensions.code).toBe('ANSWER_TOO_LARGE')
    expect(await count('events')).toBe(before)
    expect((await publish('data body')).data.eventPublishMany.events).toHaveLength(15)
  })

  test('a retry is refused before it is made when the key may not read the event', async () => {
    const { owner, only } = await withOnly({ deliveries: ['write'] })
    await owner.createEndpoint(receiver.url)
    await owner.publish('order.made')
    await app.deliver()
    const [before] = await owner.deliveries()
    const retry = (fields: string) =>
      only.request(
        `mutation ($id: ID!) { deliveryRetry(id: $id) { ... on DeliveryRetryPayload { delivery { ${fields} } } ... on Error { code } } }`,
        { id: before!.id },
      )
    for (const fields of ['event { id }', 'endpoint { url }', 'attempts { nodes { id } }'])
      expect((await retry(`id ${fields}`)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    expect(await owner.deliveries()).toEqual([before])
    const { data } = await retry('status version eventId')
    expect(data.deliveryRetry.delivery).toMatchObject({ status: 'RETRYING', version: before!.version + 1 })
  })

  test('the verification of a key of another organization answers with the secrets of the key', async () => {
    const tenant = await app.tenant(TENANT)
    const { code, apiKey } = await app.host.ask(
      `mutation ($key: String!) { apiKeyVerify(input: { key: $key }) {
        ... on ApiKeyVerifyPayload { code apiKey { id organizationId secrets { createdAt } } } } }`,
      { key: tenant.key },
    )
    expect([code, apiKey]).toMatchObject([
      'VALID',
      { id: tenant.keyId, organizationId: tenant.organizationId, secrets: [{ createdAt: expect.any(String) }] },
    ])
  })
})

describe('viewer', () => {
  test('a key without keys: read gets the secrets of its own record', async () => {
    const { only } = await withOnly({ usage: ['read'] })
    const { apiKey } = await only.ask('{ viewer { apiKey { name secrets { createdAt } } } }')
    expect(apiKey).toEqual({ name: 'Test', secrets: [{ createdAt: expect.any(String) }] })
    expect((await only.request('{ apiKeys { nodes { id } } }')).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
