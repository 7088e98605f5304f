import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
beforeAll(async () => {
  dashboard = await startDashboard()
  await dashboard.program.createType('invoice.paid')
  await dashboard.program.request('{ members { nodes { id } } }')
  page = await dashboard.openAsOwner()
})
afterAll(() => dashboard.stop())

const goTo = (path = '') => page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}/audit${path}`)
const row = (name: string) => page.getByRole('row').filter({ hasText: name })

describe('audit trail', () => {
  test('shows a change as it happens, with its details and the changed object', async () => {
    await goTo()
    await page.getByText('Live', { exact: true }).waitFor()
    const CREATE = `mutation { apiKeyCreate(input: { name: "observed", permissions: [] }) {
      ... on ApiKeyCreatePayload { apiKey { id } } } }`
    const { apiKey } = await dashboard.owner.ask(CREATE)
    const entry = row(apiKey.id)
    await entry.getByText('API key created').waitFor()
    await entry.getByText('Show').click()
    await entry.getByText('"environment": "LIVE"').waitFor()
    await entry.getByRole('link', { name: apiKey.id }).click()
    await page.getByRole('heading', { name: 'observed', level: 1 }).waitFor()
  })

  test('is filtered by actor, action, object, outcome and time, all in the address', async () => {
    await goTo()
    const { id } = dashboard.person
    await row('Event type registered').waitFor()
    await page.getByRole('button', { name: 'Only entries of Ana' }).first().click()
    await page.waitForURL(new RegExp(`actor=${id}`))
    await row('Event type registered').waitFor({ state: 'detached' })
    await page.reload()
    expect(await page.getByLabel('By (id)').inputValue()).toBe(id)
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('Action', { exact: true }).selectOption('EVENT_TYPE_CREATE')
    await row('Organization created').waitFor({ state: 'detached' })
    await row('Event type registered').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('Outcome').selectOption('DENIED')
    await row('Query.members').getByText('Refused').waitFor()
    await row('Event type registered').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('About (id)').fill(dashboard.program.keyId)
    await page.getByLabel('About (id)').press('Enter')
    await row('Event type registered').waitFor({ state: 'detached' })
    await row('API key created').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('From', { exact: true }).fill('2099-01-01T00:00')
    await page.getByLabel('From', { exact: true }).press('Enter')
    await page.getByRole('heading', { name: 'No entry matches these filters' }).waitFor()
    expect(new URL(page.url()).searchParams.get('from')).toMatch(/^209|^2098/)
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('Until', { exact: true }).fill('2001-01-01T00:00')
    await page.getByLabel('Until', { exact: true }).press('Enter')
    await page.getByRole('heading', { name: 'No entry matches these filters' }).waitFor()
  })

  test('is read page by page', async () => {
    for (let n = 0; n < 60; n++) {
      const name = `many.n${n}`
      await dashboard.owner.ask(
        `mutation ($name: String!) { eventTypeCreate(input: { name: $name }) { __typename } }`,
        { name },
      )
    }
    await goTo()
    await page.getByRole('button', { name: 'Older' }).click()
    await page.waitForURL(/after=/)
    await row('Organization created').waitFor()
    await page.getByRole('button', { name: 'Newest' }).click()
    await row('Organization created').waitFor({ state: 'detached' })
  })

  test.each([['light'], ['dark']] as const)('has no finding of axe-core in %s mode', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await goTo()
    await row('Event type registered').first().waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    expect(dashboard.faults).toEqual([])
  })
})
