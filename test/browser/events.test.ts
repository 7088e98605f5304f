import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, startDashboard } from '../support/dashboard.ts'
import { type Frame, openPage } from '../support/dashboard-deliveries.ts'
import { startReceiver } from '../support/receiver.ts'

/** A busy machine may take that long. */
const SOON = { timeout: 15_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
beforeAll(async () => {
  dashboard = await startDashboard()
  receiver = await startReceiver()
})
afterAll(async () => {
  await dashboard.stop()
  await receiver.stop()
})

const open = (path: string, frame?: Frame) => openPage(dashboard, path, frame)
const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('cell') })

describe('event types', () => {
  test('begin with a catalogue, and each shows schema, example and the endpoints that want it', async () => {
    await dashboard.program.createEndpoint(receiver.url, { eventTypes: ['user.*'], channels: ['eu'] })
    const page = await open('/event-types')
    await page.getByText('No event types yet').waitFor()
    await page.getByRole('button', { name: 'Add the identity catalogue' }).click()
    await page.getByText('44 types were registered').waitFor()
    await page.getByLabel('Name or description').fill('user.created')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'user.created' }).click()
    await page.getByRole('heading', { name: 'user.created', level: 1 }).waitFor()
    await page.getByRole('region', { name: 'JSON Schema' }).getByText('"type": "object"').first().waitFor()
    await page.getByRole('region', { name: 'Example' }).locator('pre').waitFor()
    const wanted = page.getByRole('region', { name: 'Wanted by' })
    await wanted.getByRole('link', { name: receiver.url }).waitFor()
    await wanted.getByText('only some: by channels or a condition').waitFor()

    await page.getByRole('button', { name: 'Publish the example' }).click()
    await page.getByRole('heading', { name: 'user.created', level: 1 }).waitFor()
    await page.getByRole('region', { name: 'Not delivered to' }).getByText(receiver.url).waitFor()
    expect(dashboard.faults).toEqual([])
  })

  test('are registered and edited; a text that is no JSON is refused at its field', async () => {
    const page = await open('/event-types')
    await page.getByRole('button', { name: 'Register a type' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('order.placed')
    await dialog.getByLabel('JSON Schema').fill('{"type": "object"')
    await dialog.getByRole('button', { name: 'Register' }).click()
    await dialog.getByText('must be valid JSON', { exact: true }).waitFor()
    await dialog.getByLabel('JSON Schema').fill('{"type": "object"}')
    await dialog.getByLabel('Example').fill('{"total": 5}')
    await dialog.getByRole('button', { name: 'Register' }).click()
    await page.getByRole('heading', { name: 'order.placed', level: 1 }).waitFor()
    await page.getByText('No endpoint wants this type').waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByLabel('Deprecated').check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Deprecated', { exact: true }).waitFor()
  })

  test('rehearse a schema on stored events before it is saved', async () => {
    const id = await dashboard.program.createType('meter.read', { schema: { type: 'object' } })
    for (const value of [1, 2, 'three']) await dashboard.program.publish('meter.read', { value })
    const page = await open(`/event-types/${id}`)
    await page.getByRole('button', { name: 'Rehearse a schema' }).click()
    const dialog = page.getByRole('dialog')
    const schema = dialog.getByLabel('JSON Schema')
    await schema.fill('{"type": "objekt"}')
    await dialog.getByRole('button', { name: 'Rehearse' }).click()
    await dialog.getByText('is no usable JSON Schema').waitFor()
    await schema.fill('{"type": "object", "properties": {"value": {"type": "number"}}}')
    await dialog.getByRole('button', { name: 'Rehearse' }).click()
    await dialog.getByText('1 of 3 examined events would be refused.').waitFor()
    await dialog.getByRole('list', { name: 'Refused events' }).getByText('data.value').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await schema.fill('{"type": "object", "properties": {"value": {"type": ["number", "string"]}}}')
    await dialog.getByRole('button', { name: 'Rehearse' }).click()
    await dialog.getByText('Each of the 3 examined events would be accepted.').waitFor()
    await dialog.getByRole('button', { name: 'Save this schema' }).click()
    await page.getByText('The type is saved').waitFor()
    await page.getByRole('region', { name: 'JSON Schema' }).getByText('"string"').waitFor()
    expect(dashboard.faults).toEqual([])
  })
})

