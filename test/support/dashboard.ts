import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { systemClock } from '../../src/lib/clock.ts'
import { type AppOptions, startApp } from './app.ts'
import { setUpOwner } from './browser-client.ts'
import { signIn, startChromium, type Window } from './chromium.ts'
import type { SignedIn } from './people.ts'

const TABS_AT_MOST = 100
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Signalbox with its worker running, an owner, and a real Chromium. Time is real, because the browser has its own. */
export async function startDashboard(options: AppOptions = {}) {
  const app = await startApp({ clock: systemClock, ...options })
  const { person, browser: owner } = await setUpOwner(app)
  const { organization } = await owner.ask('{ viewer { organization { id } } }')
  /** A program of the organization, for events and changes that come from outside of the page. */
  const program = await app.tenant(undefined, organization.id)
  const windows = await startChromium()

  return {
    ...app,
    /** The owner over plain HTTP, for what a test needs besides the page. */
    owner,
    person,
    program,
    organizationId: organization.id as string,
    /** Errors of scripts in any page so far. */
    faults: windows.faults,
    closePages: windows.closePages,
    /** A new browser window without a session. Faults of the page fail the test that opened it. */
    open: (path = '/dashboard', settings: Window = {}) => windows.open(app.url + path, settings),
    /** A window of the owner, signed in through the form. */
    async openAsOwner(path = '/dashboard', settings: Window = {}): Promise<Page> {
      const page = await windows.open(app.url + path, settings)
      await signIn(page, person.email)
      return page
    },
    /** A window of a person whose session a test made, without the sign-in form. */
    async openAs(
      { cookie, token, organizationId }: Pick<SignedIn, 'cookie' | 'token' | 'organizationId'>,
      path = '',
    ): Promise<Page> {
      const page = await windows.open(`${app.url}/dashboard`)
      await page.getByLabel('Email').waitFor()
      await page.evaluate(`document.cookie = '${cookie}=${token}; Path=/; Secure'`)
      await page.goto(`${app.url}/dashboard/${organizationId}${path}`)
      return page
    },
    async stop() {
      await windows.stop()
      await app.stop()
    },
  }
}

/** Presses Tab until the element with this text or label has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const focused = () =>
    page.evaluate(() => {
      const { activeElement: element } = document
      return element?.getAttribute('aria-label') ?? element?.textContent ?? ''
    })
  for (let n = 0; n < TABS_AT_MOST; n++) {
    await page.keyboard.press('Tab')
    if ((await focused()) === name) return
  }
  throw new Error(`Tab does not reach ${name}.`)
}

/** Findings of axe-core on the page, each with the elements that it names. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // The policy of the page forbids scripts from outside, so the text runs in the page itself.
  return page.evaluate(`(async () => {
    ${AXE};
    const { violations } = await axe.run(document);
    return violations.map(({ id, help, nodes }) => id + ': ' + help + ' (' + nodes.map(({ target }) => target.join(' ')).join(', ') + ')');
  })()`)
}

/** A message of the page or of the server over a WebSocket. */
interface Message {
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: payloads of many operations.
  payload?: any
}

/** Stands between the page and the WebSockets of the server, for pages opened from now on. */
export async function interceptSockets(page: Page) {
  const open = new Set<() => void>()
  const [sent, received]: Message[][] = [[], []]
  const closed: (number | undefined)[] = []
  let opened = 0
  let mended = Promise.resolve()
  let mend = () => {}
  await page.routeWebSocket(/graphql/, async (socket) => {
    opened++
    await mended
    const server = socket.connectToServer()
    open.add(() => {
      server.close()
      socket.close({ code: 1012 })
    })
    socket.onMessage((text) => {
      sent!.push(JSON.parse(String(text)))
      server.send(text)
    })
    server.onClose((code, reason) => {
      closed.push(code)
      void socket.close({ ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) })
    })
    server.onMessage((text) => {
      received!.push(JSON.parse(String(text)))
      socket.send(text)
    })
  })
  await page.reload()
  await page.getByRole('navigation').waitFor()
  return {
    /** Messages of the page so far, in order. */
    sent: sent!,
    /** Messages of the server so far, in order. */
    received: received!,
    /** Number of connections that the page began. */
    opened: () => opened,
    /** Codes with which the server closed connections. */
    closed: () => closed,
    /** Ends the connections of the page and holds new ones back. */
    cut(): void {
      mended = new Promise((resolve) => {
        mend = resolve
      })
      for (const end of open) end()
      open.clear()
    },
    mend: () => mend(),
  }
}
