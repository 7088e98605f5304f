import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../support/browser-client.ts'
import { accessibilityFaults, startDashboard, tabTo } from '../support/dashboard.ts'
import { type Role, signedIn } from '../support/people.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
beforeAll(async () => {
  dashboard = await startDashboard()
  page = await dashboard.openAsOwner()
})
afterAll(() => dashboard.stop())

const goTo = () => page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}/members`)
const button = (name: string) => page.getByRole('button', { name, exact: true })
/** A person whose organizations are all gone, or whose address names a foreign one. */
const CLOSED = /You belong to no organization|This organization is closed to you/
const dialog = () => page.getByRole('dialog').last()
const row = (name: string, on = page) => on.getByRole('row').filter({ hasText: name })

/** A new member with a name of its own, elevated. */
async function add(name: string, role: Role) {
  const person = await signedIn(dashboard, { role, organizationId: dashboard.organizationId })
  await dashboard.database.prisma.person.update({ where: { id: person.personId }, data: { name } })
  return person
}

/** Gives the password again when the page asks, which it does for the first dangerous change of a session. */
async function giveAgain(on: Page = page): Promise<void> {
  await on.getByRole('heading', { name: 'Enter your password again' }).waitFor()
  await on.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD)
  await on.getByRole('button', { name: 'Continue' }).click()
}

describe('members', () => {
  test('are invited by a link that is copied, and an invitation can be revoked', async () => {
    await goTo()
    await button('Invite a person').click()
    await page.getByLabel('Email').fill('carol@example.com')
    await page.getByLabel('Role', { exact: true }).selectOption('DEVELOPER')
    await dialog().getByRole('button', { name: 'Invite a person' }).click()
    const link = await page.getByTestId('invitation-link').innerText()
    await button('Copy').click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link)
    await button('Close').click()
    await row('carol@example.com').getByText('Open').waitFor()
    await button('Revoke the invitation of carol@example.com').click()
    await row('carol@example.com').getByText('Revoked').waitFor()
    const other = await dashboard.open(new URL(link).pathname + new URL(link).hash)
    await other.getByText('This invitation was used, has expired, or was revoked.').waitFor()
    await other.close()
  })

  test('cannot be invited twice, and the refusal stands in the form', async () => {
    await goTo()
    await button('Invite a person').click()
    await page.getByLabel('Email').fill(dashboard.person.email)
    await dialog().getByRole('button', { name: 'Invite a person' }).click()
    await dialog().getByRole('alert').waitFor()
    expect(await page.getByLabel('Email').inputValue()).toBe(dashboard.person.email)
    await page.keyboard.press('Escape')
  })

  test('get another role after the password was given again, and see it at the next page', async () => {
    const dan = await add('Dan', 'VIEWER')
    await add('Eve', 'DEVELOPER')
    await goTo()
    await page.getByLabel('Role of Dan').selectOption('ADMIN')
    await giveAgain()
    await page.getByText('The role is changed').waitFor()
    const other = await dashboard.openAs(dan, '/members')
    await other.getByRole('button', { name: 'Invite a person' }).waitFor()
    // An admin manages the roles below the own one only.
    expect(await other.getByLabel(/^Role of Ana/).count()).toBe(0)
    await other.getByLabel('Role of Eve').waitFor()
    expect(await other.getByLabel('Role of Eve').locator('option').allInnerTexts()).toEqual(['Developer', 'Viewer'])
    await other.close()
  })

  test('keep an owner: the last one can neither leave nor get another role', async () => {
    await goTo()
    await page.getByLabel('Role of Ana').selectOption('VIEWER')
    await page.getByText('An organization keeps an owner.').first().waitFor()
    expect(await page.getByLabel('Role of Ana').inputValue()).toBe('OWNER')
    await row('ana@example.com').getByRole('button', { name: 'Leave' }).click()
    await dialog().getByRole('button', { name: 'Leave' }).click()
    await dialog().getByText('An organization keeps an owner.').waitFor()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
  })

  test('are removed when confirmed, and their open page ends', async () => {
    const frank = await add('Frank', 'DEVELOPER')
    const other = await dashboard.openAs(frank, '/keys')
    await other.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
    await goTo()
    await button('Remove Frank').click()
    await dialog().getByText('The sessions of Frank in this organization end at once.').waitFor()
    await dialog().getByRole('button', { name: 'Remove' }).click()
    await row('Frank').waitFor({ state: 'detached' })
    await other.getByRole('heading', { name: CLOSED }).waitFor()
    await other.close()
  })

  test('leave by themselves', async () => {
    const gina = await add('Gina', 'ADMIN')
    const other = await dashboard.openAs(gina, '/members')
    await row('Gina', other).getByRole('button', { name: 'Leave' }).click()
    await other.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
    await other.getByRole('heading', { name: CLOSED }).waitFor()
    await goTo()
    await row('ana@example.com').waitFor()
    expect(await row('Gina').count()).toBe(0)
    await other.close()
  })

  test('show the ownership that another owner gave away, by keyboard alone', async () => {
    const hedda = await add('Hedda', 'OWNER')
    await add('Ivan', 'ADMIN')
    const other = await dashboard.openAs(hedda, '/members')
    await other.getByRole('button', { name: 'Make owner in your place: Ivan' }).waitFor()
    await tabTo(other, 'Make owner in your place: Ivan')
    await other.keyboard.press('Enter')
    await other.getByText('Ivan becomes an owner of Acme, and you become an admin.').waitFor()
    await tabTo(other, 'Make owner')
    await other.keyboard.press('Enter')
    // Hedda is an admin now, who manages no owner.
    await row('Hedda', other).getByRole('cell', { name: 'Admin', exact: true }).waitFor()
    await row('Ivan', other).getByRole('cell', { name: 'Owner', exact: true }).waitFor()
    await other.close()
  })

  test('show who has a second factor, and when each was seen', async () => {
    const jo = await add('Jo', 'VIEWER')
    await dashboard.database.prisma.personCredential.create({
      data: {
        id: `crd_${jo.personId}`,
        personId: jo.personId,
        kind: 'TOTP',
        secret: 'sealed',
        confirmedAt: new Date(),
        createdAt: new Date(),
      },
    })
    await goTo()
    await row('Jo').getByText('On', { exact: true }).waitFor()
    await row('Jo').getByText('never', { exact: true }).waitFor()
    await row('ana@example.com').getByText('Off', { exact: true }).waitFor()
  })

  test('have roles that a phone shows in full', async () => {
    await add('Lou', 'DEVELOPER')
    await page.setViewportSize({ width: 390, height: 780 })
    await goTo()
    const role = await page.getByLabel('Role of Lou').boundingBox()
    await page.setViewportSize({ width: 1280, height: 860 })
    expect(role!.width).toBeGreaterThanOrEqual(130)
    expect(role!.x + role!.width).toBeLessThanOrEqual(390 - 14)
  })

  test('are no page of a viewer, and have no finding of axe-core', async () => {
    await goTo()
    await row('ana@example.com').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    const viewer = await add('Kim', 'VIEWER')
    const other = await dashboard.openAs(viewer, '/members')
    await other.getByText('It needs the permission members:read').waitFor()
    await other.close()
    expect(dashboard.faults).toEqual([])
  })
})
