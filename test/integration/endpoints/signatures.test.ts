import { execFileSync } from 'node:child_process'
import { verify as verifyBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Refused, verifyWebhook } from '../../../docs/examples/verify.ts'
import { createSign } from '../../../src/domain/endpoints/sign.ts'
import { createSigningSecret, ed25519PublicKey } from '../../../src/domain/endpoints/signing-secrets.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

// Other libraries verify the signatures made here, and the documented verifiers check signatures made elsewhere.
interface Vector {
  name: string
  scheme: 'STANDARD' | 'STANDARD_ED25519' | 'BODY_HEX' | 'TIMESTAMPED_HEX'
  secrets: string[]
  verifyWith: string
  eventId: string
  timestamp: number
  now: number
  body: string
  headers: Record<string, string>
  expect: 'valid' | 'malformed' | 'stale' | 'future' | 'signature'
}
const vectors: Vector[] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../support/vectors/vectors.json'), 'utf8'),
)
const named = vectors.map((vector) => [`${vector.scheme}: ${vector.name}`, vector] as const)

describe('signature vectors from Python and openssl', () => {
  test.each(named.filter(([, { expect }]) => expect === 'valid'))(
    'signed headers equal the vector: %s',
    (_name, vector) => {
      const { scheme, secrets, eventId, timestamp, body, headers } = vector
      expect(createSign(scheme, secrets)({ eventId, timestamp, body: Buffer.from(body) })).toEqual(headers)
    },
  )

  test.each(named)('the documented TypeScript verifier gives the expected result: %s', (_name, vector) => {
    const { scheme, body, headers, verifyWith, now } = vector
    const verify = () => verifyWebhook(scheme, Buffer.from(body), headers, verifyWith, now)
    if (vector.expect === 'valid') return verify()
    expect(verify).toThrow(expect.objectContaining({ reason: vector.expect }))
    expect(verify).toThrow(Refused)
  })

  test('the documented Python verifier gives the expected result for every vector', () => {
    const program = `
import json, sys
sys.path.insert(0, "docs/examples")
from verify import verify_webhook, Refused
for v in json.load(open("test/support/vectors/vectors.json")):
    if v["scheme"] == "STANDARD_ED25519": continue
    try:
        verify_webhook(v["scheme"], v["body"].encode(), v["headers"], v["verifyWith"], v["now"])
        said = "valid"
    except Refused as refused:
        said = refused.reason
    if said != v["expect"]: print(v["scheme"], v["name"], said)
print("checked")`
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
    const said = execFileSync('python3', ['-c', program], {
      cwd: path.join(import.meta.dirname, '../../..'),
      encoding: 'utf8',
      env,
    })
    expect(said).toBe('checked\n')
  })

  test('the vectors of each scheme cover every reason for rejection', () => {
    const reasons = (scheme: string) =>
      new Set(vectors.filter((vector) => vector.scheme === scheme).map(({ expect }) => expect))
    for (const scheme of ['STANDARD', 'TIMESTAMPED_HEX'])
      expect(reasons(scheme)).toEqual(new Set(['valid', 'signature', 'malformed', 'stale', 'future']))
    expect(reasons('BODY_HEX')).toEqual(new Set(['valid', 'signature', 'malformed']))
  })
})

describe('webhook signature', () => {
  test('a signed body verifies at any time, and a changed body is rejected (property)', () => {
    const schemes = ['STANDARD', 'STANDARD_ED25519', 'BODY_HEX', 'TIMESTAMPED_HEX'] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...schemes),
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 4e9 }),
        fc.nat(),
        (scheme, body, timestamp, at) => {
          const { secret, publicKey } = createSigningSecret(scheme)
          const headers = createSign(scheme, [secret])({ eventId: 'evt_1', body, timestamp })
          const key = publicKey ?? secret
          verifyWebhook(scheme, body, headers, key, timestamp)
          const changed = Buffer.from([...body, 0])
          changed[at % changed.length]! ^= 1
          expect(() => verifyWebhook(scheme, changed, headers, key, timestamp)).toThrow('signature')
        },
      ),
      { numRuns: 200, seed: 1 },
    )
  })
})

