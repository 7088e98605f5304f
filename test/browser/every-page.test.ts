import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../support/browser-client.ts'
import { accessibilityFaults, startDashboard, tabTo } from '../support/dashboard.ts'
import { fillDashboard } from '../support/fill-dashboard.ts'
import { signedIn } from '../support/people.ts'
import { startReceiver } from '../support/receiver.ts'

/** Width of a small phone, and of a large screen. */
const [PHONE, WIDE] = [360, 2_560]
/** Widest content on a large screen, in pixels: longer lines are hard to read. */
const CONTENT_AT_MOST = 1_600
const FIELD_AT_MOST = 900
/** Words of buttons that change something. */
const CHANGING =
  /^(create|new|import|invite|publish|send|save|edit|rename|rotate|revoke|disable|enable|delete|remove|retry|replay|cancel|release|transfer|change)\b/i

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let addresses: Record<string, string>
let receivers: Awaited<ReturnType<typeof startReceiver>>[]
beforeAll(async () => {
  dashboard = await startDashboard()
  receivers = [
    await startReceiver((_request, response) => response.writeHead(204).end()),
    await startReceiver((_request, response) => response.writeHead(500).end()),
  ]
  const [good, bad] = receivers.map(({ url }) => new URL(url).origin)
  addresses = await fillDashboard(dashboard.owner.ask, {
    ...{ url: dashboard.url, password: PASSWORD, good: good!, bad: bad!, sent: dashboard.deliver },
  })
})
afterAll(async () => {
  await dashboard.stop()
  for (const receiver of receivers) await receiver.stop()
})
afterEach(async () => {
  await dashboard.closePages()
  expect(dashboard.faults).toEqual([])
})

/** Goes to every page that the person may see, without loading the dashboard anew. @returns the findings of all pages */
async function visitAll(page: Page, look: (name: string) => Promise<readonly string[]>): Promise<string[]> {
  const base = new URL(page.url()).pathname.replace(/\/$/, '')
  const findings: string[] = []
  for (const [name, address] of Object.entries(addresses)) {
    if (name === 'operator') continue
    await page.evaluate((path) => history.pushState(null, '', path), base + address)
    await page.locator('main h1, main .empty h2').first().waitFor()
    await page.waitForFunction(() => document.querySelector('.pulse') === null)
    findings.push(...(await look(name)).map((finding) => `${name}: ${finding}`))
  }
  return findings
}

describe('every page', () => {
  test('has no finding of axe-core in both modes', async () => {
    const page = await dashboard.openAsOwner()
    const findings = await visitAll(page, async () => {
      const all: string[] = []
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        all.push(...(await accessibilityFaults(page)).map((finding) => `${colorScheme}: ${finding}`))
      }
      return all
    })
    expect(findings).toEqual([])
  })

  test('fits a phone without scrolling sideways, and stretches nothing on a large screen', async () => {
    const page = await dashboard.openAsOwner()
    const findings = await visitAll(page, async () => {
      await page.setViewportSize({ width: PHONE, height: 780 })
      await page.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn)))),
      )
      const overflow = await page.evaluate(overflowing)
      await page.setViewportSize({ width: WIDE, height: 1_300 })
      const stretched = await page.evaluate(
        ([content, field]) =>
          [...document.querySelectorAll<HTMLElement>('main > *, main input, main select, main textarea')]
            .filter((element) => element.offsetWidth > (element.matches('input, select, textarea') ? field! : content!))
            .map((element) => `${element.tagName} ${element.className} has ${element.offsetWidth} px at 2,560 px`),
        [CONTENT_AT_MOST, FIELD_AT_MOST],
      )
      return [...overflow, ...stretched]
    })
    expect(findings).toEqual([])
  })

  test('asks nothing more once it is shown, and begins each of its streams once', async () => {
    const page = await dashboard.openAsOwner()
    await page.getByRole('navigation').waitFor()
    const base = page.url().replace(/\/$/, '')
    const begun: string[] = []
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => begun.push(streamOf(String(payload)))))
    for (const address of Object.values(addresses)) {
      begun.length = 0
      await page.goto(base + address)
      await page.waitForLoadState('networkidle')
      const streams = begun.filter(Boolean)
      expect(streams, address).toEqual([...new Set(streams)])
    }
  })

  test('is reached by the keyboard alone, and so is the first row of each list', async () => {
    const page = await dashboard.openAsOwner()
    const titles = (await page.getByRole('navigation').getByRole('link').allInnerTexts()).filter(Boolean)
    expect(titles.length).toBeGreaterThanOrEqual(12)
    for (const title of titles) {
      await tabTo(page, title)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
    }
    for (const title of ['Deliveries', 'Endpoints', 'Events', 'Event types', 'API keys']) {
      await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      const row = page.locator('main tbody a').first()
      await row.waitFor()
      await page.locator('main').focus()
      for (let n = 0; n < 60 && !(await row.evaluate((link) => link === document.activeElement)); n++)
        await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: title }).waitFor({ state: 'detached' })
    }
  })

  test('offers a person with the role VIEWER nothing that the role may not do', async () => {
    const { organizationId } = dashboard
    const page = await dashboard.openAs(await signedIn(dashboard, { role: 'VIEWER', organizationId }))
    await page.getByRole('navigation').waitFor()
    const findings = await visitAll(page, async (name) => {
      // The own account is the person's own.
      if (name === 'account') return []
      const buttons = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLButtonElement>('main button')].map((button) => ({
          name: button.getAttribute('aria-label') ?? button.innerText,
          isOff: button.disabled || button.getAttribute('aria-disabled') === 'true',
          reason: `${button.title} ${document.getElementById(button.getAttribute('aria-describedby') ?? '')?.innerText}`,
        })),
      )
      return buttons
        .filter(({ name, isOff, reason }) => CHANGING.test(name) && !(isOff && /\w+:\w+|permission/.test(reason)))
        .map(({ name }) => `the button ${name} is offered`)
    })
    expect(findings).toEqual([])
    for (const title of ['Audit', 'Members', 'Settings', 'Operator'])
      expect(await page.getByRole('navigation').getByRole('link', { name: title }).count()).toBe(0)
  })
})

/** The stream that a message of the page begins; empty for another message. */
function streamOf(message: string): string {
  const { type, payload } = JSON.parse(message)
  return type === 'subscribe' ? JSON.stringify(payload) : ''
}

/** Elements that reach past the right edge of the page, outside of parts that scroll by themselves. */
function overflowing(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  const isInside = (element: Element) => {
    for (let parent = element.parentElement; parent !== null; parent = parent.parentElement)
      if (/auto|scroll|hidden/.test(getComputedStyle(parent).overflowX)) return true
    return false
  }
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > clientWidth + 1 && !isInside(element))
    .map((element) => `${element.tagName} ${element.className} reaches past 360 px`)
    .slice(0, 5)
}
