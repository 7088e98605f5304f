import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults } from '../support/dashboard.ts'
import { startBilling } from '../support/dashboard-deliveries.ts'
import { openAs } from '../support/dashboard-people.ts'

let billing: Awaited<ReturnType<typeof startBilling>>
beforeAll(async () => {
  billing = await startBilling()
})
afterAll(() => billing.stop())

describe('delivery', () => {
  test('explains itself first, and shows request and response of every attempt', async () => {
    billing.fail()
    const id = await billing.deliver({ amount: '12' })
    billing.accept()
    const page = await billing.open(`/deliveries/${id}`)
    await page.getByText('500').first().waitFor()
    await page.getByText('The next attempt is').waitFor()
    const first = page.getByRole('article', { name: 'Attempt 1' })
    await first.getByText('Request', { exact: true }).click()
    await first.getByText(`POST ${billing.receiver.url}`).waitFor()
    await first.getByText('x-api-key: [hidden]').waitFor()
    await first.getByText('Response', { exact: true }).click()
    await first.getByText('no disk left').waitFor()

    await page.getByRole('button', { name: 'Retry now' }).click()
    await page.getByText('The delivery is due now').waitFor()
    await billing.dashboard.deliver()
    await page.getByRole('article', { name: 'Attempt 2' }).getByText('by hand').waitFor()
    const timeline = page.getByRole('region', { name: 'Timeline' }).getByRole('listitem')
    const steps = async () => (await timeline.allInnerTexts()).map((text) => text.split(' after')[0]!.split('\n')[0])
    // A read during the record of a result may have the attempt before the state that follows.
    await expect.poll(steps).toEqual(['Event published', 'Attempt 1: 500', 'Attempt 2: 204'])
    expect(billing.dashboard.faults).toEqual([])
  })

  test('is canceled, and can be retried afterwards', async () => {
    billing.fail()
    const id = await billing.deliver()
    billing.accept()
    const page = await billing.open(`/deliveries/${id}`)
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByText('The delivery is canceled').waitFor()
    await page.getByText('It can be retried').waitFor()
    expect(await page.getByRole('button', { name: 'Cancel', exact: true }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Retry now' }).count()).toBe(1)
  })

  test('is copied as a curl that sends the same bytes and signature, and says that own headers are missing', async () => {
    const data = { text: "it's 100 % ü", amount: 7 }
    const id = await billing.deliver(data)
    const original = billing.receiver.requests.at(-1)!
    const page = await billing.open(`/deliveries/${id}`)
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('the values of your own headers (x-api-key)').waitFor()
    await page.getByRole('button', { name: 'Copy the command' }).click()
    const command = await page.evaluate(() => navigator.clipboard.readText())
    await promisify(execFile)('sh', ['-c', command])
    const copy = billing.receiver.requests.at(-1)!
    expect(copy).not.toBe(original)
    expect(copy.body.equals(original.body)).toBe(true)
    expect(copy.headers['webhook-signature']).toBe(original.headers['webhook-signature'])
    expect(copy.headers['content-type']).toBe('application/json')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('checks its signature in the tab: without a secret, with a wrong one, and with the right one', async () => {
    const id = await billing.deliver({ amount: 'ü' })
    const page = await billing.open(`/deliveries/${id}`)
    const sent: string[] = []
    page.on('request', (request) => sent.push(request.postData() ?? ''))
    await page.getByRole('button', { name: 'Check the signature' }).click()
    const dialog = page.getByRole('dialog')
    const check = () => dialog.getByRole('button', { name: 'Check', exact: true }).click()
    await check()
    await dialog.getByText('No secret was given').waitFor()
    await dialog.getByLabel('Secret').fill('hunter2')
    await check()
    await dialog.getByText('This is no secret of this scheme').waitFor()
    await dialog.getByLabel('Secret').fill(`whsec_${Buffer.alloc(32, 1).toString('base64')}`)
    await check()
    await dialog.getByText('No signature fits').waitFor()
    await dialog.getByLabel('Secret').fill(billing.secret)
    await check()
    await dialog.getByText('Signature verified').waitFor()
    await dialog.getByLabel('Signature headers').fill('webhook-id: evt_1')
    await check()
    await dialog.getByText('The request has no signature header').waitFor()
    expect(sent.join()).not.toContain(billing.secret)
  })

  test.each(['STANDARD_ED25519', 'BODY_HEX', 'TIMESTAMPED_HEX'])('checks the scheme %s', async (signatureScheme) => {
    const { secret, webhookEndpoint } = await billing.program.createEndpoint(billing.receiver.url, { signatureScheme })
    await billing.program.publish('user.created', { name: 'Ü' })
    await billing.dashboard.deliver()
    const delivery = (await billing.program.deliveries()).findLast(
      ({ endpointId }) => endpointId === webhookEndpoint.id,
    )!
    const page = await billing.open(`/deliveries/${delivery.id}`)
    await page.getByRole('button', { name: 'Check the signature' }).click()
    if (secret !== null) await page.getByLabel('Secret').fill(secret)
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    await page.getByText('Signature verified').waitFor()
    await billing.change('webhookEndpointDelete', webhookEndpoint.id)
  })

  test('says so when no request was recorded', async () => {
    const endpoint = await billing.program.createEndpoint('', {
      url: undefined,
      kind: 'STREAM',
      eventTypes: ['user.*'],
    })
    await billing.program.publish('user.created')
    const { id } = (await billing.program.deliveries()).at(-1)!
    const page = await billing.open(`/deliveries/${id}`)
    await page.getByText('No attempt was made yet').waitFor()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('No request of this delivery was recorded').waitFor()
    await billing.change('webhookEndpointDelete', endpoint.webhookEndpoint.id)
  })

  test('shows the numbers of its body as they were published', async () => {
    const response = await fetch(`${billing.dashboard.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${billing.program.key}` },
      body: `{"query":"mutation ($data: JSON!) { eventPublish(input: {type: \\"invoice.paid\\", data: $data}) { __typename } }","variables":{"data":{"amount":1.0,"rate":1e2}}}`,
    })
    expect(await response.json()).toMatchObject({ data: { eventPublish: { __typename: 'EventPublishPayload' } } })
    const { id } = (await billing.program.deliveries()).at(-1)!
    const page = await billing.open(`/deliveries/${id}`)
    const body = page.getByRole('region', { name: 'Body, as it is signed and sent' })
    expect(await body.locator('pre').innerText()).toMatch(/"amount": 1\.0,\n\s+"rate": 1e2/)
    await body.getByRole('button', { name: 'Copy' }).click()
    await billing.dashboard.deliver()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      billing.receiver.requests.at(-1)!.body.toString(),
    )
  })

  test('cannot be changed by a viewer', async () => {
    const page = await openAs(billing.dashboard, 'VIEWER', `/deliveries/${await billing.deliver()}`)
    await page.getByRole('button', { name: 'Copy as curl' }).waitFor()
    expect(await page.getByRole('button', { name: 'Retry now' }).count()).toBe(0)
  })

  test.each([
    ['light', { dark: false, width: 390 }],
    ['dark', { dark: true }],
  ])('has no finding of axe-core in %s mode', async (_mode, settings) => {
    const page = await billing.open(`/deliveries/${await billing.deliver()}`, settings)
    await page.getByRole('article', { name: 'Attempt 1' }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    for (const name of ['Copy as curl', 'Check the signature']) {
      await page.getByRole('button', { name }).click()
      expect(await accessibilityFaults(page)).toEqual([])
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    }
  })
})
