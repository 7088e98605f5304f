import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { interceptSockets, startDashboard } from '../support/dashboard.ts'
import { startReceiver } from '../support/receiver.ts'

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

describe('live list of deliveries', () => {
  test('shows a delivery when its event is published, and its success when it is sent', async () => {
    const page = await dashboard.openAsOwner()
    await page.getByRole('link', { name: 'Deliveries' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    await dashboard.program.publish('invoice.paid')
    await page.getByRole('cell', { name: 'Pending' }).waitFor()
    await dashboard.deliver()
    await page.getByRole('cell', { name: 'Succeeded' }).waitFor()
    expect(await page.getByRole('cell', { name: 'Pending' }).count()).toBe(0)
    expect(dashboard.faults).toEqual([])
  })

  test('resumes behind its cursor when the connection broke', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    await page.getByRole('link', { name: 'Deliveries' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    await dashboard.program.publish('invoice.paid', { n: 1 })
    await page.getByRole('cell', { name: 'Pending' }).waitFor()
    network.cut()
    await dashboard.deliver()
    await dashboard.program.publish('invoice.paid', { n: 2 })
    network.mend()
    await page.getByText(/changes? caught up/).waitFor({ timeout: 20_000 })
    expect(await page.getByRole('cell', { name: 'Pending' }).count()).toBe(1)
  })
})
