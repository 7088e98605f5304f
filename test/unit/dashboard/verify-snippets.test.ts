import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { LANGUAGES, snippetOf } from '../../../dashboard/src/pages/endpoints/verify-snippets.ts'
import { createSign } from '../../../src/domain/endpoints/sign.ts'
import { createSigningSecret } from '../../../src/domain/endpoints/signing-secrets.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'snippets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SCHEMES = ['STANDARD', 'STANDARD_ED25519', 'BODY_HEX', 'TIMESTAMPED_HEX'] as const
type Scheme = (typeof SCHEMES)[number]
const BODY = Buffer.from('{"id":"evt_1","data":{"note":"Grüße"}}')

/** A signed request during a rotation, with the key of the receiver: of the older secret. */
function signed(scheme: Scheme, timestamp = Math.floor(Date.now() / 1000)) {
  const [newest, older] = [createSigningSecret(scheme), createSigningSecret(scheme)]
  const headers = createSign(scheme, [newest.secret, older.secret])({ eventId: 'evt_1', body: BODY, timestamp })
  return { headers, key: older.publicKey ?? older.secret }
}

const RUNNERS = {
  TypeScript: (code: string, input: object) => {
    const file = path.join(folder, 'verify.ts')
    writeFileSync(
      file,
      `${code}\nconst { body, headers, key } = JSON.parse(process.argv[2] ?? '')\nconsole.log(verify(Buffer.from(body, 'base64'), headers, key))\n`,
    )
    return spawnSync(process.execPath, [file, JSON.stringify(input)], { encoding: 'utf8' })
  },
  Python: (code: string, input: object) => {
    const run = `\n\nimport base64 as b64, json, sys\ninput = json.loads(sys.argv[1])\nprint(str(verify(b64.b64decode(input["body"]), input["headers"], input["key"])).lower())\n`
    return spawnSync('python3', ['-c', code + run, JSON.stringify(input)], { encoding: 'utf8' })
  },
}

const CASES = SCHEMES.flatMap((scheme) =>
  (['TypeScript', 'Python'] as const)
    // The standard library of Python has no ed25519.
    .filter((language) => !(language === 'Python' && scheme === 'STANDARD_ED25519'))
    .map((language) => [language, scheme] as const),
)

describe('snippet that verifies requests', () => {
  test.each(CASES)(
    'in %s accepts a request of the scheme %s, and refuses other bytes and old requests',
    (language, scheme) => {
      const run = (body: Buffer, { headers, key }: ReturnType<typeof signed>) => {
        const { stdout, stderr } = RUNNERS[language](snippetOf(scheme, language), {
          ...{ body: body.toString('base64'), headers, key },
        })
        return stdout.trim() || stderr
      }
      expect(run(BODY, signed(scheme))).toBe('true')
      expect(run(Buffer.from('{}'), signed(scheme))).toBe('false')
      if (scheme !== 'BODY_HEX') expect(run(BODY, signed(scheme, Math.floor(Date.now() / 1000) - 301))).toBe('false')
      expect(run(BODY, { ...signed(scheme), headers: {} })).toBe('false')
    },
  )

  test.each(LANGUAGES)('in %s reads the headers of each scheme and compares in constant time', (language) => {
    for (const scheme of SCHEMES) {
      const code = snippetOf(scheme, language)
      expect(code).toContain(scheme.startsWith('STANDARD') ? 'webhook-signature' : 'x-webhook-signature')
      if (scheme !== 'STANDARD_ED25519')
        expect(code).toMatch(/timingSafeEqual|compare_digest|ConstantTimeCompare|hash_equals|MessageDigest\.isEqual/)
    }
  })
})
