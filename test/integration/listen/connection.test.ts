import { spawn } from 'node:child_process'
import path from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { hasPython } from '../../support/installed.ts'
import { keepUntilKilled, killListeners, listenTenant } from '../../support/listen.ts'
import { startProxy } from '../../support/proxy.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { subscribed } from '../../support/watch.ts'

let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterEach(async () => {
  await killListeners()
  await subscribed(app, 0)
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

describe('connection of listen', () => {
  test('the listener connects again after its connection broke, and sends what came meanwhile', async () => {
    const tenant = await listenTenant(app)
    const proxy = await startProxy(Number(new URL(app.url).port))
    const listener = await tenant.listen(`${receiver.port}/hooks`, '--url', `http://127.0.0.1:${proxy.port}`)
    proxy.cut()
    await subscribed(app, 0)
    const eventId = await tenant.publish('invoice.paid')
    await listener.printed(/invoice\.paid {2}204/)
    expect(receiver.requests.filter((request) => request.eventId === eventId)).toHaveLength(1)
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SUCCEEDED', attemptCount: 1 }])
    listener.child.kill('SIGTERM')
    await listener.exited
    await proxy.stop()
  })
})

const MAIN = path.join(import.meta.dirname, '../../../listen/main.ts')
/** Runs a program in a terminal of its own, and passes its standard input on as keys. */
const IN_TERMINAL = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'

/** Starts a listener in a terminal. The test reads its screen and presses its keys. */
async function inTerminal(env: Record<string, string>, ...more: string[]) {
  const { PATH = '', HOME = '' } = process.env
  const words = ['-c', IN_TERMINAL, process.execPath, MAIN, `${receiver.port}/hooks`, ...more]
  const all = { ...env, PATH, HOME, TERM: 'xterm-256color', NO_COLOR: '1' }
  const child = spawn('python3', words, { env: all, stdio: ['pipe', 'pipe', 'pipe'] })
  keepUntilKilled(child)
  const screen = { text: '' }
  child.stdout.on('data', (chunk) => {
    screen.text += chunk
  })
  const shown = (part: string) => expect.poll(() => screen.text, { timeout: 20_000 }).toContain(part)
  const press = (key: string) => {
    screen.text = ''
    child.stdin.write(key)
  }
  await subscribed(app, 1)
  await shown('r again')
  return { child, screen, shown, press }
}

describe('keys of listen', () => {
  test.runIf(hasPython)(
    'e sends an edited body with a valid signature to the target alone, and o names the page',
    async () => {
      const tenant = await listenTenant(app)
      const env = { ...tenant.env, EDITOR: 'sed -i s/42/43/', BROWSER: 'true' }
      const { screen, shown, press } = await inTerminal(env, '--print-secret')
      await shown('secret whsec_')
      const [secret = ''] = screen.text.match(/whsec_[\w+/=]+/) ?? []
      press('e')
      await shown('Nothing to edit')
      await tenant.publish('invoice.paid', { total: 42 })
      await shown('1 accepted')
      receiver.requests.length = 0
      press('e')
      await shown('The edited body was sent: 204')
      const [{ headers, body }] = receiver.requests as [(typeof receiver.requests)[0]]
      expect(JSON.parse(String(body)).data).toEqual({ total: 43 })
      expect(new Webhook(secret).verify(String(body), headers as Record<string, string>)).toMatchObject({
        data: { total: 43 },
      })
      const [delivery] = await tenant.deliveries()
      expect(delivery?.attempts).toHaveLength(1)
      press('o')
      // The rest of the address does not fit 80 columns.
      await shown(`/dashboard/${tenant.organizationId}/`)
    },
  )

  test.runIf(hasPython)('each delivery waits for the key n with --hold', async () => {
    const tenant = await listenTenant(app)
    const { shown, press } = await inTerminal(tenant.env, '--hold')
    receiver.requests.length = 0
    const ids = [await tenant.publish('invoice.paid'), await tenant.publish('invoice.paid')]
    await shown('Deliveries on hold: 2')
    expect(receiver.requests).toEqual([])
    press('n')
    await shown('1 accepted')
    expect(receiver.requests.map(({ eventId }) => eventId)).toEqual([ids[0]])
    press('n')
    await shown('2 accepted')
    expect(receiver.requests.map(({ eventId }) => eventId)).toEqual(ids)
  })

  test.runIf(hasPython)('a terminal shows the screen, and the keys v, r, p and q do what the screen says', async () => {
    const tenant = await listenTenant(app)
    const { child, screen, shown, press } = await inTerminal(tenant.env)
    press('v')
    await shown('Nothing to verify')
    await tenant.publish('invoice.paid')
    await shown('1 accepted')
    const [delivery] = await tenant.deliveries()
    press('v')
    await shown(`The signature of ${delivery?.id} is valid.`)
    press('r')
    await shown('2 accepted')
    expect((await tenant.deliveries())[0]?.attempts).toMatchObject([{ trigger: 'SCHEDULED' }, { trigger: 'MANUAL' }])
    press('p')
    await shown('Paused')
    await subscribed(app, 0)
    const held = await tenant.publish('invoice.paid')
    const paused = (await tenant.deliveries()).find(({ eventId }) => eventId === held)
    expect(paused).toMatchObject({ attempts: [] })
    press('p')
    await shown('3 accepted')
    expect(receiver.requests.at(-1)?.eventId).toBe(held)
    const exited = new Promise((resolve) => child.once('close', resolve))
    press('q')
    expect(await exited).toBe(0)
    expect(screen.text).toContain('3 received, 3 accepted, 0 failed.')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour would begin so
    expect(screen.text).not.toMatch(/\u001b\[[\d;]*m/)
    expect(await tenant.endpoints()).toEqual([])
  })
})
