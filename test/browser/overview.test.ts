import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDashboard } from '../support/dashboard.ts'
import { startReceiver } from '../support/receiver.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
const failing = await startReceiver((_request, response) => response.writeHead(500).end())
beforeAll(async () => {
  dashboard = await startDashboard()
  await dashboard.program.createType('invoice.paid')
  for (const disableAfterFailures of [1, null])
    await dashboard.program.createEndpoint(failing.url, { disableAfterFailures })
  await dashboard.program.publish('invoice.paid')
  await dashboard.deliver()
})
afterAll(async () => {
  await dashboard.stop()
  await failing.stop()
})

describe('overview', () => {
  test('counts the endpoints that its list shows: failing ones, and those that failures disabled', async () => {
    const page = await dashboard.openAsOwner()
    const table = page.getByRole('table', { name: 'Failing and disabled endpoints' })
    await expect.poll(() => table.locator('tbody tr').count()).toBe(2)
    const tile = page.locator('.tile').filter({ hasText: 'Failing or disabled' })
    expect(await tile.locator('.value').innerText()).toBe('2')
    for (const state of ['Failing', 'Disabled'])
      expect(await table.locator('.badge', { hasText: state }).getAttribute('data-tone')).toBe('bad')
    expect(dashboard.faults).toEqual([])
  })

  test('has room for each figure and for the reason of a failure', async () => {
    const page = await dashboard.openAsOwner()
    await page.locator('.tile .value').first().waitFor()
    // The longest figures.
    await page.locator('.tile .value').evaluateAll((values) => {
      for (const value of values) value.textContent = '71.5 ms'
    })
    for (const width of [390, 768, 1280, 1440]) {
      await page.setViewportSize({ width, height: 860 })
      const isCut = await page
        .locator('.tile .value')
        .evaluateAll((values) => values.some(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth))
      expect(isCut).toBe(false)
    }
    await page.setViewportSize({ width: 1280, height: 860 })
    const table = page.getByRole('table', { name: 'Failing and disabled endpoints' })
    expect(await table.evaluate((part) => part.scrollWidth <= part.parentElement!.clientWidth)).toBe(true)
    await page.setViewportSize({ width: 2_000, height: 860 })
    const reason = page.locator('.cell-text').first()
    const { text, cell } = await reason.evaluate((element) => ({
      text: element.clientWidth,
      cell: (element.parentElement as HTMLElement).clientWidth,
    }))
    // Nothing but the padding of the cell stands beside it.
    expect(cell - text).toBeLessThanOrEqual(32)
  })
})
