import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/domain/limits/limit-config.ts'
import { PASSWORD } from '../support/browser-client.ts'
import { startDashboard } from '../support/dashboard.ts'
import { watchSocket } from '../support/watch.ts'

/** For states that follow an answer or a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
let key: { id: string; secret: string }
beforeAll(async () => {
  const PLENTY = { minute: 1e6, hour: 1e6 }
  const { tiers, fields } = DEFAULT_LIMITS
  // People and new keys without limits, so that only the limits of keys count.
  dashboard = await startDashboard({
    allowances: {
      ...DEFAULT_LIMITS,
      tiers: { ...tiers, PEOPLE: PLENTY, STRANGERS: PLENTY },
      fields: { ...fields, apiKeyCreate: 1e6, apiKeyRotate: 1e6 },
    },
  })
  page = await dashboard.openAsOwner()
})
afterAll(() => dashboard.stop())

const CREATE = `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
  ... on ApiKeyCreatePayload { secret apiKey { id } } ... on Error { code message } } }`

/** A new key whose page is open. */
beforeEach(async () => {
  const permissions = [{ resource: 'deliveries', actions: ['READ'] }]
  const { secret, apiKey } = await dashboard.owner.ask(CREATE, { input: { name: 'billing', permissions } })
  key = { id: apiKey.id, secret }
  await page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}/keys/${key.id}`)
  await page.getByRole('heading', { name: 'billing', level: 1 }).waitFor()
})

const button = (name: string) => page.getByRole('button', { name, exact: true })
const dialog = () => page.getByRole('dialog')
const ofDialog = (name: string) => dialog().getByRole('button', { name, exact: true })

/** The code of the refusal of a secret; undefined while it is good. */
async function refusalOf(secret: string): Promise<string | undefined> {
  const { errors } = await dashboard.api.as(secret).request('{ deliveries(first: 1) { nodes { id } } }')
  return errors?.[0]?.extensions.code
}

async function takeSecret(): Promise<string> {
  const secret = await page.getByTestId('secret').innerText()
  await button('I have stored it').click()
  return secret
}

describe('rotation of an API key', () => {
  test('leaves both secrets good for an overlap', async () => {
    await button('Rotate').click()
    await ofDialog('Rotate').click()
    const secret = await takeSecret()
    expect([await refusalOf(secret), await refusalOf(key.secret)]).toEqual([undefined, undefined])
    await page.getByText('2 valid secrets while a rotation overlaps').waitFor()
  })

  test('ends the old secret at once when no overlap is wanted, and says what that breaks', async () => {
    expect(await refusalOf(key.secret)).toBeUndefined()
    await dashboard.services.usageRecorder.flush()
    await button('Rotate').click()
    await page.getByLabel('The old secret stays valid for').selectOption('0')
    await dialog().getByText('It made 1 request in the last five minutes').waitFor()
    await ofDialog('Rotate').click()
    const secret = await takeSecret()
    expect([await refusalOf(secret), await refusalOf(key.secret)]).toEqual([undefined, 'UNAUTHENTICATED'])
  })

  test('opens the new key when it replaces the old one', async () => {
    await button('Rotate').click()
    await page.getByLabel('What stays').selectOption('NEW_ID')
    await ofDialog('Rotate').click()
    expect(await refusalOf(await takeSecret())).toBeUndefined()
    await page.waitForURL((url) => !url.pathname.includes(key.id))
    await page.getByRole('definition').getByText('never', { exact: true }).waitFor()
    await page.goBack()
    await page
      .getByRole('definition')
      .getByText(/in (23 hr\.|1 day|tomorrow)/)
      .waitFor()
  })
})

describe('state of an API key', () => {
  test('follows disabling and enabling', async () => {
    await button('Disable').click()
    await ofDialog('Disable').click()
    await page.getByText('Disabled', { exact: true }).first().waitFor()
    expect(await refusalOf(key.secret)).toBe('UNAUTHENTICATED')
    await button('Enable').click()
    await page.getByText('Active', { exact: true }).waitFor()
    expect(await refusalOf(key.secret)).toBeUndefined()
  })

  test('ends by a revocation that shows what it breaks, and that cannot be repeated', async () => {
    const watch = watchSocket(dashboard.url, key.secret, 'subscription { deliveryUpdates { cursor } }')
    await expect.poll(() => dashboard.services.subscriptions.countOf(key.id), WITHIN).toBe(1)
    await dashboard.services.usageRecorder.flush()
    await button('Revoke').click()
    await dialog()
      .getByText(/^It made \d+ requests? in the last five minutes and has 1 open subscription\.$/)
      .waitFor()
    await ofDialog('Cancel').click()
    await dialog().waitFor({ state: 'detached' })
    expect(await refusalOf(key.secret)).toBeUndefined()
    await button('Revoke').click()
    await ofDialog('Revoke').click()
    await page.getByText('Revoked', { exact: true }).first().waitFor()
    expect(await refusalOf(key.secret)).toBe('UNAUTHENTICATED')
    expect(await button('Revoke').isDisabled()).toBe(true)
    for (const name of ['Edit', 'Rotate', 'Disable']) expect(await button(name).count()).toBe(0)
    watch.stop()
  })

  test('stays when somebody else revoked the key first, and the dialog says why', async () => {
    await button('Disable').click()
    await dashboard.owner.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: key.id })
    await ofDialog('Disable').click()
    await dialog().getByText('This key was revoked, which is final.').waitFor()
  })
})

describe('edit of an API key', () => {
  test('changes its name and permissions, after the password for a permission to delete', async () => {
    await button('Edit').click()
    await page.getByLabel('Name', { exact: true }).fill('billing 2')
    await page.getByLabel('webhooks: Delete').check()
    await ofDialog('Save').click()
    await page.getByRole('heading', { name: 'Enter your password again' }).waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await button('Continue').click()
    await page.getByRole('heading', { name: 'billing 2', level: 1 }).waitFor()
    const stored = await dashboard.database.prisma.apiKey.findUniqueOrThrow({ where: { id: key.id } })
    expect(stored.permissions).toEqual({ deliveries: ['read'], webhooks: ['delete'] })
  })

  test('never overwrites what another person saved first', async () => {
    await button('Edit').click()
    const name = dialog().getByLabel('Name', { exact: true })
    await name.fill('mine')
    const UPDATE = `mutation ($id: ID!) { apiKeyUpdate(id: $id, input: { name: "theirs" }) { ... on Error { code } } }`
    await dashboard.owner.ask(UPDATE, { id: key.id })
    await dialog().getByText('Somebody else changed this key meanwhile').waitFor()
    expect(await name.inputValue()).toBe('mine')
    await ofDialog('Save').click()
    await dialog()
      .getByText(/changed since|newer version|version/i)
      .last()
      .waitFor()
    await ofDialog('Load the newest state').click()
    expect(await name.inputValue()).toBe('theirs')
    await name.fill('ours')
    await ofDialog('Save').click()
    await page.getByRole('heading', { name: 'ours', level: 1 }).waitFor()
  })
})

describe('page of an API key', () => {
  test('shows its limits, its requests and its audit trail, and follows them', async () => {
    await page.getByText('60 of 60 left').waitFor()
    await page.getByRole('heading', { name: 'No requests yet' }).waitFor()
    for (let n = 0; n < 3; n++) await refusalOf(key.secret)
    await dashboard.api.as(key.secret).request('{ apiKeys { nodes { id } } }')
    await dashboard.services.usageRecorder.flush()
    await page.getByText('56 of 60 left').waitFor()
    await page.getByText('2,996 of 3,000 left').waitFor()
    const requests = page.getByRole('region', { name: 'Recent requests' })
    await requests.getByText('FORBIDDEN').waitFor()
    expect(await requests.getByText('OK', { exact: true }).count()).toBe(3)
    const day = page.getByRole('region', { name: 'Last 24 hours' })
    await day.getByText('25%').waitFor()
    await day.getByText('As a table').click()
    await day.getByRole('cell', { name: '4', exact: true }).waitFor()
    await page.getByRole('region', { name: 'Audit of the key' }).getByText('API key created').waitFor()
    expect(dashboard.faults).toEqual([])
  })

  test('does not find a key of another organization', async () => {
    const stranger = await dashboard.tenant()
    await page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}/keys/${stranger.keyId}`)
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
  })
})
