import { chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { startApp } from '../support/app.ts'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'
import { type Frame, openPage } from '../support/dashboard-deliveries.ts'
import { openAs } from '../support/dashboard-people.ts'
import { goThroughFirstMinute } from '../support/first-minute.ts'
import { CHROMIUM } from '../support/installed.ts'

/** A busy machine may take that long. */
const SOON = { timeout: 15_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterEach(async () => {
  // A tab that goes elsewhere takes its endpoint with it.
  for (const page of inboxes.splice(0)) await page.goto('about:blank')
  await expect.poll(endpoints, SOON).toEqual([])
})
afterAll(() => dashboard.stop())

const inboxes: Page[] = []

/** The inbox of an owner. */
async function openInbox(frame?: Frame): Promise<Page> {
  const page = await openPage(dashboard, '/inbox', frame)
  inboxes.push(page)
  return page
}

const statesOf = (page: Page) => page.getByRole('list', { name: 'States' })
const endpoints = async (): Promise<{ description: string; ephemeral: boolean }[]> =>
  (await dashboard.owner.ask('{ webhookEndpoints(first: 100) { nodes { description ephemeral } } }')).nodes

describe('first minute', () => {
  test('leads from the printed link to a verified webhook without a terminal', async () => {
    const app = await startApp({ clock: systemClock })
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
    try {
      const page = await browser.newPage()
      const steps: string[] = []
      const link = `${app.url}/setup#${await app.services.setUp.createCode()}`
      const form = await browser.newPage()
      await form.goto(link)
      await form.getByLabel('Your name').waitFor()
      const inputs = await form.locator('input').all()
      expect(await Promise.all(inputs.map((input) => input.getAttribute('autocomplete')))).toEqual(
        expect.arrayContaining(['username', 'new-password']),
      )
      await goThroughFirstMinute(page, link, (name) => steps.push(name))
      expect(steps.at(-1)).toBe('The delivery succeeded')
      const states = await statesOf(page).getByRole('listitem').allInnerTexts()
      expect(states.map((text) => text.split('\n')[0])).toEqual(['Pending', 'Sending', 'Succeeded'])
      const again = await browser.newPage()
      await again.goto(link)
      await again.getByText('This set-up link was used or has expired.').waitFor()
      await again.getByRole('link', { name: 'Sign in' }).click()
      await again.getByLabel('Email').waitFor()
    } finally {
      await browser.close()
      await app.stop()
    }
  })
})

describe('inbox', () => {
  test('offers the identity catalogue to an organization without event types', async () => {
    const page = await openInbox()
    await page.getByRole('heading', { name: 'Events need types' }).waitFor()
    await page.getByRole('button', { name: 'Add the identity catalogue' }).click()
    await page.getByText('44 types were registered').waitFor()
    await expect.poll(() => page.getByLabel('Event type').locator('option').count(), SOON).toBe(44)
    expect(await page.getByLabel('Event type').locator('option:checked').innerText()).toBe('user.created')
    expect(await endpoints()).toEqual([])
  })

  test('shows the exact bytes of the signed request, and an own endpoint that goes with the page', async () => {
    await dashboard.program.createType('note.written')
    const page = await openInbox()
    await page.getByLabel('Event type').selectOption('note.written')
    const data = page.getByLabel('Data')
    await data.fill('{"amount": 1.0, "big": 1e2, "text": "ü"')
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await page.getByText('must be valid JSON').waitFor()
    expect(await endpoints()).toEqual([])

    await data.fill('{"amount": 1.0, "big": 1e2, "text": "ü"}')
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await page.getByText('Signature verified').waitFor()
    const request = await page.getByRole('region', { name: 'Request 1' }).locator('pre').innerText()
    expect(request).toContain('webhook-signature: v1,')
    expect(request).toMatch(/"amount": ?1\.0, ?"big": ?1e2, ?"text": ?"ü"/)
    expect(await page.getByTestId('inbox-key').innerText()).toMatch(/^whsec_/)
    await page.getByText('HMAC-SHA256 of id, time and body (Standard Webhooks)').waitFor()
    expect(await endpoints()).toEqual([{ description: 'Inbox of a browser tab', ephemeral: true }])

    await page.getByRole('link', { name: 'Open the delivery' }).click()
    await page.getByRole('heading', { name: 'note.written', level: 1 }).waitFor()
    await expect.poll(endpoints, SOON).toEqual([])
    expect(dashboard.faults).toEqual([])
  })

  test('answers 500 on demand, and the retries are watched until the tab accepts', async () => {
    const page = await openInbox()
    await page.getByLabel('500 at once').check()
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await statesOf(page).getByText('Retrying').waitFor()
    await page.getByText('answered 500 after').waitFor()
    await page.getByText('The next request is').waitFor()
    await page.getByLabel('204 at once').check()
    await page.getByText('answered 204 after').waitFor()
    await statesOf(page).getByText('Succeeded').waitFor()
    expect(await page.getByText('Signature verified').count()).toBe(2)
    await page.getByRole('link', { name: 'Open the delivery' }).click()
    const first = page.getByRole('article', { name: 'Attempt 1' })
    await first.getByText('Response', { exact: true }).click()
    await first.getByText('The inbox was told to answer 500.').waitFor()
  })

  test('waits 8 seconds on demand, while the delivery is being sent', async () => {
    const page = await openInbox()
    await page.getByLabel('204 after 8 seconds').check()
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await page.getByText('waits 8 seconds').waitFor()
    await statesOf(page).getByText('Sending').waitFor()
    expect(await statesOf(page).getByText('Succeeded').count()).toBe(0)
    await statesOf(page).getByText('Succeeded').waitFor()
    expect(await page.getByText(/answered 204 after [89],\d+ ms/).count()).toBe(1)
  })

  test('verifies ed25519 with the public key of its endpoint', async () => {
    const page = await openInbox()
    await page.getByLabel('Signature').selectOption('STANDARD_ED25519')
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await page.getByText('Signature verified').waitFor()
    await page.getByText('ed25519 over id, time and body').waitFor()
    expect(await page.getByTestId('inbox-key').innerText()).toMatch(/^whpk_/)
    await page.getByRole('button', { name: 'Close the inbox' }).click()
    await page.getByText('Not connected').waitFor()
    await expect.poll(endpoints, SOON).toEqual([])
    expect(dashboard.faults).toEqual([])
  })

  test('names the other endpoints that get the event too', async () => {
    const { webhookEndpoint } = await dashboard.program.createEndpoint('http://127.0.0.1:9/hook')
    const page = await openInbox()
    await page.getByText('Another endpoint wants this type and gets it too').waitFor()
    await page.getByText('http://127.0.0.1:9/hook').waitFor()
    await dashboard.program.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', {
      id: webhookEndpoint.id,
    })
  })

  test('says so when its endpoint is deleted elsewhere, and opens a new one', async () => {
    const page = await openInbox()
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await page.getByText('Signature verified').waitFor()
    const { nodes } = await dashboard.owner.ask('{ webhookEndpoints { nodes { id } } }')
    for (const { id } of nodes)
      await dashboard.program.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', { id })
    await page.getByRole('button', { name: 'Open a new inbox' }).click()
    await page.getByText('Nothing received yet').waitFor()
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await page.getByText('Signature verified').waitFor()
    expect(dashboard.faults).toEqual([])
  })

  test('works by keyboard alone', async () => {
    const page = await openInbox()
    // The form follows the event type, which is read first.
    await page.getByRole('button', { name: 'Send it to yourself' }).waitFor()
    await page.getByLabel('204 at once').focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByLabel('500 at once').isChecked()).toBe(true)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Tab')
    expect(await page.getByLabel('Event type').evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Signature verified').waitFor()
  })

  test('is closed to a viewer, with the permission that is missing', async () => {
    const page = await openAs(dashboard, 'VIEWER', '/inbox')
    await page.getByText('It needs the permission webhooks:write').waitFor()
    expect(await page.getByRole('link', { name: 'Inbox' }).count()).toBe(0)
  })

  test.each([
    ['light', { dark: false, width: 390 }],
    ['dark', { dark: true }],
  ])('has no finding of axe-core in %s mode', async (_mode, settings) => {
    const page = await openInbox(settings)
    await page.getByRole('button', { name: 'Send it to yourself' }).click()
    await page.getByText('Signature verified').waitFor()
    await statesOf(page).getByText('Succeeded').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })
})
