import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { interceptSockets, startDashboard } from '../support/dashboard.ts'
import { startReceiver } from '../support/receiver.ts'

const showDeliveries = async (page: Page) => {
  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
}

describe('page that slept', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  beforeAll(async () => {
    dashboard = await startDashboard()
    receiver = await startReceiver()
    await dashboard.program.createType('invoice.paid')
    await dashboard.program.createEndpoint(receiver.url)
  })
  afterAll(async () => {
    await dashboard.stop()
    await receiver.stop()
  })
  afterEach(async () => {
    await dashboard.closePages()
    expect(dashboard.faults).toEqual([])
  })
  const publish = (count: number) =>
    dashboard.program.publishMany(Array.from({ length: count }, (_, n) => ({ type: 'invoice.paid', data: { n } })))

  test('says how many changes it caught up after ten minutes without a connection', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    await showDeliveries(page)
    await publish(1)
    await page.getByRole('cell', { name: 'Pending' }).waitFor()
    network.cut()
    await dashboard.deliver()
    await publish(20)
    await dashboard.deliver()
    network.mend()
    // SENDING and SUCCEEDED of the first delivery; PENDING, SENDING and SUCCEEDED of the twenty others.
    await page.getByText('62 changes caught up').waitFor()
    expect(await page.getByRole('cell', { name: 'Succeeded' }).count()).toBe(21)
  })

  test('draws the newest state of each delivery when it was frozen meanwhile', async () => {
    const page = await dashboard.openAsOwner()
    await showDeliveries(page)
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    await publish(10)
    await dashboard.deliver()
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    await expect.poll(() => page.getByRole('cell', { name: 'Succeeded' }).count()).toBe(31)
  })

  test('reads its list again and says so when the log has forgotten its place', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    await showDeliveries(page)
    await publish(1)
    await page.getByRole('cell', { name: 'Pending' }).waitFor()
    network.cut()
    await dashboard.deliver()
    await publish(1)
    await dashboard.database.pool.query('DELETE FROM delivery_changes')
    network.mend()
    await publish(1)
    await page.getByText('Some changes were missed, so the list was read again.').waitFor()
    await expect.poll(() => page.getByRole('cell', { name: 'Pending' }).count()).toBe(2)
    await dashboard.deliver()
  })

  test('and one beside it show the changes that each other makes', async () => {
    const [left, right] = [await dashboard.openAsOwner(), await dashboard.openAsOwner()]
    for (const page of [left, right]) {
      await page.getByRole('link', { name: 'API keys' }).click()
      await page.getByRole('button', { name: 'Create a key' }).waitFor()
    }
    await left.getByRole('button', { name: 'Create a key' }).click()
    await left.getByLabel('Name', { exact: true }).fill('made at the left')
    await left.getByLabel('events: Read').check()
    await left.getByRole('button', { name: 'Create', exact: true }).click()
    await right.getByRole('link', { name: 'made at the left' }).click()
    await right.getByRole('button', { name: 'Revoke' }).click()
    await right.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await left.getByRole('button', { name: 'I have stored it' }).click()
    await left
      .getByRole('row', { name: /made at the left/ })
      .getByText('Revoked')
      .waitFor()
  })
})
