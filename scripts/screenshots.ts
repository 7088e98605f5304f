// npm run screenshots: pictures of every page of the dashboard in docs/screenshots, of an installation with a day's work.
// npm run screenshots -- keys usage: only pages with these names.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { Page } from 'playwright-core'
import { compose, type Stop } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { startEmbeddedPostgres } from '../src/database/embedded/postgres.ts'
import { createApi } from '../test/support/api.ts'
import { PASSWORD } from '../test/support/browser-client.ts'
import { startChromium } from '../test/support/chromium.ts'
import { fillDashboard } from '../test/support/fill-dashboard.ts'
import { addPast } from '../test/support/past.ts'

const FOLDER = path.join(import.meta.dirname, '../docs/screenshots')
/** The frames of each page: both modes on a desk, and a phone. */
const FRAMES = [
  { name: 'light', width: 1440, height: 900, colorScheme: 'light' },
  { name: 'dark', width: 1440, height: 900, colorScheme: 'dark' },
  { name: 'phone', width: 390, height: 844, colorScheme: 'light' },
] as const
/** Time for charts and live rows to appear. */
const SETTLE_MS = 500
const KEY = 'the-key-of-the-screenshots-1234567890'
const CUSTOMERS = ['Northwind', 'Globex', 'Initech', 'Umbrella']

const only = process.argv.slice(2)
const stops: Stop[] = []
const dataDir = mkdtempSync(path.join(tmpdir(), 'signalbox-screenshots-'))
try {
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false })
  stops.push(postgres.stop)
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 })
  stops.push(() => pool.end())
  const settings = { DATABASE_URL: postgres.url, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' }
  // Nobody opens as many pages in a minute.
  const limits = { RATE_LIMITS: 'PEOPLE=99999/999999' }
  const config = readConfig({ ...settings, ...limits, BOOTSTRAP_API_KEY: KEY }, 'all')
  const { url = '', services } = await compose(config, { stops, onKey: () => {}, onLost: () => {} })
  const chromium = await startChromium()
  stops.push(chromium.stop)
  const page = await chromium.open(`${url}/setup#${await services?.setUp.createCode()}`, { width: FRAMES[0].width })
  await shoot(page, 'set-up', FRAMES[0])
  await page.getByLabel('Organization').fill('Acme')
  await page.getByLabel('Your name').fill('Ana Silva')
  await page.getByLabel('Email').fill('ana@acme.example')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Create and sign in' }).click()
  await page.getByRole('button', { name: 'Start without event types' }).click()
  await page.getByRole('navigation').waitFor()
  const [good, bad] = [await startReceiver(204), await startReceiver(500)]
  const addresses = await fillDashboard(askIn(page), { url, password: PASSWORD, good, bad, sent: settled })
  const customers = createApi(url).as(KEY)
  for (const name of CUSTOMERS) await addCustomer(customers, name, name === 'Initech' ? bad : good)
  const { rows } = await pool.query<{ id: string; name: string }>('SELECT id, name FROM organizations')
  const ids = rows.map(({ id }) => id)
  await addPast(pool, ids, settled)
  const idOf = (name: string) => rows.find((row) => row.name === name)?.id

  for (const frame of FRAMES) {
    await page.setViewportSize(frame)
    await page.emulateMedia({ colorScheme: frame.colorScheme })
    for (const [name, address] of Object.entries(addresses)) {
      if (only.length > 0 && !only.includes(name)) continue
      // The pages of the operator belong to the organization of the operator.
      const organization = idOf(name === 'operator' ? 'Default' : 'Acme')
      await page.goto(`${url}/dashboard/${organization}${address}`)
      await page.locator('nav').waitFor({ state: 'attached' })
      await shoot(page, name, frame)
    }
  }
  if (chromium.faults.length > 0) throw new Error(`A page failed: ${chromium.faults.join('; ')}`)
} finally {
  for (const stop of stops.reverse()) await stop()
  rmSync(dataDir, { recursive: true, force: true })
}

/** Minutes are counted every ten seconds, and so long takes the usage of keys. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 12_000))
}

async function shoot(page: Page, name: string, frame: (typeof FRAMES)[number]): Promise<void> {
  if (only.length > 0 && !only.includes(name)) return
  mkdirSync(FOLDER, { recursive: true })
  await page.waitForFunction(() => document.querySelector('.pulse') === null)
  await page.waitForTimeout(SETTLE_MS)
  await page.screenshot({ path: path.join(FOLDER, `${name}-${frame.name}.png`) })
}

/** A receiver that answers every request with one status. */
async function startReceiver(status: number): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends operations with the session of the page, in its own organization. */
function askIn(page: Page) {
  return (query: string, variables: object = {}): Promise<unknown> =>
    page.evaluate(
      async ([query, variables]) => {
        const response = await fetch('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'signalbox-organization': location.pathname.split('/')[2]! },
          body: JSON.stringify({ query, variables }),
        })
        const { data, errors } = await response.json()
        if (errors !== undefined) throw new Error(JSON.stringify(errors))
        return Object.values(data)[0]
      },
      [query, variables] as const,
    )
}

/** An organization of the operator with an endpoint and some events. */
async function addCustomer(host: ReturnType<ReturnType<typeof createApi>['as']>, name: string, receiver: string) {
  const customer = host.in(await host.createOrganization(name))
  await customer.createType('invoice.paid')
  await customer.createEndpoint(`${receiver}/hooks/${name.toLowerCase()}`, { disableAfterFailures: null })
  await customer.publishMany(Array.from({ length: 25 }, (_, n) => ({ type: 'invoice.paid', data: { number: n } })))
}
