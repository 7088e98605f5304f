import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Browser, createBrowser, PASSWORD } from '../../support/browser-client.ts'
import { type RunningProcess, startProcess } from '../../support/process.ts'
import { noteSecret } from '../../support/secret-leak-check.ts'

// `npm run admin` beside a running Signalbox on its embedded PostgreSQL, as an operator recovers accounts.
const ADMIN = path.join(import.meta.dirname, '../../../scripts/admin.ts')
let folder: string
let signalbox: RunningProcess
let url: string
let setUpLink: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-admin-'))
  signalbox = startProcess({ DATA_DIR: folder, PORT: '0' })
  url = (await signalbox.printed(/Signalbox runs at (\S+)/))[1]!
  setUpLink = (await signalbox.printed(/open (\S+\/setup#\S+)/))[1]!
}, 120_000)
afterAll(async () => {
  await signalbox.end('SIGTERM')
  await rm(folder, { recursive: true, force: true })
})

/** Runs the program. `said` is its standard error. */
async function admin(...words: string[]): Promise<{ code: number; output: string; said: string }> {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DATA_DIR: folder, PORT: new URL(url).port, PUBLIC_URL: 'https://box.example.com/' }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [ADMIN, ...words], { env })
    return { code: 0, output: stdout, said: '' }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stdout, said: stderr }
  }
}

const EMAIL = 'ana@example.com'
const SET_UP = `mutation ($input: SetupCompleteInput!) { setupComplete(input: $input) {
  __typename ... on Error { code message } } }`
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }'

async function signIn(): Promise<Browser> {
  const browser = createBrowser(url)
  await browser.ask(SIGN_IN, { input: { email: EMAIL, password: PASSWORD } })
  return browser
}

describe('npm run admin', () => {
  test('setup-link makes the first owner once, and no further link is given', async () => {
    const { code, output } = await admin('setup-link')
    const link = output.match(/https:\/\/box\.example\.com\/setup#([\w-]{43})/)
    expect({ code, link }).toEqual({ code: 0, link: expect.anything() })
    noteSecret(link![1]!)
    const page = await fetch(`${url}/setup`)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect(await page.text()).not.toMatch(/<script>|style=|onclick/)
    const input = { organizationName: 'Acme', name: 'Ana', email: EMAIL, password: PASSWORD }
    expect(await createBrowser(url).ask(SET_UP, { input: { ...input, code: link![1] } })).toEqual({
      __typename: 'SetupCompletePayload',
    })
    const printed = new URL(setUpLink).hash.slice(1)
    const second = await createBrowser(url).ask(SET_UP, { input: { ...input, code: printed } })
    expect(second).toMatchObject({ code: 'ALREADY_SET_UP' })
    expect(await admin('setup-link')).toEqual({
      ...{ code: 1, output: '' },
      said: 'This installation has an owner already. Ask for an invitation.\n',
    })
  })

  test('end-sessions closes an open subscription within a second, although no bus reaches the server', async () => {
    const browser = await signIn()
    const stream = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'text/event-stream', origin: url },
        cookie: [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      body: JSON.stringify({ query: 'subscription { liveStatus { degraded } }' }),
    })
    const reader = stream.body!.getReader()
    await reader.read()
    let ended = 0
    const reading = (async () => {
      for (let part = await reader.read(); !part.done; ) part = await reader.read()
      ended = performance.now()
    })()
    expect((await admin('end-sessions', 'Ana@Example.com')).output).toMatch(/^\d sessions? ended\.\n$/)
    const returned = performance.now()
    await reading
    expect(ended - returned).toBeLessThan(1_000)
    expect((await browser.request('{ viewer { role } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('[23] reset-password prints a link and keeps the password, and disable-2fa ends the sessions', async () => {
    const { output } = await admin('reset-password', EMAIL)
    const [, code = ''] = output.match(/https:\/\/box\.example\.com\/reset-password#([\w-]{43})/) ?? []
    expect(code).not.toBe('')
    noteSecret(code)
    const browser = await signIn()
    expect((await admin('disable-2fa', EMAIL)).output).toBe('The second factor was removed. 1 session ended.\n')
    expect((await browser.request('{ viewer { role } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('every act is in the audit trail, without its code', async () => {
    const owner = await signIn()
    const { nodes } = await owner.ask('{ auditEntries(first: 50) { nodes { action actor { name } details } } }')
    const acts = nodes.filter(({ details }: { details: object }) => JSON.stringify(details).includes('npm run admin'))
    expect(acts.map(({ action }: { action: string }) => action).toSorted()).toEqual(
      expect.arrayContaining(['PERSON_DISABLE_TWO_FACTOR', 'PERSON_RESET_PASSWORD', 'SESSION_END']),
    )
    expect(new Set(acts.map(({ actor }: { actor: { name: string } }) => actor.name))).toEqual(new Set(['Signalbox']))
  })

  test.each([
    [['end-sessions', 'bob@example.com'], 'No person has the email address bob@example.com.\n'],
    [['reset-password'], /^Usage: npm run admin -- <command>/],
    [['end-sessions', EMAIL, 'more'], /^Usage: /],
    [[], /^Usage: /],
  ])('%j is refused with a sentence', async (words, said) => {
    const answer = await admin(...words)
    expect(answer).toMatchObject({ code: 1, output: '', said: expect.stringMatching(said) })
  })
})

test('npm run admin says what to start when no Signalbox runs', async () => {
  const empty = await mkdtemp(path.join(tmpdir(), 'signalbox-none-'))
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DATA_DIR: empty }
  await expect(promisify(execFile)(process.execPath, [ADMIN, 'setup-link'], { env })).rejects.toMatchObject({
    stderr: `No Signalbox runs on ${empty}. Start it first, or set DATA_DIR or DATABASE_URL as its start does.\n`,
  })
  await rm(empty, { recursive: true })
})
