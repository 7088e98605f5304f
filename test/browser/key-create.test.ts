import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, startDashboard, tabTo } from '../support/dashboard.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
beforeAll(async () => {
  dashboard = await startDashboard()
  page = await dashboard.openAsOwner()
})
afterAll(() => dashboard.stop())

const goTo = (path: string) => page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}${path}`)
const dialog = () => page.getByRole('dialog')
const button = (name: string) => page.getByRole('button', { name, exact: true })
const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })

/** Opens the form of a new key, from the list. */
async function openForm(): Promise<void> {
  await goTo('/keys')
  await button('Create a key').click()
}

async function takeSecret(): Promise<string> {
  const secret = await page.getByTestId('secret').innerText()
  await button('I have stored it').click()
  return secret
}

describe('new API key', () => {
  test('reads by default, and its secret is shown once and copied', async () => {
    await openForm()
    await page.getByLabel('Name', { exact: true }).fill('reader')
    await button('Create').click()
    const secret = await page.getByTestId('secret').innerText()
    expect(secret).toMatch(/^sb_live_/)
    await button('Copy').click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
    await takeSecret()
    await row('reader').waitFor()
    expect(await page.content()).not.toContain(secret)
    const { permissions } = await dashboard.api.as(secret).ask('{ viewer { permissions { resource actions } } }')
    expect(permissions.every(({ actions }: { actions: string[] }) => actions.join() === 'READ')).toBe(true)
    expect(permissions).toContainEqual({ resource: 'events', actions: ['READ'] })
  })

  test('tells operation by operation what its permissions open', async () => {
    await openForm()
    const summary = dialog().getByText(/^These permissions open \d+ operations$/)
    const count = async () => Number((await summary.innerText()).match(/\d+/)?.[0])
    const before = await count()
    await page.getByLabel('events: Write').check()
    expect(await count()).toBeGreaterThan(before)
    await summary.click()
    await dialog().getByText('eventPublish', { exact: true }).waitFor()
    await page.getByLabel('events: Write').uncheck()
    await dialog().getByText('eventPublish', { exact: true }).waitFor({ state: 'detached' })
    expect(await count()).toBe(before)
  })

  test('has the environment, tier, expiry, allowlist and restriction that were chosen', async () => {
    await openForm()
    await page.getByLabel('Name', { exact: true }).fill('careful')
    for (const box of await dialog().getByRole('checkbox').all()) await box.uncheck()
    await page.getByLabel('events: Write').check()
    await page.getByLabel('Environment').last().selectOption('TEST')
    await dialog().getByLabel('Tier').selectOption('ELEVATED')
    await page.getByLabel('Expires on').fill('2099-01-31T12:00')
    await page.getByLabel('Allowed addresses').fill('203.0.113.0/24\n2001:db8::1')
    await page.getByLabel('Only persisted operations').check()
    await button('Create').click()
    expect(await takeSecret()).toMatch(/^sb_test_/)
    await page.getByRole('link', { name: /careful/ }).click()
    for (const text of ['Elevated', '203.0.113.0/24, 2001:db8::1', 'persisted ones only'])
      await page.getByRole('definition').getByText(text, { exact: true }).waitFor()
    const stored = await dashboard.database.prisma.apiKey.findFirstOrThrow({ where: { name: 'careful' } })
    expect(stored.permissions).toEqual({ events: ['write'] })
    expect(stored.expiresAt?.toISOString()).toMatch(/^2099-01-31T/)
  })

  test("has permissions on the resources of the operator's own API", async () => {
    const DECLARE = 'mutation { permissionResourceCreate(input: { name: "invoices" }) { __typename } }'
    await dashboard.host.ask(DECLARE)
    await openForm()
    await page.getByLabel('Name', { exact: true }).fill('invoicing')
    expect(await page.getByLabel('invoices: Read').isChecked()).toBe(false)
    await page.getByLabel('invoices: Write').check()
    await dialog()
      .getByText(/^These permissions open/)
      .click()
    await dialog().getByText('a resource of your own API, which apiKeyVerify checks').waitFor()
    await button('Create').click()
    await takeSecret()
    const { permissions } = await dashboard.database.prisma.apiKey.findFirstOrThrow({ where: { name: 'invoicing' } })
    expect(permissions).toMatchObject({ invoices: ['write'], events: ['read'] })
  })

  test('needs a name, and shows refused values at their fields with all that was typed', async () => {
    await openForm()
    await button('Create').click()
    expect(
      await page.getByLabel('Name', { exact: true }).evaluate((input: HTMLInputElement) => input.validity.valueMissing),
    ).toBe(true)
    await page.getByLabel('Name', { exact: true }).fill('hopeful')
    await page.getByLabel('Expires on').fill('2001-01-01T00:00')
    await button('Create').click()
    await dialog().getByText('must be in the future').waitFor()
    expect(await page.getByLabel('Expires on').evaluate((input) => input === document.activeElement)).toBe(true)
    expect(await dialog().getByRole('alert').count()).toBe(0)
    expect(await page.getByLabel('Expires on').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Expires on').fill('')
    await page.getByLabel('Allowed addresses').fill('everywhere')
    await button('Create').click()
    await dialog().getByText('must be an address or a network').waitFor()
    expect(await page.getByLabel('Allowed addresses').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('hopeful')
    expect(await dashboard.database.prisma.apiKey.count({ where: { name: 'hopeful' } })).toBe(0)
  })

  test('keeps the form when the server cannot be reached', async () => {
    await openForm()
    await page.getByLabel('Name', { exact: true }).fill('offline')
    await page.route('**/graphql', (route) => route.abort())
    await button('Create').click()
    await dialog().getByRole('alert').waitFor()
    await page.unroute('**/graphql')
    await button('Create').click()
    await takeSecret()
    await row('offline').waitFor()
  })

  test('is made with the keyboard alone', async () => {
    await goTo('/keys')
    await button('Create a key').waitFor()
    const { keyboard } = page
    await tabTo(page, 'Create a key')
    await keyboard.press('Enter')
    await page.getByLabel('Name', { exact: true }).waitFor()
    await keyboard.type('by hand')
    await keyboard.press('Tab')
    await keyboard.press('Space')
    await keyboard.press('Enter')
    await page.getByTestId('secret').waitFor()
    for (let n = 0; n < 3; n++) await keyboard.press('Escape')
    expect(await page.getByTestId('secret').isVisible()).toBe(true)
    await tabTo(page, 'I have stored it')
    await keyboard.press('Enter')
    await dialog().waitFor({ state: 'detached' })
    expect(await button('Create a key').evaluate((opener) => opener === document.activeElement)).toBe(true)
    await row('by hand').waitFor()
    const { permissions } = await dashboard.database.prisma.apiKey.findFirstOrThrow({ where: { name: 'by hand' } })
    expect(permissions).not.toHaveProperty('keys')
    await dialog().waitFor({ state: 'detached' })
    await tabTo(page, 'Create a key')
    await keyboard.press('Enter')
    await keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
  })
})

describe('pages of API keys', () => {
  test.each([['light'], ['dark']] as const)('have no finding of axe-core in %s mode', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await openForm()
    await dialog()
      .getByText(/^These permissions open/)
      .click()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: /reader/ }).click()
    await page.getByRole('heading', { name: 'Audit of the key' }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await accessibilityFaults(page)).toEqual([])
    expect(dashboard.faults).toEqual([])
  })
})
