import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'
import { openAs } from '../support/dashboard-people.ts'
import { startReceiver } from '../support/receiver.ts'

/** For states that follow a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
const receiver = await startReceiver()
const failing = await startReceiver((_request, response) => response.writeHead(500).end())
beforeAll(async () => {
  dashboard = await startDashboard()
  for (const type of ['invoice.paid', 'report.made', 'user.gone']) await dashboard.program.createType(type)
})
afterAll(async () => {
  await dashboard.stop()
  await Promise.all([receiver.stop(), failing.stop()])
})

/** Events of one call. */
const AT_ONCE = 400

/** Publishes events that no endpoint gets at first. */
async function publish(type: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - sent)
    await dashboard.program.publishMany(Array.from({ length: size }, (_, n) => ({ type, data: { n } })))
  }
}

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

describe('replay', () => {
  test('is previewed with its exact count, refused at its fields, and followed until it ends', async () => {
    await publish('invoice.paid', 3)
    const { webhookEndpoint } = await dashboard.program.createEndpoint(receiver.url, {
      ...{ description: 'Few', eventTypes: ['invoice.paid'] },
    })
    const page = await openAs(dashboard, 'OWNER', `/replays?endpoint=${webhookEndpoint.id}`)
    const dialog = page.getByRole('dialog', { name: 'Replay events' })
    await dialog.getByRole('button', { name: 'Preview' }).click()
    await dialog.getByText('3 events would be sent.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByLabel('Published from').fill('2026-03-02T10:00')
    await dialog.getByLabel('Published until').fill('2026-03-01T10:00')
    await dialog.getByRole('button', { name: 'Preview' }).click()
    await expect.poll(() => dialog.getByLabel('Published from').getAttribute('aria-invalid'), WITHIN).toBe('true')
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click()
    await dialog.locator('.field .fault').filter({ hasText: 'must be before to' }).waitFor()
    await dialog.getByLabel('Published from').fill('')
    await dialog.getByLabel('Published until').fill('')
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click()
    await rowOf(page, 'Few').getByText('Completed').waitFor()
    await rowOf(page, 'Few').getByText('3 deliveries').waitFor()
    await dashboard.deliver()
    expect(receiver.requests).toHaveLength(3)
    await page.close()
  })

  test('of many events shows its progress in both windows until it ends, or until somebody stops it', async () => {
    await publish('report.made', 1_200)
    const { program } = dashboard
    async function start(description: string) {
      const { webhookEndpoint } = await program.createEndpoint(receiver.url, {
        ...{ description, eventTypes: ['report.made'] },
      })
      await program.ask(
        `mutation ($id: ID!) { replayCreate(input: { endpointId: $id }) {
          ... on ReplayCreatePayload { replay { id } } ... on Error { code message } } }`,
        { id: webhookEndpoint.id },
      )
    }
    await start('Many')
    const page = await openAs(dashboard, 'OWNER', '/replays')
    const other = await openAs(dashboard, 'VIEWER', '/replays')
    for (const window of [page, other]) {
      await rowOf(window, 'Many').getByText('Running').waitFor()
      await rowOf(window, 'Many')
        .getByText(/^(9\d\d|1,000) deliveries$/)
        .waitFor()
    }
    expect(await other.getByRole('button', { name: 'Replay events' }).count()).toBe(0)
    expect(await other.getByRole('button', { name: 'Stop' }).count()).toBe(0)
    await dashboard.worker.runMaintenance()
    for (const window of [page, other]) {
      await rowOf(window, 'Many').getByText('Completed').waitFor()
      await rowOf(window, 'Many').getByText('1,200 deliveries').waitFor()
    }

    await start('Stopped')
    await rowOf(page, 'Stopped').getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop the replay' }).click()
    await page.getByText('The replay is stopped').waitFor()
    await rowOf(other, 'Stopped').getByText('Canceled', { exact: true }).waitFor()
    await Promise.all([page.close(), other.close()])
  })
})

describe('preview of a replay', () => {
  test('says "At least" when not every event was examined', async () => {
    await dashboard.program.createEndpoint(receiver.url, { eventTypes: ['nothing.here'] })
    const page = await openAs(dashboard, 'OWNER', '/replays')
    // An installation with that many events takes minutes to fill.
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch()
      const text = (await response.text()).replace('"count":0,"isExact":true', '"count":100000,"isExact":false')
      await route.fulfill({ response, body: text })
    })
    await page.getByRole('button', { name: 'Replay events' }).click()
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('At least 100,000 events would be sent.').waitFor()
    await page.close()
  })
})

