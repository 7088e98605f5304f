import { createHmac } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, interceptSockets, startDashboard } from '../support/dashboard.ts'
import { startReceiver } from '../support/receiver.ts'

/** For states that follow a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let base: string
const receiver = await startReceiver()
beforeAll(async () => {
  dashboard = await startDashboard()
  base = `/dashboard/${dashboard.program.organizationId}`
  await dashboard.program.createType('invoice.paid', { example: { amount: 1200, currency: 'EUR' } })
})
afterAll(async () => {
  await dashboard.stop()
  await receiver.stop()
})

const SETTINGS = `query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint {
  description url channels predicate headerNames timeoutSeconds rateLimit enabled retryPolicy { maxAttempts } } } }`
const settingsOf = (id: string) => dashboard.program.ask(SETTINGS, { id })

/** A new endpoint with its page open. */
async function openEndpoint(description: string, more: Record<string, unknown> = {}) {
  const { webhookEndpoint } = await dashboard.program.createEndpoint(receiver.url, { description, ...more })
  const page = await dashboard.openAsOwner(`${base}/endpoints/${webhookEndpoint.id}`)
  await page.getByRole('heading', { name: description, level: 1 }).waitFor()
  return { page, id: webhookEndpoint.id }
}

async function edit(page: Page) {
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  return page.getByRole('dialog', { name: 'Edit' })
}

