import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/domain/limits/limit-config.ts'
import { accessibilityFaults, startDashboard, tabTo } from '../support/dashboard.ts'
import { signedIn } from '../support/people.ts'
import { startReceiver } from '../support/receiver.ts'

const REASON = 'Customer asked in ticket 4711'
const PLENTY = { minute: 1e6, hour: 1e6 }

/** For states that follow an answer or a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
let platformId: string
let globexId: string
const receiver = await startReceiver()
beforeAll(async () => {
  const { tiers, fields } = DEFAULT_LIMITS
  dashboard = await startDashboard({
    allowances: {
      ...DEFAULT_LIMITS,
      tiers: { ...tiers, PEOPLE: PLENTY, STRANGERS: PLENTY, STANDARD: { minute: 9, hour: 1_000 } },
      fields: { ...fields, apiKeyCreate: 1e6 },
    },
  })
  platformId = (await dashboard.host.ask('{ viewer { organization { id } } }')).organization.id
  globexId = await dashboard.host.createOrganization('Globex')
  const globex = await dashboard.tenant(undefined, globexId)
  await globex.createType('invoice.paid')
  await globex.createEndpoint(receiver.url)
  receiver.respond((_request, response) => response.writeHead(500).end())
  await globex.publish('invoice.paid')
  await dashboard.deliver()
  for (let n = 0; n < 12; n++) await globex.request('{ events(first: 1) { nodes { id } } }')
  await dashboard.services.usageRecorder.flush()
  page = await dashboard.openAs(await signedIn(dashboard, { role: 'OWNER', organizationId: platformId }), '/operator')
})
afterAll(async () => {
  await dashboard.stop()
  await receiver.stop()
})

const goTo = (path: string, id = platformId) => page.goto(`${dashboard.url}/dashboard/${id}${path}`)
const button = (name: string) => page.getByRole('button', { name, exact: true })
const row = (name: string) => page.getByRole('row').filter({ hasText: name })
/** Waits until a tile has a figure. */
const shows = (title: string, value: string) =>
  tiles(title)
    .filter({ has: page.getByText(value, { exact: true }) })
    .waitFor()
const tiles = (title: string) => page.locator('.tile').filter({ has: page.getByText(title, { exact: true }) })
const tile = (title: string) => tiles(title).locator('.value')

describe('operator', () => {
  test('sees every organization with its failures and refusals, in the order of trouble', async () => {
    await goTo('/operator')
    await row('Globex').getByText('100%').first().waitFor()
    await row('Globex').getByText('Standard 1').waitFor()
    await row('Acme').waitFor()
    await page.getByLabel('Order').selectOption('WAITING')
    await page.waitForURL(/order=WAITING/)
    await expect.poll(() => page.getByRole('row').nth(1).innerText(), WITHIN).toContain('Globex')
    await page.getByLabel('Order').selectOption('REQUESTS_TODAY')
    await page.waitForURL(/order=REQUESTS_TODAY/)
    await expect.poll(() => page.getByRole('row').nth(1).innerText(), WITHIN).toContain('Globex')
  })

  test('sees the figures of the queue, of webhooks and of keys, and follows them', async () => {
    await goTo('/operator')
    await shows('Retrying', '1')
    expect(await tile('Failed attempts').innerText()).toBe('1')
    expect(await tile('Pending').innerText()).toBe('0')
    expect(Number(await tile('Limit hits').innerText())).toBeGreaterThan(0)
    const other = await dashboard.tenant(undefined, globexId)
    await other.publish('invoice.paid')
    receiver.respond((_request, response) => response.writeHead(204).end())
    await dashboard.deliver()
    await shows('Delivered', '1')
    await button('API keys').click()
    await page.waitForURL(/tab=keys/)
    const standard = page.getByRole('table', { name: 'API keys by tier' }).getByRole('row', { name: /^Standard/ })
    await standard.waitFor()
    expect(await standard.getByRole('cell').nth(2).innerText()).toBe('2')
  })

  test('sees attempts with unknown keys and the health of workers', async () => {
    await dashboard.api.as(`sb_live_${'b'.repeat(48)}`).request('{ events { nodes { id } } }')
    await dashboard.services.usageRecorder.flush()
    await goTo('/operator?tab=keys')
    await page.getByRole('table', { name: 'Attempts with unknown keys' }).getByText('127.0.0.1').waitFor()
    await button('Workers').click()
    await page.getByRole('heading', { name: 'No worker runs' }).waitFor()
    const heartbeat = (id: string, host: string, agoSeconds: number, stopped: boolean) =>
      dashboard.database.pool.query(
        `INSERT INTO workers (id, host, version, mode, concurrency, in_flight, started_at, heartbeat_at, stopped_at)
         SELECT $1, $2, '1.0.0', 'WORKER', 200, 7, at, at, CASE WHEN $4 THEN at END
         FROM (SELECT now() - $3 * interval '1 second' AS at) t`,
        [id, host, agoSeconds, stopped],
      )
    await heartbeat('wrk_1', 'first', 0, false)
    await heartbeat('wrk_2', 'second', 300, false)
    await heartbeat('wrk_3', 'third', 300, true)
    await page.reload()
    for (const [host, state] of [
      ['first', 'Alive'],
      ['second', 'Lost'],
      ['third', 'Stopped'],
    ] as const)
      await row(host).getByText(state, { exact: true }).waitFor()
    await row('first').getByText('7 / 200').waitFor()
  })

  test('filters the deliveries of all organizations, and opens one where it belongs', async () => {
    await goTo('/operator?tab=deliveries')
    await row('Retrying').waitFor()
    await page.getByLabel('Status').selectOption('SUCCEEDED')
    await page.waitForURL(/status=SUCCEEDED/)
    await row('Retrying').waitFor({ state: 'detached' })
    await row('Globex').waitFor()
    await page.getByLabel('Organization (id)').fill(dashboard.organizationId)
    await page.getByLabel('Organization (id)').press('Enter')
    await page.getByRole('heading', { name: 'No deliveries yet' }).waitFor()
    await page.getByLabel('Organization (id)').fill(globexId)
    await page.getByLabel('Organization (id)').press('Enter')
    await page.getByLabel('Created from').fill('2099-01-01T00:00')
    await page.getByLabel('Created from').press('Enter')
    await page.waitForURL(/from=2099/)
    await page.getByRole('heading', { name: 'No deliveries yet' }).waitFor()
    await page.getByLabel('Created from').fill('')
    await page.getByLabel('Created from').press('Enter')
    await page.getByRole('link', { name: 'invoice.paid' }).click()
    await page.waitForURL(new RegExp(`${globexId}/deliveries/dlv_`))
    await page.getByText('You are looking into Globex').waitFor()
  })

  test('is a page of the people of the operator only', async () => {
    const viewer = await signedIn(dashboard, { role: 'OWNER', organizationId: dashboard.organizationId })
    const other = await dashboard.openAs(viewer, '/operator')
    await other.getByText('It needs the permission platform:read').waitFor()
    expect(await other.getByRole('link', { name: 'Operator' }).count()).toBe(0)
    await other.goto(`${dashboard.url}/dashboard/${globexId}`)
    await other.getByRole('heading', { name: 'This organization is closed to you' }).waitFor()
    await other.close()
  })

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 800 })
    for (const path of ['', '?tab=deliveries', '?tab=keys', '?tab=workers']) {
      await goTo(`/operator${path}`)
      await page.getByRole('heading', { name: 'Queue now' }).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    }
    await goTo('/keys', globexId)
    await button('Act with a reason').click()
    await page.getByRole('textbox', { name: 'Reason' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  test.each([['light'], ['dark']] as const)('has no finding of axe-core in %s mode', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    for (const tab of ['', 'deliveries', 'keys', 'workers']) {
      await goTo(`/operator?tab=${tab}`)
      await page.waitForLoadState('networkidle')
      expect(await accessibilityFaults(page)).toEqual([])
    }
    expect(dashboard.faults).toEqual([])
  })
})

