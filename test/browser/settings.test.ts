import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../support/browser-client.ts'
import { accessibilityFaults, startDashboard, tabTo } from '../support/dashboard.ts'
import { signedIn } from '../support/people.ts'

/** For states that follow an answer or a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
beforeAll(async () => {
  dashboard = await startDashboard()
  page = await dashboard.openAsOwner()
})
afterAll(() => dashboard.stop())

const goTo = (path: string) => page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}${path}`)
const button = (name: string) => page.getByRole('button', { name, exact: true })
const region = (name: string) => page.getByRole('region', { name })

async function giveAgain(on: Page = page): Promise<void> {
  const dialog = on.getByRole('dialog', { name: 'Enter your password again' })
  await dialog.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Continue' }).click()
}

const settings = () =>
  dashboard.database.prisma.organization.findUniqueOrThrow({ where: { id: dashboard.organizationId } })

describe('settings of an organization', () => {
  test('change its name, which the navigation shows', async () => {
    await goTo('/settings')
    const form = region('Organization')
    await form.getByLabel('Name').fill('Acme and sons')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The name is saved').waitFor()
    await page.locator('.brand').getByText('Acme and sons').waitFor()
    expect((await settings()).name).toBe('Acme and sons')
    await form.getByLabel('Name').fill('Acme')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.locator('.brand').getByText('Acme', { exact: true }).waitFor()
  })

  test('change the rules by which members sign in, after the password was given again', async () => {
    await goTo('/settings')
    const rules = region('How members sign in')
    await rules.getByLabel('Viewer').check()
    await rules.getByLabel('Minutes without use').fill('30')
    await rules.getByLabel('Minutes after which').fill('600')
    await rules.getByLabel('Addresses from which members may act').fill('127.0.0.0/8\n10.0.0.0/8')
    await rules.getByRole('button', { name: 'Save' }).click()
    await giveAgain()
    await page.getByText('The settings are saved').waitFor()
    expect(await settings()).toMatchObject({
      ...{ twoFactorRoles: ['VIEWER'], sessionIdleSeconds: 1_800, sessionLifetimeSeconds: 36_000 },
      memberIps: ['127.0.0.0/8', '10.0.0.0/8'],
    })
    await page.reload()
    expect(await rules.getByLabel('Minutes without use').inputValue()).toBe('30')
    await rules.getByLabel('Minutes without use').fill('')
    await rules.getByLabel('Viewer').uncheck()
    await rules.getByRole('button', { name: 'Save' }).click()
    await expect.poll(settings, WITHIN).toMatchObject({ sessionIdleSeconds: null, twoFactorRoles: [] })
  })

  test('are refused at their fields, with all that was typed', async () => {
    await goTo('/settings')
    const rules = region('How members sign in')
    await rules.getByLabel('Addresses from which members may act').fill('everywhere')
    await rules.getByRole('button', { name: 'Save' }).click()
    await rules.getByText('must be an address or a network').first().waitFor()
    expect(await rules.getByLabel('Addresses from').getAttribute('aria-invalid')).toBe('true')
    expect(await rules.getByLabel('Addresses from').inputValue()).toBe('everywhere')
    await rules.getByLabel('Minutes without use').fill('1')
    const isTooShort = (input: HTMLInputElement) => input.validity.rangeUnderflow
    expect(await rules.getByLabel('Minutes without use').evaluate(isTooShort)).toBe(true)
  })

  test('do not overwrite what another person saved first', async () => {
    await goTo('/settings')
    const form = region('Organization')
    await form.getByLabel('Name').fill('Mine')
    const RENAME = `mutation { ownOrganizationUpdate(input: { name: "Theirs" }) { ... on Error { code } } }`
    await dashboard.owner.ask(RENAME)
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else changed the settings meanwhile.').waitFor()
    await expect.poll(() => form.getByLabel('Name').inputValue(), WITHIN).toBe('Theirs')
    await form.getByLabel('Name').fill('Acme')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The name is saved').waitFor()
  })

  test('are read by an admin as far as the role goes', async () => {
    const admin = await signedIn(dashboard, { role: 'ADMIN', organizationId: dashboard.organizationId })
    const other = await dashboard.openAs(admin, '/settings')
    await other.getByRole('region', { name: 'How members sign in' }).getByRole('button', { name: 'Save' }).waitFor()
    expect(await other.getByRole('region', { name: 'Organization', exact: true }).getByLabel('Name').count()).toBe(0)
    expect(await other.getByRole('button', { name: 'Delete the organization' }).count()).toBe(0)
    await other.close()
  })

  test('delete the organization only once its name was typed, by keyboard alone', async () => {
    const organizationId = await dashboard.host.createOrganization('Short lived')
    const other = await dashboard.openAs(await signedIn(dashboard, { role: 'OWNER', organizationId }), '/settings')
    await other.getByRole('button', { name: 'Delete the organization' }).waitFor()
    await tabTo(other, 'Delete the organization')
    await other.keyboard.press('Enter')
    await other.keyboard.type('Short live')
    await other.keyboard.press('Enter')
    await other.getByText('This is not the name of the organization.').first().waitFor()
    await other.keyboard.type('d')
    await other.keyboard.press('Enter')
    await other.getByRole('heading', { name: 'You belong to no organization' }).waitFor()
    const where = { id: organizationId }
    const { deletedAt } = await dashboard.database.prisma.organization.findUniqueOrThrow({ where })
    expect(deletedAt).not.toBeNull()
    await other.close()
  })

  test('have no finding of axe-core', async () => {
    await goTo('/settings')
    await button('Delete the organization').click()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(dashboard.faults).toEqual([])
  })
})
