import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../support/api.ts'
import { ENCRYPTION_KEY } from '../support/app.ts'
import { PASSWORD } from '../support/browser-client.ts'
import { copyCheckout } from '../support/checkout.ts'
import { startChromium } from '../support/chromium.ts'
import { interceptSockets, startDashboard } from '../support/dashboard.ts'
import { cloneDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/process.ts'
import { startReceiver } from '../support/receiver.ts'
import { freePort } from '../support/redis.ts'

const LOST = 'Signalbox cannot be reached, so this page may be old.'
const showDeliveries = async (page: Page) => {
  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
}

describe('link of the set-up', () => {
  test('opened while the dashboard is being built, leads to the form with its code', async () => {
    const copy = copyCheckout()
    const database = await cloneDatabase()
    const windows = await startChromium()
    const env = { DATABASE_URL: database.url, DATA_DIR: path.join(copy.folder, '.data'), PORT: '0' }
    const server = startProcess(env, 'all', copy.main)
    try {
      const [, link] = await server.printed(/Next: open (\S+)/)
      const page = await windows.open(link!)
      await page.getByText('The dashboard is being built.').waitFor()
      await page.getByLabel('Your name').waitFor({ timeout: 60_000 })
    } finally {
      await windows.stop()
      await server.end('SIGKILL')
      await database.drop()
      await copy.remove()
    }
  })
})

describe('server that goes away under open pages', () => {
  const KEY = 'a-key-of-any-form-that-is-long-enough'
  let database: Awaited<ReturnType<typeof cloneDatabase>>
  let windows: Awaited<ReturnType<typeof startChromium>>
  let dataDir: string
  let env: Record<string, string>
  let server: RunningProcess
  let other: RunningProcess
  let api: ReturnType<ReturnType<typeof createApi>['as']>
  beforeAll(async () => {
    database = await cloneDatabase()
    windows = await startChromium()
    dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-browser-'))
    env = {
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      BOOTSTRAP_API_KEY: KEY,
      ENCRYPTION_KEYS: ENCRYPTION_KEY,
      PORT: String(await freePort()),
    }
    server = startProcess(env)
    await server.printed(/Signalbox runs at/)
    // The process that other clients reach meanwhile.
    other = startProcess({ ...env, PORT: '0' }, 'api')
    api = createApi((await other.printed(/Signalbox runs at (\S+)/))[1]!).as(KEY)
    await api.createType('invoice.paid')
  })
  afterAll(async () => {
    await windows.stop()
    await Promise.all([server.end('SIGKILL'), other.end('SIGKILL')])
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  })

  test.each<NodeJS.Signals>(['SIGKILL', 'SIGTERM'])(
    'pages say so after %s, and show what happened meanwhile once it is back',
    async (signal) => {
      const deliveries = await windows.open(`http://127.0.0.1:${env.PORT}/dashboard`)
      await enter(deliveries, server)
      const keys = await deliveries.context().newPage()
      await keys.goto(deliveries.url())
      await keys.getByRole('link', { name: 'API keys' }).click()
      await keys.getByRole('button', { name: 'Create a key' }).waitFor()
      await showDeliveries(deliveries)
      const { webhookEndpoint } = await api.createEndpoint('http://127.0.0.1:9/hook')
      await api.publish('invoice.paid')
      await deliveries.getByRole('cell', { name: 'http://127.0.0.1:9/hook' }).first().waitFor()

      await server.end(signal)
      await deliveries.getByText(LOST).waitFor()
      await keys.getByText(LOST).waitFor()
      const name = `made after ${signal}`
      await api.createKey({ events: ['read'] }, { name })
      for (let n = 0; n < 3; n++) await api.publish('invoice.paid', { n })

      server = startProcess(env)
      await deliveries.getByText(/changes caught up/).waitFor({ timeout: 40_000 })
      await deliveries.getByText(LOST).waitFor({ state: 'detached' })
      await deliveries.getByText('Live', { exact: true }).waitFor()
      await expect.poll(() => deliveries.getByRole('row').count()).toBeGreaterThanOrEqual(5)
      await keys.getByRole('link', { name }).waitFor()
      await api.ask('mutation ($id: ID!) { webhookEndpointDelete(id: $id) { __typename } }', { id: webhookEndpoint.id })
      await windows.closePages()
      expect(windows.faults).toEqual([])
    },
  )

  /** Sets the installation up at the first visit, and signs in later. */
  async function enter(page: Page, server: RunningProcess): Promise<void> {
    const link = /Next: open (\S+)/.exec(server.output())?.[1]
    if (link !== undefined) {
      await page.goto(link)
      await page.getByLabel('Organization').fill('Acme')
      await page.getByLabel('Your name').fill('Ana')
    }
    await page.getByLabel('Email').fill('ana@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: link === undefined ? 'Sign in' : 'Create and sign in' }).click()
    if (link !== undefined) await page.getByRole('button', { name: 'Start without event types' }).click()
    if (link !== undefined) await page.getByRole('button', { name: 'Start without event types' }).click()
    await page.getByRole('navigation').waitFor()
    if (link !== undefined)
      // The key of the API belongs to the organization of the operator.
      await page.getByRole('combobox', { name: 'Organization' }).selectOption('Default')
    await page.getByRole('link', { name: 'Default' }).waitFor()
  }
})

describe('page that slept', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  beforeAll(async () => {
    dashboard = await startDashboard()
    receiver = await startReceiver()
    await dashboard.program.createType('invoice.paid')
    await dashboard.program.createEndpoint(receiver.url)
  })
  afterAll(async () => {
    await dashboard.stop()
    await receiver.stop()
  })
  afterEach(async () => {
    await dashboard.closePages()
    expect(dashboard.faults).toEqual([])
  })
  const publish = (count: number) =>
    dashboard.program.publishMany(Array.from({ length: count }, (_, n) => ({ type: 'invoice.paid', data: { n } })))

  test('says how many changes it caught up after ten minutes without a connection', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    await showDeliveries(page)
    await publish(1)
    await page.getByRole('cell', { name: 'Pending' }).waitFor()
    network.cut()
    await dashboard.deliver()
    await publish(20)
    await dashboard.deliver()
    network.mend()
    // SENDING and SUCCEEDED of the first delivery; PENDING, SENDING and SUCCEEDED of the twenty others.
    await page.getByText('62 changes caught up').waitFor()
    expect(await page.getByRole('cell', { name: 'Succeeded' }).count()).toBe(21)
  })

  test('draws the newest state of each delivery when it was frozen meanwhile', async () => {
    const page = await dashboard.openAsOwner()
    await showDeliveries(page)
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    await publish(10)
    await dashboard.deliver()
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    await expect.poll(() => page.getByRole('cell', { name: 'Succeeded' }).count()).toBe(31)
  })

  test('reads its list again and says so when the log has forgotten its place', async () => {
    const page = await dashboard.openAsOwner()
    const network = await interceptSockets(page)
    await showDeliveries(page)
    await publish(1)
    await page.getByRole('cell', { name: 'Pending' }).waitFor()
    network.cut()
    await dashboard.deliver()
    await publish(1)
    await dashboard.database.pool.query('DELETE FROM delivery_changes')
    network.mend()
    await publish(1)
    await page.getByText('Some changes were missed, so the list was read again.').waitFor()
    await expect.poll(() => page.getByRole('cell', { name: 'Pending' }).count()).toBe(2)
    await dashboard.deliver()
  })

  test('and one beside it show the changes that each other makes', async () => {
    const [left, right] = [await dashboard.openAsOwner(), await dashboard.openAsOwner()]
    for (const page of [left, right]) {
      await page.getByRole('link', { name: 'API keys' }).click()
      await page.getByRole('button', { name: 'Create a key' }).waitFor()
    }
    await left.getByRole('button', { name: 'Create a key' }).click()
    await left.getByLabel('Name', { exact: true }).fill('made at the left')
    await left.getByLabel('events: Read').check()
    await left.getByRole('button', { name: 'Create', exact: true }).click()
    await right.getByRole('link', { name: 'made at the left' }).click()
    await right.getByRole('button', { name: 'Revoke' }).click()
    await right.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await left.getByRole('button', { name: 'I have stored it' }).click()
    await left
      .getByRole('row', { name: /made at the left/ })
      .getByText('Revoked')
      .waitFor()
  })
})
