import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDashboard } from '../support/dashboard.ts'
import { signedIn } from '../support/people.ts'

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let page: Page
beforeAll(async () => {
  dashboard = await startDashboard()
  page = await dashboard.openAsOwner()
})
afterAll(() => dashboard.stop())

const CREATE = `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
  ... on ApiKeyCreatePayload { secret apiKey { id displayPrefix } } ... on Error { code message } } }`
const READ = [{ resource: 'events', actions: ['READ'] }]

const create = (name: string, more: object = {}) =>
  dashboard.owner.ask(CREATE, { input: { name, permissions: READ, ...more } })

const goTo = (path: string) => page.goto(`${dashboard.url}/dashboard/${dashboard.organizationId}${path}`)
const button = (name: string) => page.getByRole('button', { name, exact: true })
const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })

describe('list of API keys', () => {
  test('shows the state of each key as a badge, and its tier', async () => {
    const [, disabled, expired, revoked] = [
      await create('alpha', { tier: 'ELEVATED' }),
      await create('bravo'),
      await create('charlie'),
      await create('delta', { environment: 'TEST' }),
    ]
    await dashboard.owner.ask('mutation ($id: ID!) { apiKeyDisable(id: $id) { __typename } }', disabled.apiKey)
    await dashboard.owner.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', revoked.apiKey)
    await dashboard.database.prisma.apiKey.update({
      where: { id: expired.apiKey.id },
      data: { expiresAt: new Date(Date.now() - 1_000) },
    })
    await goTo('/keys')
    for (const [name, state, tier] of [
      ['alpha', 'Active', 'Elevated'],
      ['bravo', 'Disabled', 'Standard'],
      ['charlie', 'Expired', 'Standard'],
      ['delta', 'Revoked', 'Standard'],
    ] as const) {
      await row(name).getByText(state, { exact: true }).waitFor()
      await row(name).getByText(tier, { exact: true }).waitFor()
    }
  })

  test('finds keys by name and by prefix, and keeps the search in the address', async () => {
    const { apiKey } = await create('echo')
    await goTo('/keys')
    await page.getByLabel('Name or prefix').fill('ECHO')
    await page.getByLabel('Name or prefix').press('Enter')
    await page.waitForURL(/search=ECHO/)
    await row('alpha').waitFor({ state: 'detached' })
    await row('echo').waitFor()
    await page.reload()
    expect(await page.getByLabel('Name or prefix').inputValue()).toBe('ECHO')
    await page.getByLabel('Name or prefix').fill(apiKey.displayPrefix)
    await page.getByLabel('Name or prefix').press('Enter')
    await page.waitForURL(new RegExp(apiKey.displayPrefix))
    await row('echo').waitFor()
    await page.getByLabel('Name or prefix').fill('nobody')
    await page.getByLabel('Name or prefix').press('Enter')
    await page.getByRole('heading', { name: 'No key matches these filters' }).waitFor()
    await button('Clear filters').click()
    await row('alpha').waitFor()
  })

  test('filters by state, environment, tier and what needs attention', async () => {
    await goTo('/keys')
    for (const [label, value, shown, hidden] of [
      ['Status', 'REVOKED', 'delta', 'alpha'],
      ['Environment', 'TEST', 'delta', 'alpha'],
      ['Tier', 'ELEVATED', 'alpha', 'bravo'],
    ] as const) {
      await page.getByLabel(label, { exact: true }).selectOption(value)
      await row(hidden).waitFor({ state: 'detached' })
      await row(shown).waitFor()
      await button('Clear filters').click()
    }
    await page.getByLabel('Attention').selectOption('unused')
    await page.waitForURL(/attention=unused/)
    await page.getByRole('heading', { name: 'No key matches these filters' }).waitFor()
  })

  test('shows a key that somebody else creates, and its new state, without a reload', async () => {
    await goTo('/keys')
    await row('alpha').waitFor()
    const { apiKey } = await create('foxtrot')
    await row('foxtrot').getByText('Active').waitFor()
    await dashboard.owner.ask('mutation ($id: ID!) { apiKeyDisable(id: $id) { __typename } }', apiKey)
    await row('foxtrot').getByText('Disabled').waitFor()
  })

  test('leaves out every change for a viewer', async () => {
    const viewer = await signedIn(dashboard, { role: 'VIEWER', organizationId: dashboard.organizationId })
    const other = await dashboard.openAs(viewer, '/keys')
    await other.getByRole('link', { name: /alpha/ }).click()
    await other.getByRole('heading', { name: 'alpha', level: 1 }).waitFor()
    await other.getByRole('heading', { name: 'Limits now' }).waitFor()
    for (const name of ['Edit', 'Rotate', 'Disable', 'Revoke'])
      expect(await other.getByRole('button', { name }).count()).toBe(0)
    expect(await other.getByRole('heading', { name: 'Audit of the key' }).count()).toBe(0)
    await other.close()
  })

  test('says where the plan allows no own keys', async () => {
    const organizationId = await dashboard.host.createOrganization('Small')
    await dashboard.database.prisma.organization.update({ where: { id: organizationId }, data: { plan: 'STARTER' } })
    const other = await dashboard.openAs(await signedIn(dashboard, { role: 'OWNER', organizationId }), '/keys')
    await other.getByRole('alert').getByText('allows no own keys').waitFor()
    expect(await other.getByRole('button', { name: 'Create a key' }).count()).toBe(0)
    await other.close()
  })
})