describe('events', () => {
  test('show their deliveries live, and why other endpoints did not get them', async () => {
    await dashboard.program.createType('invoice.paid')
    const invoices = await dashboard.program.createEndpoint(receiver.url, { eventTypes: ['invoice.*'] })
    await dashboard.program.createEndpoint(`${receiver.url}/users`, { eventTypes: ['user.deleted'] })
    const id = await dashboard.program.publish('invoice.paid', { total: '7' }, { channels: ['us'] })
    const page = await open(`/events/${id}`)
    const sent = page.getByRole('region', { name: 'Delivered to', exact: true })
    await sent.getByText('Pending').waitFor()
    await page.getByRole('region', { name: 'Not delivered to' }).getByText(`${receiver.url}/users`).waitFor()
    await dashboard.deliver()
    await sent.getByText('Succeeded').waitFor()
    await page.getByRole('region', { name: 'About' }).getByText('us', { exact: true }).waitFor()

    await dashboard.program.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', {
      id: invoices.webhookEndpoint.id,
    })
    await page.reload()
    await sent.getByText('Deleted').waitFor()
    await page.getByRole('link', { name: 'As a live list' }).click()
    await expect.poll(() => rows(page).count(), SOON).toBe(1)
    expect(dashboard.faults).toEqual([])
  })

  test('show every number as it was published', async () => {
    const response = await fetch(`${dashboard.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${dashboard.program.key}` },
      body: `{"query":"mutation ($data: JSON!) { eventPublish(input: {type: \\"invoice.paid\\", data: $data}) { ... on EventPublishPayload { event { id } } } }","variables":{"data":{"amount":1.0,"rates":[1e2,-0.50],"none":{}}}}`,
    })
    const { data } = await response.json()
    const page = await open(`/events/${data.eventPublish.event.id}`)
    const body = await page.getByRole('region', { name: 'Body, as it is signed and sent' }).locator('pre').innerText()
    expect(body).toMatch(/"amount": 1\.0,\n\s+"rates": \[\n\s+1e2,\n\s+-0\.50\n\s+\],\n\s+"none": \{\}/)
  })

  test('are found by type, id, key, principal and time', async () => {
    const id = await dashboard.program.publish('invoice.paid', {}, { idempotencyKey: 'order-77' })
    const page = await open('/events')
    await rows(page).first().waitFor()
    for (const [label, text] of [
      ['Event type', 'invoice.paid'],
      ['Id', id],
      ['Idempotency key', 'order-77'],
      ['Published by', dashboard.program.keyId],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(text)
      await page.keyboard.press('Enter')
      await expect.poll(() => rows(page).filter({ hasText: id }).count(), SOON).toBe(1)
    }
    expect(await rows(page).count()).toBe(1)
    await page.getByLabel('Until').fill('2020-01-01T00:00')
    await page.keyboard.press('Enter')
    await page.getByText('No event matches these filters').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => rows(page).count(), SOON).toBeGreaterThan(1)
  })

  test.each([
    ['light', { dark: false, width: 390 }],
    ['dark', { dark: true }],
  ])('and types have pages without a finding of axe-core in %s mode', async (_mode, settings) => {
    const id = await dashboard.program.publish('invoice.paid')
    const page = await open(`/events/${id}`, settings)
    await page.getByRole('region', { name: 'Not delivered to' }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.goto(page.url().replace(/\/events\/.*/, '/event-types?search=user.created'))
    await page.getByRole('link', { name: 'user.created' }).click()
    await page.getByRole('region', { name: 'Wanted by' }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })
})
