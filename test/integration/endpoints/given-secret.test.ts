import { randomBytes } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyWebhook } from '../../../docs/examples/verify.ts'
import { type App, startApp } from '../../support/app.ts'
import { type ReceivedRequest, type Receiver, startReceiver } from '../../support/receiver.ts'
import { noteSecret } from '../../support/secret-leak-check.ts'

// The clock of the verifiers is the real one.
const clock = { now: () => new Date(), forQueue: () => new Date() }
let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp({ clock })
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.stop()
  await app.stop()
})

function makeSecret(bytes: number): string {
  const secret = `whsec_${randomBytes(bytes).toString('base64')}`
  noteSecret(secret)
  return secret
}

/** Publishes an event to a new endpoint with the secret. @returns the received request */
async function receive(secret: string, more = {}): Promise<ReceivedRequest> {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const made = await tenant.createEndpoint(receiver.url, { secret, ...more })
  expect(made.secret).toBeNull()
  await tenant.publish('a.b', { n: 1 })
  await app.deliver()
  return receiver.requests.at(-1)!
}

describe('given signing secret', () => {
  test.each([24, 32, 64])('receivers go on verifying with their secret of %i bytes', async (bytes) => {
    const secret = makeSecret(bytes)
    const { body, headers } = await receive(secret)
    const given = headers as Record<string, string>
    expect(new StandardWebhook(secret).verify(body.toString(), given)).toMatchObject({ data: { n: 1 } })
    new SvixWebhook(secret).verify(body.toString(), given)
    expect(() => new StandardWebhook(makeSecret(bytes)).verify(body.toString(), given)).toThrow()
  })

  test.each(['BODY_HEX', 'TIMESTAMPED_HEX'] as const)(
    'the scheme %s signs with its whole text',
    async (signatureScheme) => {
      const secret = makeSecret(32)
      const { body, headers } = await receive(secret, { signatureScheme })
      verifyWebhook(signatureScheme, body, headers as Record<string, string>, secret, Date.now() / 1000)
    },
  )

  test('it signs beside a new secret during the overlap of a rotation', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    const secret = makeSecret(32)
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { secret })
    const rotated = await tenant.ask(
      `mutation ($id: ID!) { webhookEndpointRotateSecret(id: $id, overlapSeconds: 60) {
        ... on WebhookEndpointRotateSecretPayload { secret } } }`,
      webhookEndpoint,
    )
    await tenant.publish('a.b')
    await app.deliver()
    const { body, headers } = receiver.requests.at(-1)!
    for (const valid of [secret, rotated.secret])
      new StandardWebhook(valid).verify(body.toString(), headers as Record<string, string>)
  })

  const base64 = (bytes: number) => Buffer.alloc(bytes, 251).toString('base64')
  test.each([
    ['has no prefix', base64(32), 'must be "whsec_" followed by base64 with its padding'],
    ['has another prefix', `whsk_${base64(32)}`, 'must be "whsec_" followed by base64 with its padding'],
    ['is no base64', `whsec_${'*'.repeat(44)}`, 'must be "whsec_" followed by base64 with its padding'],
    ['is base64 for URLs', `whsec_${Buffer.alloc(32, 251).toString('base64url')}`, 'must be "whsec_" followed by'],
    ['lacks its padding', `whsec_${base64(32).replace('=', '')}`, 'must be "whsec_" followed by base64 with'],
    ['ends with a line break', `whsec_${base64(33)}\n`, 'must be "whsec_" followed by base64 with its padding'],
    ['is empty', '', 'must be "whsec_" followed by base64 with its padding'],
    ['is too short', `whsec_${base64(23)}`, 'must have 24 to 64 bytes after "whsec_"; it has 23'],
    ['is too long', `whsec_${base64(65)}`, 'must have 24 to 64 bytes after "whsec_"; it has 65'],
  ])('a secret is rejected without being repeated when it %s', async (_what, secret, message) => {
    const tenant = await app.tenant()
    const refusal = await tenant.createEndpoint(receiver.url, { secret }).catch((error: Error) => error.message)
    expect(refusal).toContain(`VALIDATION_FAILED: input.secret: ${message}`)
    if (secret.length > 10) expect(refusal).not.toContain(secret.slice(6, 20))
  })

  test('STANDARD_ED25519 takes no secret', async () => {
    const tenant = await app.tenant()
    await expect(
      tenant.createEndpoint(receiver.url, { secret: makeSecret(32), signatureScheme: 'STANDARD_ED25519' }),
    ).rejects.toThrow('input.secret: must be absent for STANDARD_ED25519')
  })

  test('it is in no type, audit entry or row in plain text', async () => {
    const secret = makeSecret(32)
    const tenant = await app.tenant()
    await tenant.createEndpoint(receiver.url, { secret })
    const answer = await tenant.request('{ auditEntries { nodes { details } } webhookEndpoints { nodes { id url } } }')
    expect(JSON.stringify(answer)).not.toContain(secret.slice(6))
    const { rows } = await app.database.pool.query('SELECT ciphertext FROM endpoint_secrets')
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6))
  })
})