describe('signature of a delivery', () => {
  let app: App
  let receiver: Receiver
  beforeAll(async () => {
    // The libraries compare timestamps with the real clock.
    app = await startApp({ clock: { now: () => new Date(), forQueue: () => null } })
  })
  afterAll(() => app.stop())
  beforeEach(async () => {
    receiver = await startReceiver()
  })
  afterEach(() => receiver.stop())

  async function deliver(signatureScheme: string) {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    const made = await tenant.createEndpoint(receiver.url, { signatureScheme })
    await tenant.publish('a.b', { text: 'Grüße, 世界' })
    await app.deliver()
    const [request] = receiver.requests
    return { tenant, ...made, body: request!.body, headers: request!.headers as Record<string, string> }
  }

  test('a STANDARD signature is accepted by standardwebhooks and svix, and rejected when a byte is changed', async () => {
    const { secret, body, headers } = await deliver('STANDARD')
    for (const Library of [StandardWebhook, SvixWebhook]) {
      await new Library(secret!).verify(body.toString(), headers)
      await expect(async () =>
        new Library(secret!).verify(body.toString().replace('Gr', 'gr'), headers),
      ).rejects.toThrow()
      await expect(async () =>
        new Library(createSigningSecret('STANDARD').secret).verify(body.toString(), headers),
      ).rejects.toThrow()
      const stale = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 600) }
      await expect(async () => new Library(secret!).verify(body.toString(), stale)).rejects.toThrow()
    }
  })

  test('a STANDARD_ED25519 signature verifies with the published key, and the endpoint shows no secret', async () => {
    const { secret, webhookEndpoint, body, headers } = await deliver('STANDARD_ED25519')
    expect(secret).toBeNull()
    expect(webhookEndpoint.publicKeys).toEqual([expect.stringMatching(/^whpk_/)])
    const text = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body])
    const signature = Buffer.from(headers['webhook-signature']!.replace(/^v1a,/, ''), 'base64')
    expect(verifyBytes(null, text, ed25519PublicKey(webhookEndpoint.publicKeys[0]!), signature)).toBe(true)
    text[0]! ^= 1
    expect(verifyBytes(null, text, ed25519PublicKey(webhookEndpoint.publicKeys[0]!), signature)).toBe(false)
  })

  test.each(['BODY_HEX', 'TIMESTAMPED_HEX'] as const)(
    'a %s signature is accepted by the documented verifier',
    async (scheme) => {
      const { secret, body, headers } = await deliver(scheme)
      verifyWebhook(scheme, body, headers, secret!)
    },
  )

  test('the old and the new secret both verify after a rotation until the overlap ends', async () => {
    const { tenant, secret: old, webhookEndpoint } = await deliver('STANDARD')
    const rotate = (overlapSeconds: number) =>
      tenant.ask(
        `mutation ($id: ID!, $overlapSeconds: Int) { webhookEndpointRotateSecret(id: $id, overlapSeconds: $overlapSeconds) {
          ... on WebhookEndpointRotateSecretPayload { secret } ... on Error { code message } } }`,
        { id: webhookEndpoint.id, overlapSeconds },
      )
    const verifies = async (secret: string) => {
      await tenant.publish('a.b')
      await app.deliver()
      const { body, headers } = receiver.requests.at(-1)!
      try {
        new StandardWebhook(secret).verify(body.toString(), headers as Record<string, string>)
        return true
      } catch {
        return false
      }
    }
    const { secret: second } = await rotate(3600)
    expect([await verifies(old!), await verifies(second)]).toEqual([true, true])
    const { secret: third } = await rotate(0)
    expect([await verifies(old!), await verifies(second), await verifies(third)]).toEqual([false, false, true])
    await expect(rotate(604_801)).rejects.toThrow('VALIDATION_FAILED: input.overlapSeconds')
  })
})
