import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../persisted-operations/manifest.json' with { type: 'json' }
import { accountOf } from '../support/accounts.ts'
import { interceptSockets, startDashboard } from '../support/dashboard.ts'
import { startReceiver } from '../support/receiver.ts'

// Mistakes that pages with a cache and a stream make, each with the behavior in its place.
let dashboard: Awaited<ReturnType<typeof startDashboard>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
beforeAll(async () => {
  dashboard = await startDashboard()
  receiver = await startReceiver()
  await dashboard.program.createType('invoice.paid')
  await dashboard.program.createEndpoint(receiver.url)
})
afterAll(async () => {
  await dashboard.stop()
  await receiver.stop()
})
afterEach(async () => {
  await dashboard.closePages()
  expect(dashboard.faults).toEqual([])
})

const HASHES = new Set(manifest.operations.map(({ id }) => id))
const hashOf = (name: string) => manifest.operations.find((operation) => operation.name === name)?.id
/** Hash of the operation in the body of a request or in a message. */
// biome-ignore lint/suspicious/noExplicitAny: payloads of many operations.
const sentHash = (payload: any) => payload?.extensions?.persistedQuery?.sha256Hash

const showDeliveries = async (page: Page) => {
  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
}

describe('slow answer of a query', () => {
  test('an answer that is two seconds late does not overwrite a newer live message', async () => {
    const page = await dashboard.openAsOwner()
    await dashboard.program.publish('invoice.paid')
    let answered = () => {}
    const isAnswered = new Promise<void>((resolve) => {
      answered = resolve
    })
    await page.route('**/graphql', async (route) => {
      if (sentHash(route.request().postDataJSON()) !== hashOf('Deliveries')) return route.fallback()
      const answer = await route.fetch()
      expect(await answer.text()).toContain('PENDING')
      await delay(2_000)
      await route.fulfill({ response: answer })
      answered()
    })
    await showDeliveries(page)
    await dashboard.deliver()
    await page.getByRole('cell', { name: 'Succeeded' }).waitFor()
    await isAnswered
    await page.getByRole('region', { name: 'Deliveries' }).getByText('1', { exact: true }).first().waitFor()
    expect(await page.getByRole('cell', { name: 'Succeeded' }).count()).toBe(1)
    expect(await page.getByRole('cell', { name: 'Pending' }).count()).toBe(0)
    await page.unrouteAll()
  })
})

describe('subscription after a break', () => {
  test('is sent again with the cursor of the last message, not with the first one', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    await showDeliveries(page)
    const subscriptions = () =>
      network.sent.filter(
        ({ type, payload }) => type === 'subscribe' && sentHash(payload) === hashOf('DeliveryUpdates'),
      )
    const updates = () => network.received.flatMap(({ payload }) => payload?.data?.deliveryUpdates ?? [])
    for (let round = 1; round <= 2; round++) {
      await dashboard.program.publish('invoice.paid', { round })
      await expect.poll(() => updates().length).toBe(round)
      const { cursor } = updates().at(-1)
      network.cut()
      await page.getByText('Reconnecting').waitFor()
      network.mend()
      await page.getByText('Live', { exact: true }).waitFor()
      await expect.poll(() => subscriptions().length).toBe(round + 1)
      expect(subscriptions().at(-1)?.payload.variables.after).toBe(cursor)
    }
    // The first one begins at the end of the log, of before every message.
    expect(subscriptions()[0]?.payload.variables.after).not.toBe(subscriptions().at(-1)?.payload.variables.after)
    await dashboard.deliver()
  })
})

describe('session that ended elsewhere', () => {
  const endOthers = () => dashboard.owner.ask('mutation { sessionsEndOthers { __typename } }')

  test('leads to the sign-in at once', async () => {
    const page = await dashboard.openAsOwner()
    await showDeliveries(page)
    await accountOf(dashboard.owner).elevate()
    await endOthers()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })

  test('leads to the sign-in when the connection comes back, and a refused connection is not tried again', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    await showDeliveries(page)
    network.cut()
    await page.getByText('Reconnecting').waitFor()
    await accountOf(dashboard.owner).elevate()
    await endOthers()
    network.mend()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    const opened = network.opened()
    expect(network.closed()).toContain(4403)
    // Longer than the first waits between two tries.
    await delay(1_500)
    expect(network.opened()).toBe(opened)
  })
})

