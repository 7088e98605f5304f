import { execFileSync } from 'node:child_process'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refused, verifyWebhook } from '../../../docs/examples/verify.ts'
import { createSigningSecret } from '../../../src/domain/endpoints/signing-secrets.ts'

describe('documented verifier', () => {
  /** Header contents that have broken verifiers: other scripts, halves of surrogate pairs, very many digits. */
  const content = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'v1,é',
      '\ud800',
      'v1,\udfff',
      '9'.repeat(5_000),
      '١٧٠٠٠٠٠٠٠٠',
      '1700000000\n',
      '-1',
      '1e3',
      ' ',
      '',
    ),
    fc.constantFrom('é'.repeat(47), `v1,${'é'.repeat(44)}`, `sha256=${'é'.repeat(64)}`, 'é'.repeat(64), '1700000000'),
    fc.constantFrom(null, 5, ['a', 'b'], {}),
  )
  const headers = fc.record(
    Object.fromEntries(
      ['webhook-', 'x-webhook-'].flatMap((prefix) =>
        ['id', 'event-id', 'timestamp', 'signature'].map((name) => [prefix + name, content]),
      ),
    ),
    { requiredKeys: [] },
  )

  test.each(['STANDARD', 'STANDARD_ED25519', 'BODY_HEX', 'TIMESTAMPED_HEX'] as const)(
    'the documented TypeScript verifier fails with its typed refusal for any header content: %s (property)',
    (scheme) => {
      const { secret, publicKey } = createSigningSecret(scheme)
      fc.assert(
        fc.property(headers, (given) => {
          const verify = () =>
            verifyWebhook(
              scheme,
              Buffer.from('{}'),
              given as Record<string, string>,
              publicKey ?? secret,
              1_700_000_000,
            )
          expect(verify).toThrow(Refused)
        }),
        { numRuns: 2_000, seed: 12 },
      )
    },
  )

  test('the documented Python verifier fails with its typed refusal for any header content (property)', () => {
    const program = `
import json, sys
sys.path.insert(0, "docs/examples")
from verify import verify_webhook, Refused
for headers in json.load(sys.stdin):
    for scheme in ["STANDARD", "BODY_HEX", "TIMESTAMPED_HEX"]:
        try:
            verify_webhook(scheme, b"{}", headers, "whsec_YWJj", 1700000000)
            print("accepted", json.dumps(headers))
        except Refused:
            pass
print("checked")`
    const said = execFileSync('python3', ['-c', program], {
      cwd: path.join(import.meta.dirname, '../../..'),
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      input: JSON.stringify(fc.sample(headers, { numRuns: 2_000, seed: 12 })),
    })
    expect(said).toBe('checked\n')
  })
})
