import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../support/browser-client.ts'
import { startDashboard } from '../support/dashboard.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterAll(() => dashboard.stop())

describe('members', () => {
  test('a person who opens the link of an invitation becomes a member with its role', async () => {
    const page = await dashboard.openAsOwner()
    await page.getByRole('link', { name: 'Members' }).click()
    await page.getByRole('button', { name: 'Invite a person' }).click()
    await page.getByLabel('Email').fill('bob@example.com')
    await page.getByLabel('Role', { exact: true }).selectOption('VIEWER')
    await page.getByRole('dialog').getByRole('button', { name: 'Invite a person' }).click()
    const link = new URL(await page.getByTestId('invitation-link').innerText())

    const other = await dashboard.open(link.pathname + link.hash)
    await other.getByText('You are invited to Acme as Viewer').waitFor()
    expect(other.url()).not.toContain(link.hash)
    await other.getByLabel('Your name').fill('Bob')
    await other.getByLabel('Password').fill(PASSWORD)
    await other.getByRole('button', { name: 'Accept' }).click()
    await other.getByRole('navigation').waitFor()
    await other.getByRole('link', { name: 'API keys' }).click()
    await other.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
    expect(await other.getByRole('button', { name: 'Create a key' }).count()).toBe(0)
    expect(await other.getByRole('link', { name: 'Members' }).count()).toBe(0)
    expect(dashboard.faults).toEqual([])
  })

  test('a page that the role may not see names the missing permission', async () => {
    const page = await dashboard.open('/dashboard')
    await page.getByLabel('Email').fill('bob@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('navigation').waitFor()
    await page.goto(`${page.url().replace(/\/$/, '')}/audit`)
    await page.getByText('It needs the permission audit:read').waitFor()
  })
})