describe('every request of the dashboard', () => {
  test('is a POST with the hash of a known operation and without its text, over HTTP and over WebSocket', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    const requests: { method: string; url: string; payload: unknown }[] = []
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.pathname === '/graphql')
        requests.push({ method: request.method(), url: url.search, payload: request.postDataJSON() })
    })
    const links = await page.getByRole('navigation').getByRole('link').all()
    for (const link of links) {
      await link.click()
      await page.getByRole('heading', { level: 1, name: await link.innerText() }).waitFor()
      await page.waitForLoadState('networkidle')
    }
    expect(requests.length).toBeGreaterThanOrEqual(links.length)
    const payloads = [
      ...requests.map(({ payload }) => payload),
      ...network.sent.filter(({ type }) => type === 'subscribe').map(({ payload }) => payload),
    ] as { query?: string }[]
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['POST']))
    expect(requests.filter(({ url }) => url !== '')).toEqual([])
    expect(payloads.filter((payload) => !HASHES.has(sentHash(payload)))).toEqual([])
    expect(payloads.filter(({ query }) => query)).toEqual([])
    expect(network.sent.filter(({ type }) => type === 'subscribe').length).toBeGreaterThan(3)
  })
})

describe('flood of changes', () => {
  test('is drawn once a frame, keeps to 100 rows, and is counted beside a list that is scrolled', async () => {
    const page = await dashboard.openAsOwner()
    await dashboard.program.publishMany(events(60))
    await showDeliveries(page)
    await page.getByRole('row').nth(50).waitFor()
    await page.evaluate(() => {
      const seen = { frames: 0, drawings: 0 }
      Object.assign(window, { seen })
      const count = () => {
        seen.frames++
        requestAnimationFrame(count)
      }
      requestAnimationFrame(count)
      new MutationObserver(() => seen.drawings++).observe(document.querySelector('tbody')!, { childList: true })
    })
    for (let round = 0; round < 4; round++) await dashboard.program.publishMany(events(500))
    await page.getByRole('row').nth(100).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 100)
    const { frames, drawings } = await page.evaluate(() => (window as never as { seen: Record<string, number> }).seen)
    expect(drawings).toBeGreaterThan(0)
    expect(drawings).toBeLessThanOrEqual(frames! + 1)
    expect(drawings).toBeLessThan(2_000)

    const firstId = async () => /dlv_\w+/.exec(await page.getByRole('row').nth(1).innerText())?.[0]
    // The last drawing rests behind the one before; a list that is scrolled earlier counts its rows, too.
    const { nodes } = await dashboard.program.ask('{ deliveries(first: 1) { nodes { id } } }')
    await expect.poll(firstId, { timeout: 40_000 }).toBe(nodes[0].id)
    await page.mouse.wheel(0, 2_000)
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(100)
    const first = await firstId()
    await dashboard.program.publishMany(events(37))
    await page.getByRole('button', { name: '37 new' }).waitFor()
    expect(await firstId()).toBe(first)
    await page.evaluate(() => scrollTo({ top: 0 }))
    await expect.poll(firstId).not.toBe(first)
  })
})

const events = (count: number) => Array.from({ length: count }, (_, n) => ({ type: 'invoice.paid', data: { n } }))

describe('policy of the page', () => {
  test('styles need the nonce of the answer, and neither inline scripts nor markup from strings run', async () => {
    const page = await dashboard.openAsOwner()
    const found = await page.evaluate(async () => {
      const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
      const addStyle = (property: string, nonce: string) => {
        const style = document.createElement('style')
        if (nonce !== '') style.nonce = nonce
        style.textContent = `:root { --${property}: set }`
        document.head.append(style)
        return getComputedStyle(document.documentElement).getPropertyValue(`--${property}`)
      }
      const outcomeOf = (attempt: () => unknown) => {
        try {
          attempt()
          return 'done'
        } catch (error) {
          return (error as Error).name
        }
      }
      return {
        nonce: nonce.length,
        own: addStyle('own', nonce),
        foreign: addStyle('foreign', ''),
        markup: outcomeOf(() => {
          document.body.innerHTML = '<p>x</p>'
        }),
        policy: outcomeOf(() => Reflect.get(window, 'trustedTypes').createPolicy('default', {})),
        script: outcomeOf(() => {
          document.createElement('script').textContent = 'inline()'
        }),
        handler: outcomeOf(() => document.body.setAttribute('onclick', 'inline()')),
        frame: await new Promise((resolve) => {
          document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
            if (blockedURI === location.href) resolve(effectiveDirective)
          })
          const frame = document.createElement('iframe')
          frame.src = location.href
          document.body.append(frame)
        }),
      }
    })
    expect(found).toEqual({
      nonce: 24,
      own: 'set',
      foreign: '',
      markup: 'TypeError',
      policy: 'TypeError',
      script: 'TypeError',
      handler: 'TypeError',
      frame: 'frame-src',
    })
  })
})
