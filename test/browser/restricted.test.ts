import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { totp } from '../support/accounts.ts'
import { PASSWORD } from '../support/browser-client.ts'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'
import { noteSecret } from '../support/secret-leak-check.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterAll(() => dashboard.stop())

describe('a person who may open no page', () => {
  test('enrols a second factor in place of the pages when the role needs one, and then sees them', async () => {
    const page = await dashboard.openAsOwner()
    await dashboard.database.pool.query("UPDATE organizations SET two_factor_roles = '{OWNER}'")
    await page.reload()
    await page.getByRole('heading', { name: 'Add a second factor' }).waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Add an authenticator' }).click()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Continue' }).click()
    const secret = await page.getByRole('dialog').locator('code').innerText()
    noteSecret(secret)
    await page.getByLabel('Code', { exact: true }).fill(totp(secret, dashboard.clock))
    await page.getByRole('button', { name: 'Confirm' }).click()
    const codes = await page.getByTestId('recovery-codes').innerText()
    for (const code of codes.split('\n')) noteSecret(code)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByRole('navigation').waitFor()
    expect(dashboard.faults).toEqual([])
  })

  test('reads why and signs out when no organization is left', async () => {
    await dashboard.database.pool.query("UPDATE organizations SET two_factor_roles = '{}'")
    const { rows } = await dashboard.database.pool.query(
      'DELETE FROM person_credentials WHERE kind = $1 RETURNING id',
      ['TOTP'],
    )
    expect(rows).toHaveLength(1)
    const page = await dashboard.openAsOwner()
    await dashboard.database.pool.query('DELETE FROM members')
    await page.reload()
    await page.getByRole('heading', { name: 'This organization is closed to you' }).waitFor()
    await page.getByRole('button', { name: 'Open your own organization' }).click()
    await page.getByRole('heading', { name: 'You belong to no organization' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(dashboard.faults).toEqual([])
  })
})
