import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { interceptSockets } from '../support/dashboard.ts'
import { startBilling } from '../support/dashboard-deliveries.ts'

/** A busy machine may take that long. */
const SOON = { timeout: 15_000 }

let billing: Awaited<ReturnType<typeof startBilling>>
beforeAll(async () => {
  billing = await startBilling()
})
afterAll(() => billing.stop())

describe('list of deliveries', () => {
  const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('cell') })

  test('has its filters in the address: state, endpoint, type, principal, event and time', async () => {
    await billing.deliver()
    await billing.deliver()
    await billing.change('webhookEndpointDisable', billing.endpointId)
    await billing.program.publish('invoice.paid')
    const held = (await billing.program.deliveries()).at(-1)!
    await billing.change('webhookEndpointEnable', billing.endpointId)
    await billing.dashboard.deliver()
    const page = await billing.open('/deliveries')
    await rows(page).first().waitFor()
    await page.getByLabel('Endpoint').selectOption({ label: billing.receiver.url })
    await page.waitForURL(/endpoint=whep_/)
    await page.getByLabel('Published by').fill(billing.program.keyId)
    await page.keyboard.press('Enter')
    await page.waitForURL(/principal=key_/)
    await page.getByLabel('Event type').fill('invoice.paid')
    await page.keyboard.press('Enter')
    await page.waitForURL(/type=invoice.paid/)
    await page.getByLabel('Delivery or event').fill(held.eventId)
    await page.keyboard.press('Enter')
    await expect.poll(() => rows(page).count(), SOON).toBe(1)
    await page.reload()
    await expect.poll(() => rows(page).count(), SOON).toBe(1)
    await page.getByRole('cell', { name: held.id }).waitFor()

    await page.getByLabel('Until').fill('2020-01-01T00:00')
    await page.keyboard.press('Enter')
    await page.getByText('No delivery matches these filters').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => rows(page).count(), SOON).toBeGreaterThan(1)
    await page.getByLabel('Status').selectOption('DEAD')
    await page.getByText('No delivery matches these filters').waitFor()
    await page.getByLabel('Delivery or event').fill(held.id)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/deliveries\/dlv_/)
    expect(billing.dashboard.faults).toEqual([])
  })

  test('lets a row go that leaves the filter, and takes one that enters it', async () => {
    billing.fail()
    const page = await billing.open('/deliveries?status=RETRYING')
    await page.getByText('Live', { exact: true }).waitFor()
    const before = await rows(page).count()
    const id = await billing.deliver()
    const row = rows(page).filter({ hasText: id })
    await row.getByRole('cell', { name: 'Retrying' }).waitFor()
    billing.accept()
    await billing.change('deliveryRetry', id)
    await billing.dashboard.deliver()
    await row.waitFor({ state: 'detached' })
    expect(await rows(page).count()).toBe(before)
  })

  test('counts new deliveries while it is scrolled, and shows them at the top', async () => {
    await billing.program.publishMany(Array.from({ length: 40 }, () => ({ type: 'invoice.paid', data: {} })))
    await billing.dashboard.deliver()
    const page = await billing.open('/deliveries')
    await page.getByText('Live', { exact: true }).waitFor()
    await expect.poll(() => rows(page).count(), SOON).toBeGreaterThan(40)
    await page.getByRole('link', { name: 'Succeeded' }).last().focus()
    await expect.poll(() => page.evaluate(() => scrollY), SOON).toBeGreaterThan(100)
    const shown = await rows(page).count()
    await billing.program.publishMany(Array.from({ length: 37 }, () => ({ type: 'invoice.paid', data: {} })))
    await page.getByRole('button', { name: '37 new' }).waitFor()
    expect(await rows(page).count()).toBe(shown)
    await page.getByRole('button', { name: '37 new' }).click()
    await expect.poll(() => page.getByRole('cell', { name: 'Pending' }).count(), SOON).toBe(37)
    await billing.dashboard.deliver()
    await expect.poll(() => page.getByRole('cell', { name: 'Pending' }).count(), SOON).toBe(0)
  })

  test('leads to older deliveries and back', async () => {
    const page = await billing.open('/deliveries')
    await page.getByRole('button', { name: 'Older' }).click()
    await page.waitForURL(/after=/)
    const newest = (await billing.program.deliveries()).at(-1)!
    await page.getByRole('cell', { name: newest.id }).waitFor({ state: 'detached' })
    expect(await rows(page).count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Newest' }).click()
    await page.getByRole('cell', { name: newest.id }).waitFor()
  })

  test('is read again after a gap, and says so', async () => {
    const page = await billing.open('/deliveries')
    const network = await interceptSockets(page)
    await page.getByText('Live', { exact: true }).waitFor()
    await billing.deliver()
    await expect.poll(() => page.getByRole('cell', { name: 'Succeeded' }).count(), SOON).toBeGreaterThan(0)
    network.cut()
    const missed = await billing.deliver()
    await billing.dashboard.database.prisma.deliveryChange.deleteMany()
    network.mend()
    await billing.deliver()
    await page.getByText('Some changes were missed, so the list was read again.').waitFor()
    await page.getByRole('cell', { name: missed }).waitFor()
  })

  test('is walked with the arrow keys', async () => {
    const page = await billing.open('/deliveries')
    const links = page.getByRole('table', { name: 'Deliveries' }).locator('a[data-row]')
    await links.first().focus()
    await page.keyboard.press('ArrowDown')
    expect(await links.nth(1).evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/deliveries\/dlv_/)
  })

  test('has room for all columns, and leads to a delivery by its event type as well', async () => {
    const page = await billing.open('/deliveries')
    await rows(page).first().waitFor()
    const table = page.getByRole('table', { name: 'Deliveries' })
    expect(await table.evaluate((part) => part.scrollWidth <= part.parentElement!.clientWidth)).toBe(true)
    await rows(page).first().getByText('invoice.paid', { exact: true }).click()
    await page.waitForURL(/\/deliveries\/dlv_/)
  })
})
