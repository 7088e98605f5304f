import { spawn } from 'node:child_process'
import path from 'node:path'
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

describe('keys of listen', () => {
  test.runIf(hasPython)('a terminal shows the screen, and the keys v, r, p and q do what the screen says', async () => {
    const tenant = await listenTenant(app)
    const { PATH = '', HOME = '' } = process.env
    const words = ['-c', IN_TERMINAL, process.execPath, MAIN, `${receiver.port}/hooks`]
    const env = { ...tenant.env, PATH, HOME, TERM: 'xterm-256color', NO_COLOR: '1' }
    const child = spawn('python3', words, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    keepUntilKilled(child)
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    const shown = (part: string) => expect.poll(() => text, { timeout: 20_000 }).toContain(part)
    const press = (key: string) => {
      text = ''
      child.stdin.write(key)
    }
    await subscribed(app, 1)
    await shown('r again')
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
    expect(text).toContain('3 received, 3 accepted, 0 failed.')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour would begin so
    expect(text).not.toMatch(/\u001b\[[\d;]*m/)
    expect(await tenant.endpoints()).toEqual([])
  })
})
