import { type GraphQLUnionType, getNamedType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import type { Permissions } from '../../../src/domain/people/permissions.ts'
import { type App, startApp, TENANT } from '../../support/app.ts'
import { DECISIONS, OPEN, PERSON } from '../../support/field-permissions.ts'
import { rootFields } from '../../support/operations.ts'
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

describe('mutation payload', () => {
  /** A verification changes nothing, and its key may belong to another organization. */
  const WITHOUT = ['ApiKeyVerifyPayload']
  /** True for the scope of a change to an account or a session, which belong to no organization. */
  const isOfPeople = (scope: string) => scope === OPEN || (scope.includes(PERSON) && !scope.includes(':'))

  test('every payload of a change has the organization, so that a client reads its counts in the same answer', () => {
    const payloads = rootFields(schema)
      .filter(({ kind, field }) => kind === 'mutation' && !isOfPeople(DECISIONS[`mutation ${field.name}`]!))
      .flatMap(({ field }) => schema.getPossibleTypes(getNamedType(field.type) as GraphQLUnionType))
      .filter(({ name }) => name.endsWith('Payload') && !WITHOUT.includes(name))
    expect(payloads.length).toBeGreaterThan(20)
    for (const type of payloads)
      expect(`${type.name}.organization: ${type.getFields().organization?.type}`).toBe(
        `${type.name}.organization: Organization!`,
      )
  })

  test('the organization of a payload is the one in which a platform key acts', async () => {
    const tenant = await app.tenant()
    const create = `mutation { apiKeyCreate(input: { name: "x", permissions: [] }) {
      ... on ApiKeyCreatePayload { secret apiKey { organizationId } organization { id name version } } } }`
    const { apiKey, organization } = await app.host.in(tenant.organizationId).ask(create)
    expect([apiKey.organizationId, organization]).toEqual([
      tenant.organizationId,
      { id: tenant.organizationId, name: expect.any(String), version: 1 },
    ])
  })

  test.each([
    ['NEW_ID', { expiresAt: expect.any(String), version: 2 }],
    ['SAME_ID', null],
  ])('a rotation with %s answers with the replaced key', async (mode, replaced) => {
    const { owner, only } = await withOnly({ keys: ['write'] })
    const { apiKey } = await owner.createKey({})
    const answer = await only.ask(
      `mutation ($id: ID!) { apiKeyRotate(id: $id, input: { mode: ${mode}, overlapSeconds: 60 }) { ... on ApiKeyRotatePayload {
        secret apiKey { id version } replacedApiKey { id replacedBy expiresAt version secrets { expiresAt } } } } }`,
      { id: apiKey.id },
    )
    if (replaced === null) {
      expect(answer).toMatchObject({ replacedApiKey: null, apiKey: { id: apiKey.id, version: 2 } })
      return
    }
    const kept = { id: apiKey.id, replacedBy: answer.apiKey.id, secrets: [{ expiresAt: null }] }
    expect(answer.replacedApiKey).toEqual({ ...kept, ...replaced })
    expect(answer.apiKey.version).toBe(1)
  })

  test('a deleted endpoint is answered with the time of its deletion', async () => {
    const { owner, only } = await withOnly({ webhooks: ['delete'] })
    const { webhookEndpoint } = await owner.createEndpoint(receiver.url)
    const deleted = await only.ask(
      `mutation ($id: ID!) { webhookEndpointDelete(id: $id) { ... on WebhookEndpointDeletePayload {
        webhookEndpoint { id deletedAt enabled version } organization { id } } } }`,
      { id: webhookEndpoint.id },
    )
    expect(deleted).toEqual({
      webhookEndpoint: { id: webhookEndpoint.id, deletedAt: app.clock.now().toISOString(), enabled: false, version: 2 },
      organization: { id: owner.organizationId },
    })
  })

  test('a test of an endpoint is answered with its event and its delivery, to a key with webhooks: write alone', async () => {
    const { owner, only } = await withOnly({ webhooks: ['write'] })
    const { webhookEndpoint } = await owner.createEndpoint(receiver.url)
    const tested = await only.ask(
      `mutation ($id: ID!) { webhookEndpointTest(id: $id) { ... on WebhookEndpointTestPayload {
        webhookEndpoint { id health { status } } event { id data } delivery { id status trigger eventId endpointId } } } }`,
      { id: webhookEndpoint.id },
    )
    expect(tested).toMatchObject({
      webhookEndpoint: { id: webhookEndpoint.id, health: { status: 'HEALTHY' } },
      event: { data: { endpointId: webhookEndpoint.id } },
      delivery: { status: 'PENDING', trigger: 'TEST', eventId: tested.event.id, endpointId: webhookEndpoint.id },
    })
  })

  test('a retried delivery is answered with its endpoint and its event', async () => {
    const owner = await app.tenant()
    await owner.createType('order.made')
    const { webhookEndpoint } = await owner.createEndpoint(receiver.url)
    const eventId = await owner.publish('order.made')
    await app.deliver()
    const [delivery] = await owner.deliveries()
    const retried = await owner.ask(
      `mutation ($id: ID!) { deliveryRetry(id: $id) { ... on DeliveryRetryPayload {
        delivery { status version endpoint { id health { status } } event { id } } organization { id } } } }`,
      { id: delivery!.id },
    )
    expect(retried).toEqual({
      delivery: {
        ...{ status: 'RETRYING', version: delivery!.version + 1, event: { id: eventId } },
        endpoint: { id: webhookEndpoint.id, health: { status: 'HEALTHY' } },
      },
      organization: { id: owner.organizationId },
    })
  })
})
