import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSigningSecret } from '../../../src/domain/endpoints/signing-secrets.ts'
import { createToken } from '../../../src/domain/keys/token.ts'
import { createSessionToken } from '../../../src/domain/people/sessions.ts'
import { createLog, redactSecrets } from '../../../src/lib/log.ts'

const logFile = path.join(import.meta.dirname, '../../../src/lib/log.ts')

/** Starts a program that has a log and runs once it receives input. */
async function start(program: string) {
  const source = `import { createLog, flushLog } from ${JSON.stringify(logFile)}
    const log = createLog({ level: 'info' })
    process.stdin.once('data', async () => { ${program} })
    process.stderr.write('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source])
  await once(child.stderr, 'data')
  return child
}

/** Exits right after logging, like a process that is stopped together with its database and log reader. */
const LAST_LINES = "for (const line of ['one', 'two', 'three']) log.info(line); process.exit(7)"

describe('log output', () => {
  test('a process exits when the reader of its log is gone', async () => {
    const child = await start(LAST_LINES)
    child.stdout.destroy()
    await once(child.stdout, 'close')
    child.stdin.write('go')
    try {
      const [code] = await once(child, 'exit')
      expect(code).toBe(7)
    } finally {
      child.kill('SIGKILL')
    }
  })

  test('the last log lines are flushed before exit, also when they exceed a pipe buffer', async () => {
    const child = await start(
      "for (let n = 0; n < 20_000; n++) log.info('line ' + n); await flushLog(); process.exit()",
    )
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.stdin.write('go')
    await once(child, 'close')
    const lines = text.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(Array.from({ length: 20_000 }, (_, n) => `line ${n}`))
  })

  test('a log keeps a bounded buffer in memory when its reader stalls', async () => {
    const child = await start(
      "for (let n = 0; n < 400; n++) log.info('x'.repeat(100_000)); process.stderr.write(String(process.stdout.writableLength))",
    )
    child.stdin.write('go')
    try {
      const [waiting] = await once(child.stderr, 'data')
      expect(Number(waiting)).toBeGreaterThan(1024 * 1024)
      expect(Number(waiting)).toBeLessThan(17 * 1024 * 1024)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('log', () => {
  test('log lines contain no key, secret or password, wherever they stand', () => {
    let lines = ''
    const log = createLog({
      level: 'trace',
      destination: {
        write(line) {
          lines += line
        },
      },
    })
    const token = createToken('sb', 'LIVE')
    const { secret } = createSigningSecret('STANDARD')
    const pair = createSigningSecret('STANDARD_ED25519')
    log.info(
      { authorization: `Bearer ${token}`, nested: { secret, password: 'hunter2' } },
      `key ${token} and ${secret}`,
    )
    log.error({ err: new Error(`cannot connect to postgres://me:hunter2@db/x with ${pair.secret}`) })
    log.info({ url: 'redis://:hunter2@cache:6379', list: [token] })
    const code = randomBytes(32).toString('base64url')
    const session = createSessionToken()
    log.warn({ cookies: `__Host-sb_session=${session}; a=b` }, `Open https://box.example/setup#${code} once`)
    log.warn(`/invitation#${code} and /reset-password#${code}`)
    for (const hidden of [code, session.slice(4), token.slice(12), secret.slice(6), pair.secret.slice(5), 'hunter2'])
      expect(lines).not.toContain(hidden)
    expect(lines).toContain('postgres://me:[removed]@db/x')
    expect(
      lines
        .trim()
        .split('\n')
        .every((line) => JSON.parse(line).time),
    ).toBe(true)
  })

  test('a text without secrets is logged unchanged', () => {
    const text = 'evt_01kjm0000000000000000000ab to https://example.com:8080/a?b=c@d failed'
    expect(redactSecrets(text)).toBe(text)
  })
})