describe('visit of the operator', () => {
  const acts = async () => {
    const entries = await dashboard.database.prisma.auditEntry.findMany({
      where: { organizationId: globexId, action: { in: ['operator.look', 'operator.act'] } },
      orderBy: { id: 'asc' },
    })
    return entries.map(({ action, details }) => ({ action, reason: (details as { reason?: string }).reason }))
  }

  test('reads under a banner on every page, and both audit trails tell of it', async () => {
    await goTo('/operator')
    await page.getByRole('link', { name: /Globex/ }).click()
    const banner = page.getByRole('complementary', { name: 'Visit' })
    await banner.getByText('You are looking into Globex').waitFor()
    for (const [link, write] of [
      ['API keys', 'Create a key'],
      ['Members', 'Invite a person'],
    ] as const) {
      await page.getByRole('link', { name: link, exact: true }).click()
      await page.getByRole('heading', { name: link, level: 1 }).waitFor()
      await banner.waitFor()
      expect(await button(write).count()).toBe(0)
    }
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByRole('link', { name: 'Audit' }).click()
    await row('Operator looked into the organization').first().waitFor()
    expect(await acts()).toContainEqual({ action: 'operator.look', reason: undefined })
    await banner.getByRole('button', { name: 'Leave' }).click()
    await page.waitForURL(`**/dashboard/${platformId}/operator`)
    await page.getByRole('heading', { name: 'Operator', level: 1 }).waitFor()
    expect(await banner.count()).toBe(0)
  })

  test('changes with a reason only, which is asked for by keyboard and recorded', async () => {
    await goTo('/keys', globexId)
    await button('Act with a reason').waitFor()
    await tabTo(page, 'Act with a reason')
    await page.keyboard.press('Enter')
    await page.keyboard.type('short')
    await page.keyboard.press('Enter')
    await page.getByText('Give a reason of 10 to 200 characters.').first().waitFor()
    await page.getByRole('textbox', { name: 'Reason' }).fill('Žádost zákazníka č. 4711')
    await page.keyboard.press('Enter')
    await page.getByText('Use letters and signs of Western Europe only').first().waitFor()
    await page.getByRole('textbox', { name: 'Reason' }).fill(REASON)
    await page.keyboard.press('Enter')
    await page.getByText(`You can change Globex for the reason “${REASON}”.`).waitFor()
    await button('Create a key').click()
    await page.getByLabel('Name', { exact: true }).fill('made by the operator')
    await button('Create').click()
    await page.getByTestId('secret').waitFor()
    await button('I have stored it').click()
    await row('made by the operator').waitFor()
    expect((await acts()).at(-1)).toEqual({ action: 'operator.act', reason: REASON })
    await button('Only read again').click()
    await page.getByText('You are looking into Globex').waitFor()
    await button('Create a key').waitFor({ state: 'detached' })
    expect(dashboard.faults).toEqual([])
  })
})
