import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

const SECRETS = 'secrets { id createdAt expiresAt isSigning publicKey } publicKeys'
let app: App
let tenant: Client & { organizationId: string }
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  tenant = await app.tenant()
  await tenant.createType('a.b')
  // Ids sort by time.
  app.clock.advance(1)
})

interface Secret {
  id: string
  createdAt: string
  expiresAt: string | null
  isSigning: boolean
  publicKey: string | null
}
const read = async (id: string, client: Client = tenant): Promise<{ secrets: Secret[]; publicKeys: string[] }> =>
  (await client.request(`query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { ${SECRETS} } } }`, { id })).data
    .node

async function rotate(id: string, overlapSeconds: number): Promise<void> {
  app.clock.advance(1)
  await tenant.ask(
    `mutation ($id: ID!, $overlapSeconds: Int) { webhookEndpointRotateSecret(id: $id, overlapSeconds: $overlapSeconds) {
      ... on Error { code message } } }`,
    { id, overlapSeconds },
  )
}
const after = (seconds: number) => new Date(app.clock.now().getTime() + seconds * 1_000).toISOString()

describe('secrets of an endpoint', () => {
  test('the secrets show each step of a rotation: the overlap, its end, and the next rotation', async () => {
    const { id } = (await tenant.createEndpoint('http://127.0.0.1:9/')).webhookEndpoint
    const [first] = (await read(id)).secrets
    expect(first).toEqual({
      ...{ id: expect.stringMatching(/^sec_/), createdAt: after(0), expiresAt: null, isSigning: true, publicKey: null },
    })
    await rotate(id, 60)
    const [second, ...earlier] = (await read(id)).secrets
    expect(second).toMatchObject({ createdAt: after(0), expiresAt: null, isSigning: true })
    expect(earlier).toEqual([{ ...first, expiresAt: after(60) }])
    app.clock.advance(60)
    expect((await read(id)).secrets).toEqual([second, { ...first, expiresAt: after(0), isSigning: false }])
    await rotate(id, 60)
    expect((await read(id)).secrets).toMatchObject([{ expiresAt: null }, { id: second!.id, expiresAt: after(60) }])
  })

  test('an endpoint has at most three secrets, of which a rotation without an overlap keeps the new one', async () => {
    const { id } = (await tenant.createEndpoint('http://127.0.0.1:9/')).webhookEndpoint
    for (let times = 0; times < 4; times++) await rotate(id, 3_600)
    const { secrets } = await read(id)
    expect(secrets.map(({ isSigning }) => isSigning)).toEqual([true, true, true])
    expect(secrets.map(({ id }) => id)).toEqual(
      secrets
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    )
    await rotate(id, 0)
    expect((await read(id)).secrets).toMatchObject([{ createdAt: after(0), expiresAt: null }])
  })

  test('the secrets that sign are those by whose public keys the signatures of a request verify', async () => {
    const receiver = await startReceiver()
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { signatureScheme: 'STANDARD_ED25519' })
    const { id } = webhookEndpoint
    await rotate(id, 60)
    const signaturesOf = async () => {
      await tenant.publish('a.b')
      await app.deliver()
      return String(receiver.requests.at(-1)!.headers['webhook-signature']).split(' ').length
    }
    const during = await read(id)
    expect(during.publicKeys).toEqual(during.secrets.map(({ publicKey }) => publicKey))
    expect(await signaturesOf()).toBe(2)
    app.clock.advance(60)
    const later = await read(id)
    expect(later.secrets).toHaveLength(2)
    expect(later.publicKeys).toEqual([later.secrets[0]!.publicKey])
    expect(await signaturesOf()).toBe(1)
    await receiver.stop()
  })

  test('the secrets of another organization and of a deleted endpoint are absent', async () => {
    const { id } = (await tenant.createEndpoint('http://127.0.0.1:9/')).webhookEndpoint
    const other = await app.tenant()
    expect(await read(id, other)).toBeNull()
    expect(await app.services.endpointSecrets.list(other as never, id)).toEqual([])
    expect(await app.services.endpointSecrets.list(tenant as never, id)).toHaveLength(1)
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { ... on Error { code message } } }', { id })
    expect(await read(id)).toEqual({ secrets: [], publicKeys: [] })
  })
})
