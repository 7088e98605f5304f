import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.ts'
import { readConnection } from '../../src/database/connection.ts'
import { createOneTimeCodes } from '../../src/domain/people/one-time-codes.ts'
import { FREE_FAILURES } from '../../src/domain/people/sign-in-budgets.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { accountOf, totp } from '../support/accounts.ts'
import { ENCRYPTION_KEY } from '../support/app.ts'
import { createBrowser, SETUP } from '../support/browser-client.ts'
import { cloneDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/process.ts'
import { noteSecret } from '../support/secret-leak-check.ts'

// Attacks on two API processes with one database and no Redis: only PostgreSQL can decide between them.
const EMAIL = 'ana@example.com'
const PASSWORD = 'four plain words suffice'
let cloned: Awaited<ReturnType<typeof cloneDatabase>>
let database: ReturnType<typeof createDatabase>
let dataDir: string
let processes: RunningProcess[]
let urls: string[]
let recoveryCodes: string[]
let secret: string

beforeAll(async () => {
  cloned = await cloneDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-attacks-'))
  const env = { DATABASE_URL: cloned.url, ENCRYPTION_KEYS: ENCRYPTION_KEY, PORT: '0', DATA_DIR: dataDir }
  processes = []
  urls = []
  for (let n = 0; n < 2; n++) {
    processes.push(startProcess({ ...env, BOOTSTRAP_API_KEY: 'the-key-of-the-attacks-test-1234567890' }, 'api'))
    urls.push((await processes[n]!.printed(/"url":"([^"]+)"/))[1]!)
  }
  database = createDatabase({ pooled: readConnection(cloned.url) })
  const codes = createOneTimeCodes({ clock: systemClock })
  const code = await database.prisma.$transaction((tx) => codes.create(tx, 'SETUP', null))
  noteSecret(code)
  const browser = createBrowser(urls[0]!)
  await browser.ask(SETUP, {
    input: { code, organizationName: 'Acme', name: 'Ana', email: EMAIL, password: PASSWORD },
  })
  ;({ secret, recoveryCodes } = await accountOf(browser).enableTotp(systemClock))
}, 60_000)
afterAll(async () => {
  await Promise.all(processes.map((process) => process.end('SIGKILL')))
  await database.stop()
  await cloned.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const forget = () => database.prisma.signInBudget.deleteMany()

/** Passes the password step twice on each process, then gives one code four times at once. */
async function sessionsBy(code: () => string): Promise<number> {
  await forget()
  const tries = []
  for (const url of [...urls, ...urls]) {
    const account = accountOf(createBrowser(url))
    tries.push({ account, challenge: (await account.signIn(EMAIL, { password: PASSWORD })).challenge })
  }
  const given = code()
  await Promise.all(tries.map(({ account, challenge }) => account.verify({ challenge, code: given })))
  const refusals = await Promise.all(tries.map(({ account }) => account.refusal()))
  return refusals.filter((refusal) => refusal === undefined).length
}

describe('two processes on one database', () => {
  test('[11] a code of the authenticator opens one session when both get it at once', async () => {
    // The step after the present one is accepted, and is not used by the enrolment.
    expect(await sessionsBy(() => totp(secret, systemClock, 1))).toBe(1)
  })

  test('[14] a recovery code opens one session when both get it at once, and none afterwards', async () => {
    expect(await sessionsBy(() => recoveryCodes[0]!)).toBe(1)
    expect(await sessionsBy(() => recoveryCodes[0]!)).toBe(0)
  })

  test('[6] of twenty wrong passwords at once, five run', async () => {
    await forget()
    const began = performance.now()
    const tries = Array.from({ length: 20 }, (_, n) =>
      accountOf(createBrowser(urls[n % 2]!)).signIn(EMAIL, { password: `wrong ${n}` }),
    )
    const answers = await Promise.all(tries)
    // A slow machine spreads the tries over the first waits.
    const waited = Math.floor((performance.now() - began) / 1000)
    const ran = answers.filter(({ code }) => code === 'UNAUTHENTICATED').length
    expect(ran).toBeGreaterThanOrEqual(FREE_FAILURES)
    expect(ran).toBeLessThanOrEqual(FREE_FAILURES + waited)
    expect(answers.filter(({ topLevel }) => topLevel === 'RATE_LIMITED')).toHaveLength(20 - ran)
  })
})