describe('dead letters', () => {
  test('are filtered in the address, retried one by one and all at once with a preview', async () => {
    const { program } = dashboard
    const { webhookEndpoint } = await program.createEndpoint(failing.url, {
      ...{ description: 'Down', eventTypes: ['user.gone'], disableAfterFailures: null },
      retryPolicy: { maxAttempts: 1 },
    })
    await publish('user.gone', 3)
    const page = await openAs(dashboard, 'OWNER', '/dead-letters')
    await page.getByText('No dead letters').waitFor()
    await dashboard.deliver()
    // The list follows the deliveries by itself.
    await expect.poll(() => rowOf(page, 'user.gone').count(), WITHIN).toBe(3)
    await page.getByLabel('Failed with').selectOption('TIMEOUT')
    await page.getByText('No delivery matches these filters.').waitFor()
    await page.getByLabel('Failed with').selectOption('HTTP_SERVER_ERROR')
    await page.getByLabel('Endpoint').selectOption('Down')
    await expect.poll(() => rowOf(page, 'user.gone').count(), WITHIN).toBe(3)
    await page.reload()
    await expect.poll(() => rowOf(page, 'user.gone').count(), WITHIN).toBe(3)
    expect(new URL(page.url()).searchParams.get('endpoint')).toBe(webhookEndpoint.id)
    expect(await accessibilityFaults(page)).toEqual([])

    failing.respond((_request, response) => response.writeHead(204).end())
    await page.getByRole('button', { name: 'Retry user.gone' }).first().click()
    await page.getByText('The delivery is due now').waitFor()
    await dashboard.deliver()
    await expect.poll(() => rowOf(page, 'user.gone').count(), WITHIN).toBe(2)

    await page.getByRole('button', { name: 'Retry all of these' }).click()
    await page.getByText('2 deliveries would be sent again.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('article', { name: 'Retry' }).getByText('2 deliveries · Dead').waitFor()
    await page.getByRole('article', { name: 'Retry' }).getByText('Completed').waitFor()
    await dashboard.deliver()
    await page.getByText('No dead letters').waitFor()
    await page.close()
  })

  test('and held deliveries are canceled at once, which the other window sees', async () => {
    const { program } = dashboard
    await program.createEndpoint(receiver.url, { description: 'Off', eventTypes: ['user.gone'], enabled: false })
    await publish('user.gone', 2)
    const page = await openAs(dashboard, 'OWNER', '/dead-letters?status=HELD')
    const other = await openAs(dashboard, 'VIEWER', '/dead-letters?status=HELD')
    await expect.poll(() => rowOf(other, 'user.gone').count(), WITHIN).toBe(2)
    expect(await other.getByRole('button', { name: /all of these/ }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Retry all of these' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Cancel all of these' }).click()
    await page.getByText('2 deliveries would be canceled.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).last().click()
    await other.getByText('No held deliveries').waitFor()
    await page.getByLabel('Status').selectOption('CANCELED')
    await expect.poll(() => rowOf(page, 'user.gone').count(), WITHIN).toBe(2)
    expect(dashboard.faults).toEqual([])
    await Promise.all([page.close(), other.close()])
  })
})

describe('action on many deliveries', () => {
  test('is stopped while it runs', async () => {
    const { program } = dashboard
    await program.createType('bulk.made')
    const { webhookEndpoint } = await program.createEndpoint(receiver.url, {
      ...{ description: 'Bulk', eventTypes: ['bulk.made'], enabled: false },
    })
    await publish('bulk.made', 1_200)
    const page = await openAs(dashboard, 'OWNER', `/dead-letters?status=HELD&endpoint=${webhookEndpoint.id}`)
    await page.getByRole('button', { name: 'Cancel all of these' }).click()
    await page.getByText('1,200 deliveries would be canceled.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).last().click()
    const action = page.getByRole('article', { name: 'Cancel' }).first()
    await action.getByText('Running').waitFor()
    await action.getByRole('button', { name: 'Stop' }).click()
    await action.getByText('Canceled').waitFor()
    await page.close()
  })
})
