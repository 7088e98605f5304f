import { describe, expect, test } from 'vitest'
import { toBytes, verifySignature } from '../../../dashboard/src/signature.ts'
import { createSign } from '../../../src/domain/endpoints/sign.ts'
import { createSigningSecret } from '../../../src/domain/endpoints/signing-secrets.ts'

const body = toBytes('{"amount":1.0,"text":"ü"}')
const SCHEMES = ['STANDARD', 'STANDARD_ED25519', 'BODY_HEX', 'TIMESTAMPED_HEX'] as const

/** A request that the server signed, newest secret first. */
function signed(scheme: (typeof SCHEMES)[number], count = 1) {
  const secrets = Array.from({ length: count }, () => createSigningSecret(scheme))
  const sign = createSign(
    scheme,
    secrets.map(({ secret }) => secret),
  )
  const headers = Object.entries(sign({ eventId: 'evt_1', body, timestamp: 1_700_000_000 })).map(([name, value]) => ({
    name,
    value,
  }))
  const keysOf = (index: number) => {
    const { secret, publicKey } = secrets[index]!
    return publicKey === null ? { secret } : { publicKeys: [publicKey] }
  }
  return { headers, keysOf }
}

describe('signature in the browser', () => {
  test.each(SCHEMES)('of the scheme %s is verified by each secret of a rotation', async (scheme) => {
    const { headers, keysOf } = signed(scheme, 2)
    for (const index of [0, 1]) expect(await verifySignature({ headers, body }, keysOf(index))).toEqual({ scheme })
  })

  test.each(SCHEMES)('of the scheme %s fits neither another body nor another secret', async (scheme) => {
    const { headers, keysOf } = signed(scheme)
    // The value is the same in JavaScript; its bytes are not.
    const other = toBytes('{"amount":1,"text":"ü"}')
    expect(await verifySignature({ headers, body: other }, keysOf(0))).toEqual({ fault: 'MISMATCH' })
    expect(await verifySignature({ headers, body }, signed(scheme).keysOf(0))).toEqual({ fault: 'MISMATCH' })
  })

  test.each(SCHEMES)('of the scheme %s is not checked without a key', async (scheme) => {
    expect(await verifySignature({ headers: signed(scheme).headers, body }, {})).toEqual({ fault: 'NO_SECRET' })
  })

  test('is told from a secret or a public key of another form, and from no signature', async () => {
    const { headers } = signed('STANDARD')
    expect(await verifySignature({ headers, body }, { secret: 'hunter2' })).toEqual({ fault: 'BAD_SECRET' })
    expect(await verifySignature({ headers, body }, { secret: 'whsec_%' })).toEqual({ fault: 'BAD_SECRET' })
    const curve = { headers: signed('STANDARD_ED25519').headers, body }
    expect(await verifySignature(curve, { publicKeys: ['hunter2'] })).toEqual({ fault: 'BAD_PUBLIC_KEY' })
    expect(await verifySignature({ headers: [], body }, { secret: 'whsec_' })).toEqual({ fault: 'NO_SIGNATURE' })
  })
})
