import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'
import { signedIn } from '../support/people.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
beforeAll(async () => {
  dashboard = await startDashboard()
  const { program } = dashboard
  for (let n = 0; n < 3; n++) await program.request('{ events { nodes { id } } }')
  await program.request('{ members { nodes { id } } }')
  const reader = await dashboard.tenant({ deliveries: ['read'] }, dashboard.organizationId)
  for (let n = 0; n < 2; n++) await reader.request('{ deliveries { nodes { id } } }')
  await dashboard.services.usageRecorder.flush()
  page = await dashboard.openAsOwner()
})
afterAll(() => dashboard.stop())

const goTo = (path: string) => page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}/usage${path}`)
const table = (name: string) => page.getByRole('table', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })

/** Waits until a tile has a figure. */
const shows = (title: string, value: string) =>
  tiles(title)
    .filter({ has: page.getByText(value, { exact: true }) })
    .waitFor()
const tiles = (title: string) => page.locator('.tile').filter({ has: page.getByText(title, { exact: true }) })
/** The figure of a tile. */
const tile = (title: string) => tiles(title).locator('.value')

/** Saves what a button gives to download. */
async function download(name: string): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), button(name).click()])
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
}

describe('usage of API keys', () => {
  test('is shown over time, by operation, status, tier and key', async () => {
    await goTo('')
    await shows('Requests', '6')
    expect(await tile('Keys in use').innerText()).toBe('2')
    await table('By operation')
      .getByRole('row', { name: /events.*3.*0%/ })
      .waitFor()
    await table('By operation')
      .getByRole('row', { name: /members.*1.*100%/ })
      .waitFor()
    await table('By status')
      .getByRole('row', { name: /200.*6/ })
      .waitFor()
    await table('By tier')
      .getByRole('row', { name: /Standard.*6/ })
      .waitFor()
    const [first, second] = await table('By API key').getByRole('row').filter({ hasText: '%' }).all()
    expect(await first?.innerText()).toMatch(/4/)
    expect(await second?.innerText()).toMatch(/2/)
    // The chart has the same figures as a table.
    await page.getByText('As a table').click()
    await table('Requests over time').getByRole('cell', { name: '6', exact: true }).waitFor()
  })

  test('is narrowed by a click on a value, which stays in the address', async () => {
    await goTo('')
    await button('Only deliveries').click()
    await page.waitForURL(/operation=deliveries/)
    await shows('Requests', '2')
    await page.reload()
    await shows('Requests', '2')
    await button('Only deliveries: show all again').click()
    await shows('Requests', '6')
    await page.getByLabel('Range').selectOption('1')
    await page.waitForURL(/hours=1/)
    await shows('Requests', '6')
    await button('Only Standard').click()
    await page.waitForURL(/tier=STANDARD/)
    await shows('Requests', '6')
  })

  test('leaves as CSV with what the filter left', async () => {
    await goTo('?hours=24&operation=events')
    await shows('Requests', '3')
    const { name, text } = await download('Export as CSV')
    expect(name).toBe('usage-keys.csv')
    const [header, line] = text.split('\r\n')
    expect(header).toMatch(/^at,requests,failed/)
    expect(line).toMatch(/^20\d\d-.*Z,3,0,0/)
  })

  test('says when nothing matches, and when the server cannot be reached', async () => {
    await goTo('?operation=nothing')
    await page.getByRole('heading', { name: 'No requests in this range' }).waitFor()
    await goTo('')
    await tile('Requests').waitFor()
    await page.route('**/graphql', (route) => route.abort())
    await button('Export as CSV').click()
    await page.locator('.toast[data-tone=bad]').waitFor()
    await page.unroute('**/graphql')
  })

  test('follows new requests while the page is open', async () => {
    await goTo('?operation=eventTypes')
    await page.getByRole('heading', { name: 'No requests in this range' }).waitFor()
    await dashboard.program.request('{ eventTypes { nodes { id } } }')
    await dashboard.services.usageRecorder.flush()
    await shows('Requests', '1')
  })
})

describe('usage besides API keys', () => {
  test('counts people apart from keys', async () => {
    await dashboard.services.usageRecorder.flush()
    await goTo('')
    await button('People').click()
    await page.waitForURL(/of=people/)
    await table('By operation')
      .getByRole('row', { name: /Session/ })
      .waitFor()
    expect(await table('By API key').count()).toBe(0)
    expect((await download('Export as CSV')).name).toBe('usage-people.csv')
    expect(await button('Unknown keys').count()).toBe(0)
  })

  test('shows attempts with unknown keys to the operator only', async () => {
    const stranger = dashboard.api.as(`sb_live_${'a'.repeat(48)}`)
    for (let n = 0; n < 2; n++) await stranger.request('{ events { nodes { id } } }')
    await dashboard.services.usageRecorder.flush()
    await goTo('?of=unknown')
    await page.getByText('Requests with the API keys of the organization.').waitFor()
    const { organization } = await dashboard.host.ask('{ viewer { organization { id } } }')
    const operator = await signedIn(dashboard, { role: 'VIEWER', organizationId: organization.id })
    const other = await dashboard.openAs(operator, '/usage?of=unknown')
    const attempts = other.getByRole('table', { name: 'Attempts with unknown keys' })
    await attempts.getByRole('cell', { name: '127.0.0.1' }).first().waitFor()
    expect(await attempts.getByRole('cell', { name: '127.0.0.1' }).count()).toBe(2)
    expect(await accessibilityFaults(other)).toEqual([])
    await other.close()
  })

  test.each([['light'], ['dark']] as const)('has no finding of axe-core in %s mode', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await goTo('')
    await page.getByText('As a table').click()
    expect(await accessibilityFaults(page)).toEqual([])
    expect(dashboard.faults).toEqual([])
  })
})
