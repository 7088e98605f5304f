import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard()
  await dashboard.program.createType('invoice.paid')
})
afterAll(() => dashboard.stop())
afterEach(async () => {
  await dashboard.closePages()
  expect(dashboard.faults).toEqual([])
})

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })

describe('navigation in a narrow window', () => {
  test.each([[390], [768]])('is a menu at %d pixels, which closes on a choice and on Escape', async (width) => {
    const page = await dashboard.openAsOwner('/dashboard', { width })
    const menu = page.getByRole('button', { name: 'Menu' })
    const navigation = page.getByRole('navigation')
    await menu.waitFor()
    expect(await navigation.isVisible()).toBe(false)
    expect(await menu.getAttribute('aria-expanded')).toBe('false')
    expect(await page.locator('aside').evaluate((side) => side.scrollWidth <= side.clientWidth)).toBe(true)

    await menu.click()
    expect(await menu.getAttribute('aria-expanded')).toBe('true')
    const controlled = page.locator(`[id="${await menu.getAttribute('aria-controls')}"]`)
    await controlled.getByRole('button', { name: 'Sign out' }).waitFor()
    await controlled.getByRole('link', { name: 'Ana', exact: true }).waitFor()
    const [first, second] = await navigation.getByRole('link').all()
    const [above, below] = [await first!.boundingBox(), await second!.boundingBox()]
    expect(below!.y).toBeGreaterThanOrEqual(above!.y + above!.height)
    await heading(page, 'Overview').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])

    await navigation.getByRole('link', { name: 'API keys' }).click()
    await heading(page, 'API keys').waitFor()
    expect(await navigation.isVisible()).toBe(false)
    await menu.click()
    await navigation.getByRole('link', { name: 'Usage' }).focus()
    await page.keyboard.press('Escape')
    expect(await navigation.isVisible()).toBe(false)
    expect(await menu.evaluate((button) => button === document.activeElement)).toBe(true)
  })
})

describe('title of the tab', () => {
  test('names the page, the organization and the product', async () => {
    const { organization } = await dashboard.owner.ask('{ viewer { organization { name } } }')
    const page = await dashboard.open()
    await expect.poll(() => page.title()).toBe('Sign in · Signalbox')
    const own = await dashboard.openAsOwner()
    await expect.poll(() => own.title()).toBe(`Overview · ${organization.name} · Signalbox`)
    await own.getByRole('link', { name: 'Event types' }).click()
    await expect.poll(() => own.title()).toBe(`Event types · ${organization.name} · Signalbox`)
    await own.getByRole('link', { name: 'invoice.paid' }).click()
    await heading(own, 'invoice.paid').waitFor()
    expect(await own.title()).toBe(`Event types · ${organization.name} · Signalbox`)
  })
})

describe('page whose code cannot be fetched', () => {
  test('says that Signalbox cannot be reached, and is shown once it can', async () => {
    const page = await dashboard.openAsOwner()
    await heading(page, 'Overview').waitFor()
    await page.route('**/*', (route) => route.abort())
    await page.getByRole('link', { name: 'Usage' }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'Signalbox cannot be reached' })
    await alert.getByText('It is read again as soon as it answers').waitFor()
    expect(await page.getByText('This page has a fault').count()).toBe(0)
    await page.unroute('**/*')
    await heading(page, 'Usage').waitFor()
  })

  test('leaves the choice to the person while Signalbox answers', async () => {
    const page = await dashboard.openAsOwner()
    await heading(page, 'Overview').waitFor()
    await page.route('**/audit-*.js', (route) => route.fulfill({ status: 404 }))
    await page.getByRole('link', { name: 'Audit' }).click()
    await page.getByText('Signalbox may have a new version').waitFor()
    await page.unroute('**/audit-*.js')
    await page.getByRole('button', { name: 'Try again' }).click()
    await heading(page, 'Audit').waitFor()
  })
})

describe('filter of free text', () => {
  test('counts after a pause, and keeps the focus for more', async () => {
    const page = await dashboard.openAsOwner()
    await page.getByRole('link', { name: 'Event types' }).click()
    const field = page.getByRole('searchbox').first()
    await field.pressSequentially('invoice')
    await page.waitForURL(/search=invoice$/)
    await field.pressSequentially('.none')
    await page.waitForURL(/search=invoice.none$/)
    await page.getByRole('link', { name: 'invoice.paid' }).waitFor({ state: 'detached' })
    await page.goBack()
    await expect.poll(() => field.inputValue()).toBe('invoice')
  })
})

describe('toast of a fault', () => {
  test('goes by itself', async () => {
    const page = await dashboard.openAsOwner()
    await page.getByRole('link', { name: 'Deliveries' }).click()
    await page.clock.install()
    await page.getByLabel('Delivery or event').fill('nothing')
    await page.keyboard.press('Enter')
    const toast = page.locator('.toast[data-tone=bad]')
    await toast.waitFor()
    await page.clock.runFor(9_000)
    expect(await toast.count()).toBe(1)
    await page.clock.runFor(1_500)
    await toast.waitFor({ state: 'detached' })
  })
})
