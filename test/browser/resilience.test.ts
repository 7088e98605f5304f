import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../support/api.ts'
import { ENCRYPTION_KEY } from '../support/app.ts'
import { PASSWORD } from '../support/browser-client.ts'
import { copyCheckout } from '../support/checkout.ts'
import { startChromium } from '../support/chromium.ts'
import { cloneDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/process.ts'
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
    await page.getByRole('navigation').waitFor()
    if (link !== undefined)
      // The key of the API belongs to the organization of the operator.
      await page.getByRole('combobox', { name: 'Organization' }).selectOption('Default')
    await page.getByRole('link', { name: 'Default' }).waitFor()
  }
})
