import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { totp } from '../support/accounts.ts'
import { PASSWORD } from '../support/browser-client.ts'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'
import { signedIn } from '../support/people.ts'

/** For states that follow an answer or a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterAll(() => dashboard.stop())

async function giveAgain(on: Page): Promise<void> {
  const dialog = on.getByRole('dialog', { name: 'Enter your password again' })
  await dialog.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Continue' }).click()
}

describe('own account', () => {
  /** A person with an account and sessions of its own, signed in through the form. */
  async function openAccount(email: string): Promise<Page> {
    const person = await signedIn(dashboard, { role: 'DEVELOPER', organizationId: dashboard.organizationId, email })
    const { secret } = await dashboard.database.prisma.personCredential.findFirstOrThrow({
      where: { personId: dashboard.person.id, kind: 'PASSWORD' },
    })
    const now = new Date()
    await dashboard.database.prisma.personCredential.create({
      data: {
        id: `crd_${email}`,
        personId: person.personId,
        kind: 'PASSWORD',
        secret,
        confirmedAt: now,
        createdAt: now,
      },
    })
    const other = await dashboard.open('/dashboard')
    await signIn(other, email)
    await other.getByRole('navigation').waitFor()
    await other.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}/account`)
    await other.getByRole('heading', { name: 'Your account' }).waitFor()
    return other
  }

  async function signIn(on: Page, email: string, password = PASSWORD): Promise<void> {
    await on.getByLabel('Email').fill(email)
    await on.getByLabel('Password').fill(password)
    await on.getByRole('button', { name: 'Sign in' }).click()
  }

  test('changes its name and its mails, and its address after the password', async () => {
    const other = await openAccount('lena@example.com')
    const profile = other.getByRole('region', { name: 'Profile' })
    await profile.getByLabel('Name').fill('Lena')
    await profile.getByLabel('mail me when').uncheck()
    await profile.getByRole('button', { name: 'Save' }).click()
    await other.getByText('Your account is saved').waitFor()
    await profile.getByLabel('Email').fill('lena.b@example.com')
    await profile.getByRole('button', { name: 'Save' }).click()
    await giveAgain(other)
    const find = () => dashboard.database.prisma.person.findFirst({ where: { name: 'Lena' } })
    await expect.poll(find, WITHIN).toMatchObject({ email: 'lena.b@example.com', mailsOfEndpoints: false })
    await other.close()
  })

  test('changes its password, which a wrong one does not', async () => {
    const other = await openAccount('mia@example.com')
    const panel = other.getByRole('region', { name: 'Password' })
    await panel.getByLabel('Current password').fill(PASSWORD)
    await panel.getByLabel('New password').fill('short')
    await panel.getByRole('button', { name: 'Change the password' }).click()
    await giveAgain(other)
    await expect.poll(() => panel.getByLabel('New password').getAttribute('aria-invalid'), WITHIN).toBe('true')
    await panel.getByLabel('Current password').fill('not the present one')
    await panel.getByLabel('New password').fill('another four plain words')
    await panel.getByRole('button', { name: 'Change the password' }).click()
    await panel.getByRole('alert').waitFor()
    await panel.getByLabel('Current password').fill(PASSWORD)
    await panel.getByRole('button', { name: 'Change the password' }).click()
    await other.getByText('Your password is changed').waitFor()
    expect(await panel.getByLabel('New password').inputValue()).toBe('')
    const again = await dashboard.open('/dashboard')
    await signIn(again, 'mia@example.com', 'another four plain words')
    await again.getByRole('navigation').waitFor()
    await Promise.all([other.close(), again.close()])
  })

  test('adds an authenticator, signs in with it, and replaces its recovery codes', async () => {
    const other = await openAccount('nina@example.com')
    const panel = other.getByRole('region', { name: 'Two-factor authentication' })
    await panel.getByText('Off', { exact: true }).waitFor()
    await panel.getByRole('button', { name: 'Add an authenticator' }).click()
    await giveAgain(other)
    const secret = await other.locator('dialog code').first().innerText()
    await other.getByLabel('Code', { exact: true }).fill('000000')
    await other.getByRole('button', { name: 'Confirm' }).click()
    await other.getByRole('dialog').getByRole('alert').waitFor()
    await other.getByLabel('Code', { exact: true }).fill(totp(secret, dashboard.clock))
    await other.getByRole('button', { name: 'Confirm' }).click()
    const codes = (await other.getByTestId('recovery-codes').innerText()).split('\n')
    expect(codes).toHaveLength(10)
    await other.getByRole('button', { name: 'I have stored it' }).click()
    await panel.getByText('On', { exact: true }).waitFor()
    await panel.getByText('10 recovery codes left').waitFor()
    expect(await accessibilityFaults(other)).toEqual([])

    const again = await dashboard.open('/dashboard')
    await signIn(again, 'nina@example.com')
    await again.getByLabel('Code').fill(codes[0]!)
    await again.getByRole('button', { name: 'Sign in' }).click()
    await again.getByRole('navigation').waitFor()
    await again.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}/account`)
    await again.getByText('9 recovery codes left').waitFor()
    await again.close()

    await panel.getByRole('button', { name: 'New recovery codes' }).click()
    await other.getByRole('dialog').getByRole('button', { name: 'New recovery codes' }).click()
    const fresh = await other.getByTestId('recovery-codes').innerText()
    expect(fresh).not.toContain(codes[1])
    await other.getByRole('button', { name: 'I have stored it' }).click()
    await panel.getByText('10 recovery codes left').waitFor()
    await panel.getByRole('button', { name: 'Remove the authenticator' }).click()
    await other.getByRole('dialog').getByRole('button', { name: 'Remove the authenticator' }).click()
    await panel.getByText('Off', { exact: true }).waitFor()
    await other.close()
  })

  test('lists its sessions, and ends one of them', async () => {
    const other = await openAccount('olga@example.com')
    const table = other.getByRole('table', { name: 'Sessions' })
    await table.getByText('This one').waitFor()
    await table
      .getByRole('button', { name: /^End the session of/ })
      .first()
      .click()
    await giveAgain(other)
    await other.getByText('The session has ended').waitFor()
    await expect.poll(() => table.getByRole('button', { name: /^End the session of/ }).count(), WITHIN).toBe(0)
    expect(dashboard.faults).toEqual([])
    await other.close()
  })
})
