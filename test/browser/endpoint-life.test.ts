import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDashboard } from '../support/dashboard.ts'
import { openAs } from '../support/dashboard-people.ts'
import { startReceiver } from '../support/receiver.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
const receiver = await startReceiver()
beforeAll(async () => {
  dashboard = await startDashboard()
  await dashboard.program.createType('invoice.paid', { example: { amount: 1200, currency: 'EUR' } })
})
afterAll(async () => {
  await dashboard.stop()
  await receiver.stop()
})

/** A new endpoint with its page open. */
async function openEndpoint(description: string, more: Record<string, unknown> = {}) {
  const { webhookEndpoint } = await dashboard.program.createEndpoint(receiver.url, { description, ...more })
  const page = await openAs(dashboard, 'OWNER', `/endpoints/${webhookEndpoint.id}`)
  await page.getByRole('heading', { name: description, level: 1 }).waitFor()
  return { page, id: webhookEndpoint.id }
}

describe('life of an endpoint', () => {
  test('a test event has the example of the chosen type', async () => {
    const { page } = await openEndpoint('Tested', { eventTypes: ['nothing.else'] })
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByLabel('Event', { exact: true }).selectOption('invoice.paid')
    await page.getByLabel('Example that is sent').getByText('1200').waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.waitForURL(/\/deliveries\/dlv_/)
    await dashboard.deliver()
    const bodies = receiver.requests.map(({ body }) => JSON.parse(body.toString()))
    expect(bodies.find(({ metadata }) => metadata?.test)).toMatchObject({
      ...{ type: 'invoice.paid', data: { amount: 1200, currency: 'EUR' } },
    })
    await page.close()
  })

  test('disabling tells what it would hold, and enabling sends what was held', async () => {
    const { page } = await openEndpoint('Paused', { channels: ['paused'] })
    await dashboard.program.publish('invoice.paid', {}, { channels: ['paused'] })
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('1 delivery waiting now would be held.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.getByText('Disabled on request.').waitFor()
    await page.getByRole('button', { name: 'Enable' }).click()
    await page.getByText('1 delivery held now.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click()
    await page.getByText('Healthy').waitFor()
    await dashboard.deliver()
    await page.getByRole('table', { name: 'Recent deliveries' }).getByText('Succeeded').waitFor()
    await page.close()
  })

  test('a rotated secret is shown once, and the old one signs until the overlap ends', async () => {
    const { page } = await openEndpoint('Rotated')
    await page.getByRole('button', { name: 'Rotate secret' }).click()
    await page.getByLabel('Sign with both secrets for').selectOption('3600')
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click()
    expect(await page.getByTestId('secret').innerText()).toMatch(/^whsec_/)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    const secrets = page.getByRole('table', { name: 'Signing secrets' })
    await secrets.getByText('Signs until it expires').waitFor()
    expect(await secrets.getByText('Current').count()).toBe(1)
    await page.close()
  })

  test('failures name the change just before the first one', async () => {
    const { page } = await openEndpoint('Moved', { channels: ['moved'] })
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit' })
    await dialog.getByLabel('URL').fill('http://127.0.0.1:9/gone')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The endpoint is saved').waitFor()
    await dashboard.program.publish('invoice.paid', {}, { channels: ['moved'] })
    await dashboard.deliver()
    await page.getByText(/The failures began \d+ s after .+ changed the URL\./).waitFor()
    await page.getByRole('table', { name: 'Recent failures' }).getByText('Retrying').waitFor()
    await page.getByText(/1 failure in a row since/).waitFor()
    await page.close()
  })

  test('a deleted endpoint leads to the list, and the other window tells', async () => {
    const { page, id } = await openEndpoint('Deleted')
    const other = await openAs(dashboard, 'OWNER', `/endpoints/${id}`)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('0 deliveries waiting or held now would be canceled.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'Endpoints', level: 1 }).waitFor()
    await other.getByText('This endpoint was deleted').waitFor()
    expect(await other.getByRole('button', { name: 'Edit' }).count()).toBe(0)
    expect(dashboard.faults).toEqual([])
    await Promise.all([page.close(), other.close()])
  })
})
