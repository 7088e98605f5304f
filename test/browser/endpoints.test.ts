import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countHours } from '../../src/domain/deliveries/count-hours.ts'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'
import { openAs } from '../support/dashboard-people.ts'
import { startReceiver } from '../support/receiver.ts'

/** For states that follow a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
const [accepting, failing] = [
  await startReceiver(),
  await startReceiver((_request, response) => response.writeHead(500).end()),
]
/** Endpoints by their descriptions. */
const ids: Record<string, string> = {}
beforeAll(async () => {
  dashboard = await startDashboard()
  await dashboard.program.createType('invoice.paid')
  for (const [description, url] of [
    ['Billing', accepting.url],
    ['Search', failing.url],
    ['Warehouse', accepting.url],
  ] as const) {
    const { webhookEndpoint } = await dashboard.program.createEndpoint(url, { description, disableAfterFailures: null })
    ids[description] = webhookEndpoint.id
  }
  await dashboard.program.publishMany([1, 2].map((n) => ({ type: 'invoice.paid', data: { n } })))
  await dashboard.deliver()
  await countHours(dashboard.database.pool, null)
})
afterAll(async () => {
  await dashboard.stop()
  await Promise.all([accepting.stop(), failing.stop()])
})

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const names = (page: Page) =>
  page.getByRole('table', { name: 'Endpoints' }).locator('tbody .cell-line.muted').allInnerTexts()

describe('list of endpoints', () => {
  test('shows the health and the last day of each endpoint', async () => {
    const page = await openAs(dashboard, 'OWNER', '/endpoints')
    await rowOf(page, 'Billing').getByText('Healthy').waitFor()
    await rowOf(page, 'Billing').getByRole('img', { name: '2 attempts in 24 hours, none failed' }).waitFor()
    await rowOf(page, 'Search').getByText('Failing').waitFor()
    await rowOf(page, 'Search').getByRole('img', { name: '2 attempts in 24 hours, 2 failed' }).waitFor()
    await page.close()
  })

  test('keeps its tab and its search in the address', async () => {
    const page = await openAs(dashboard, 'OWNER', '/endpoints')
    await page.getByRole('button', { name: 'Failing', exact: true }).click()
    await expect.poll(() => names(page), WITHIN).toEqual(['Search'])
    await page.getByRole('button', { name: 'All', exact: true }).click()
    await page.getByLabel('URL or description').fill('ware')
    await page.keyboard.press('Enter')
    await expect.poll(() => names(page), WITHIN).toEqual(['Warehouse'])
    await page.reload()
    await rowOf(page, 'Warehouse').waitFor()
    expect(new URL(page.url()).search).toBe('?search=ware')
    await page.getByLabel('Wants event type').fill('nobody.wants')
    await page.keyboard.press('Enter')
    await page.getByLabel('URL or description').fill('nothing')
    await page.keyboard.press('Enter')
    await page.getByText('No endpoint matches these filters').waitFor()
    await page.close()
  })

  test('is used with the keyboard alone', async () => {
    const page = await openAs(dashboard, 'OWNER', '/endpoints')
    await rowOf(page, 'Search').getByRole('link').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Billing', level: 1 }).waitFor()
    await page.goBack()
    await page.getByRole('checkbox', { name: 'Select Warehouse' }).focus()
    await page.keyboard.press('Space')
    await page.getByText('1 endpoint selected').waitFor()
    await page.close()
  })
})

describe('selection of endpoints', () => {
  test('is disabled and enabled in one step, and the other window sees it live', async () => {
    const [page, other] = [
      await openAs(dashboard, 'OWNER', '/endpoints'),
      await openAs(dashboard, 'OWNER', '/endpoints'),
    ]
    await rowOf(other, 'Warehouse').getByText('Healthy').waitFor()
    await page.getByRole('checkbox', { name: 'Select Billing' }).check()
    await page.getByRole('checkbox', { name: 'Select Warehouse' }).check()
    await page.getByRole('button', { name: 'Disable selected' }).click()
    const dialog = page.getByRole('dialog', { name: 'Disable 2 endpoints?' })
    await dialog.getByText('0 deliveries waiting now would be held.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Disable selected' }).click()
    await page.getByText('2 endpoints disabled').waitFor()
    await rowOf(page, 'Billing').getByText('Disabled').waitFor()
    await rowOf(other, 'Warehouse').getByText('Disabled').waitFor()

    await dashboard.program.publish('invoice.paid')
    await page.getByRole('checkbox', { name: 'Select all endpoints' }).check()
    await page.getByRole('button', { name: 'Enable selected' }).click()
    const enabling = page.getByRole('dialog', { name: 'Enable 2 endpoints?' })
    await enabling.getByText('1 endpoint of the selection: enabled already').waitFor()
    await enabling.getByText('2 deliveries held now.').waitFor()
    await enabling.getByLabel('Deliveries that were held').selectOption('CANCEL')
    await enabling.getByRole('button', { name: 'Enable selected' }).click()
    await page.getByText('2 endpoints enabled').waitFor()
    await rowOf(other, 'Warehouse').getByText('Healthy').waitFor()
    const { nodes } = await dashboard.program.ask('{ deliveries(filter: { statuses: [CANCELED] }) { nodes { id } } }')
    expect(nodes).toHaveLength(2)
    await Promise.all([page.close(), other.close()])
  })

  test('tells for each endpoint that could not be deleted why, and keeps it selected', async () => {
    const { program } = dashboard
    for (const description of ['Old one', 'Old two']) {
      const { webhookEndpoint } = await program.createEndpoint(accepting.url, { description })
      ids[description] = webhookEndpoint.id
    }
    const page = await openAs(dashboard, 'OWNER', '/endpoints?search=Old')
    await page.getByRole('checkbox', { name: 'Select all endpoints' }).check()
    await page.getByRole('button', { name: 'Delete selected' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete 2 endpoints?' })
    await dialog.getByText('This cannot be undone').waitFor()
    // Another program is faster with one of them.
    await program.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', { id: ids['Old one'] })
    await dialog.getByRole('button', { name: 'Delete selected' }).click()
    await dialog.getByText('1 of 2 endpoints could not be changed').waitFor()
    await dialog.getByRole('listitem').filter({ hasText: 'Old two' }).getByText('Done').waitFor()
    await dialog
      .getByRole('listitem')
      .filter({ hasText: 'Old one' })
      .getByText(/webhook endpoint/)
      .waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.getByText('No endpoint matches these filters').waitFor()
    await page.close()
  })
})

describe('endpoints for a VIEWER', () => {
  test('have neither buttons nor boxes', async () => {
    const page = await openAs(dashboard, 'VIEWER', '/endpoints')
    await rowOf(page, 'Billing').waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Add an endpoint' }).count()).toBe(0)
    await rowOf(page, 'Billing').getByRole('link').click()
    await page.getByRole('heading', { name: 'Billing', level: 1 }).waitFor()
    for (const name of ['Send a test event', 'Edit', 'Disable', 'Enable', 'Delete', 'Rotate secret'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0)
    expect(dashboard.faults).toEqual([])
    await page.close()
  })
})

describe('pages of endpoints', () => {
  test.each([
    ['light', false],
    ['dark', true],
  ])('have no finding of axe-core in %s mode', async (_mode, dark) => {
    const page = await openAs(dashboard, 'OWNER', '/endpoints')
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
    await page.getByRole('checkbox', { name: 'Select Billing' }).check()
    expect(await accessibilityFaults(page)).toEqual([])
    await rowOf(page, 'Search').getByRole('link').click()
    await page.getByTestId('snippet').waitFor()
    await page.getByText('As a table').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.close()
  })
})