describe('new endpoint', () => {
  test('shows the broken rule at its field, its secret once, and code that accepts its requests', async () => {
    const page = await dashboard.openAsOwner(`${base}/endpoints`)
    await page.getByRole('button', { name: 'Add an endpoint' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add an endpoint' })
    await dialog.getByLabel('URL').fill('http://10.0.0.1/hook')
    await dialog.getByLabel('Description').fill('Made here')
    await dialog.getByRole('button', { name: 'Add a header' }).click()
    await dialog.getByLabel('Name', { exact: true }).fill('host')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await dialog.getByRole('group', { name: 'Header 1' }).getByText('is set by Signalbox').waitFor()
    await dialog.getByLabel('Name', { exact: true }).fill('X-Tenant')
    await dialog.getByRole('group', { name: 'Header 1' }).getByLabel('Value').fill('acme')
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await expect.poll(() => dialog.getByLabel('URL').getAttribute('aria-invalid'), WITHIN).toBe('true')
    await dialog.getByLabel('URL').fill(receiver.url)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    const secret = await page.getByTestId('secret').innerText()
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByRole('heading', { name: 'Made here', level: 1 }).waitFor()
    expect(await page.getByText(secret).count()).toBe(0)
    for (const language of ['Python', 'Go', 'PHP', 'Java', 'TypeScript']) {
      await page.getByRole('button', { name: language, exact: true }).click()
      await page.getByTestId('snippet').getByText('webhook-signature').waitFor()
    }
    const id = page.url().split('/').at(-1)!
    await dashboard.program.ask('mutation ($id: ID!) { webhookEndpointTest(id: $id) { __typename } }', { id })
    await dashboard.deliver()
    const { headers, body } = receiver.requests.at(-1)!
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(text).digest('base64')}`)
    expect(headers['x-tenant']).toBe('acme')
    await page.close()
  })
})

describe('settings', () => {
  test('are saved as edited, and only what was edited is sent', async () => {
    const { page, id } = await openEndpoint('Edited', { headers: [{ name: 'X-Old', value: '1' }] })
    const dialog = await edit(page)
    await dialog.getByLabel('Timeout in seconds').fill('0')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => dialog.getByLabel('Timeout in seconds').getAttribute('aria-invalid'), WITHIN).toBe('true')
    await dialog.getByLabel('Timeout in seconds').fill('7')
    await dialog.getByLabel('Channels').fill('eu\ncustomer-7')
    await dialog.getByRole('button', { name: 'Replace all headers' }).click()
    await dialog.getByRole('button', { name: 'Remove header 1' }).click()
    await dialog.getByRole('button', { name: 'Add a header' }).click()
    await dialog.getByLabel('Name', { exact: true }).fill('Authorization')
    await dialog.getByLabel('Value', { exact: true }).fill('Bearer x')
    await dialog.getByLabel('Retries').selectOption('EXTENDED')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The endpoint is saved').waitFor()
    expect(await settingsOf(id)).toMatchObject({
      ...{ timeoutSeconds: 7, channels: ['eu', 'customer-7'], headerNames: ['Authorization'] },
      retryPolicy: { maxAttempts: 7 },
    })
    const { nodes } = await dashboard.program.ask(
      'query ($id: ID!) { auditEntries(filter: { resourceId: $id }, first: 1) { nodes { details } } }',
      { id },
    )
    expect(nodes[0].details.changed.sort()).toEqual(['channels', 'headers', 'retryPolicy', 'timeoutSeconds'])
    await page.getByText('eu, customer-7').waitFor()
    await page.close()
  })

  test('of another person are shown while the form is open, and taken or overwritten by a decision', async () => {
    const { page, id } = await openEndpoint('Shared')
    const other = await dashboard.openAsOwner(`${base}/endpoints/${id}`)
    const [mine, theirs] = [await edit(page), await edit(other)]
    await mine.getByLabel('Description').fill('From me')
    await theirs.getByLabel('Description').fill('From them')
    await theirs.getByLabel('Timeout in seconds').fill('11')
    await theirs.getByRole('button', { name: 'Save' }).click()
    const notice = mine.getByRole('alert')
    await notice.getByText('Ana saved another version of this endpoint').waitFor()
    await notice.getByText('From them').waitFor()
    await notice.getByText('11').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await mine.getByLabel('Description').inputValue()).toBe('From me')
    await mine.getByRole('button', { name: 'Save mine' }).click()
    await page.getByText('The endpoint is saved').waitFor()
    // Their other change stays.
    expect(await settingsOf(id)).toMatchObject({ description: 'From me', timeoutSeconds: 11 })
    await other.getByRole('heading', { name: 'From me', level: 1 }).waitFor()

    const again = await edit(page)
    await again.getByLabel('Description').fill('Not wanted')
    await dashboard.program.ask(
      'mutation ($id: ID!) { webhookEndpointUpdate(id: $id, input: { description: "By a program" }) { __typename } }',
      { id },
    )
    await again.getByRole('button', { name: 'Take theirs' }).click()
    await expect.poll(() => again.getByLabel('Description').inputValue(), WITHIN).toBe('By a program')
    await again.getByRole('button', { name: 'Save' }).waitFor()
    await Promise.all([page.close(), other.close()])
  })
})

describe('settings without live messages', () => {
  test('are refused by the server when somebody was faster, and then shown as a conflict', async () => {
    const { page, id } = await openEndpoint('Offline')
    const network = await interceptSockets(page)
    await page.getByRole('heading', { name: 'Offline', level: 1 }).waitFor()
    network.cut()
    const dialog = await edit(page)
    await dialog.getByLabel('Timeout in seconds').fill('9')
    await dashboard.program.ask(
      `mutation ($id: ID!) { webhookEndpointUpdate(id: $id, input: { channels: ["eu"] }) { __typename } }`,
      { id },
    )
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog
      .getByRole('alert')
      .filter({ hasText: /was changed and has version/ })
      .waitFor()
    await dialog.getByRole('alert').getByText('eu').waitFor()
    await dialog.getByRole('button', { name: 'Save mine' }).click()
    await page.getByText('The endpoint is saved').waitFor()
    expect(await settingsOf(id)).toMatchObject({ timeoutSeconds: 9, channels: ['eu'] })
    network.mend()
    await page.close()
  })
})

describe('predicate', () => {
  test('is edited as rows with a count of the events that it matches', async () => {
    const { program } = dashboard
    await program.publishMany(
      [50, 150, 250].map((amount) => ({ type: 'invoice.paid', data: { amount, currency: 'EUR' } })),
    )
    const { page, id } = await openEndpoint('Filtered')
    const dialog = await edit(page)
    await dialog.getByRole('button', { name: 'Count matching events' }).click()
    await dialog.getByText(/^3 of the newest \d events would be wanted/).waitFor()
    await dialog.getByRole('button', { name: 'Add a condition' }).click()
    const first = dialog.getByRole('group', { name: 'Condition 1' })
    await first.getByLabel('Path').fill('amount')
    await first.getByLabel('Operator').selectOption('greater')
    await first.getByLabel('Value').fill('100')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await first.getByText(/must be one of id, type/).waitFor()
    await first.getByLabel('Path').fill('data.amount')
    await dialog.getByRole('button', { name: 'Count matching events' }).click()
    await dialog.getByText(/^2 of the newest \d events would be wanted/).waitFor()
    await dialog.getByRole('button', { name: 'Add a condition' }).click()
    const second = dialog.getByRole('group', { name: 'Condition 2' })
    await second.getByLabel('Path').fill('data.currency')
    await second.getByLabel('Operator').selectOption('not in')
    await second.getByLabel('Values').fill('CHF, "100"')
    await dialog.getByLabel('An event is wanted when').selectOption('and')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('data.amount is more than 100 and data.currency is none of').waitFor()
    expect((await settingsOf(id)).predicate).toEqual({
      and: [
        { greater: { path: ['data', 'amount'], value: 100 } },
        { not: { in: { path: ['data', 'currency'], values: ['CHF', '100'] } } },
      ],
    })
    await page.close()
  })

  test('with more structure is edited as JSON, and a fault stands at the field', async () => {
    const predicate = {
      or: [{ and: [{ exists: { path: ['data', 'a'] } }, { equals: { path: ['data', 'b'], value: 1 } }] }],
    }
    const { page, id } = await openEndpoint('Nested', { predicate })
    const dialog = await edit(page)
    const field = dialog.getByLabel('Predicate as JSON')
    expect(JSON.parse(await field.inputValue())).toEqual(predicate)
    for (const [text, fault] of [
      ['{', 'must be valid JSON'],
      ['{"equals":{"path":["data","id"],"value":12345678901234567890}}', 'more than 15 digits'],
      ['{"and":[]}', 'must have at least 1 condition'],
    ] as const) {
      await field.fill(text)
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.locator('.fault').filter({ hasText: fault }).first().waitFor()
    }
    await field.fill('{"prefix":{"path":["data","email"],"value":"a"}}')
    await dialog.getByRole('button', { name: 'Rows' }).click()
    expect(await dialog.getByRole('group', { name: 'Condition 1' }).getByLabel('Path').inputValue()).toBe('data.email')
    await dialog.getByRole('button', { name: 'Remove condition 1' }).click()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The endpoint is saved').waitFor()
    expect((await settingsOf(id)).predicate).toBeNull()
    await page.close()
  })
})
