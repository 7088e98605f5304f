import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterAll(() => dashboard.stop())

describe('API keys', () => {
  test('are created with permissions, shown once and revoked when confirmed', async () => {
    const page = await dashboard.openAsOwner()
    await page.getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()

    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('billing service')
    await page.getByLabel('events: Write').check()
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    const secret = await page.getByTestId('secret').innerText()
    expect(secret).toMatch(/^sb_live_/)
    const { organization } = await dashboard.api.as(secret).ask('{ viewer { organization { name } } }')
    expect(organization.name).toBe('Acme')

    await page.getByRole('button', { name: 'Copy' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByRole('link', { name: /billing service/ }).click()

    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('Revoked', { exact: true }).first().waitFor()
    expect(await page.getByRole('button', { name: 'Rotate' }).count()).toBe(0)
    const { errors } = await dashboard.api.as(secret).request('{ viewer { id } }')
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(dashboard.faults).toEqual([])
  })

  test('have pages without a finding of axe-core in both modes', async () => {
    for (const dark of [false, true]) {
      const page = await dashboard.openAsOwner('/dashboard', { dark })
      await page.getByRole('link', { name: 'API keys' }).click()
      await page.getByRole('button', { name: 'Create a key' }).click()
      await page.getByLabel('Name', { exact: true }).waitFor()
      expect(await accessibilityFaults(page)).toEqual([])
    }
  })
})
