// npm run screenshots: pictures of every page of the dashboard in docs/screenshots, of an installation with a day's work.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { compose, type Stop } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { CHROMIUM } from '../test/support/installed.ts'

const FOLDER = path.join(import.meta.dirname, '../docs/screenshots')
/** The frames of each page: both modes on a desk, and a phone. */
const FRAMES = [
  { name: 'light', width: 1440, height: 900, colorScheme: 'light' },
  { name: 'dark', width: 1440, height: 900, colorScheme: 'dark' },
  { name: 'phone', width: 390, height: 844, colorScheme: 'light' },
] as const
/** Time for charts and live rows to appear. */
const SETTLE_MS = 700
const OWNER = {
  organization: 'Acme',
  name: 'Ana Silva',
  email: 'ana@acme.example',
  password: 'four plain words suffice',
}

const stops: Stop[] = []
const dataDir = mkdtempSync(path.join(tmpdir(), 'signalbox-screenshots-'))
try {
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' }, 'all')
  const { url = '', services } = await compose(config, { stops, onKey: () => {}, onLost: () => {} })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  stops.push(() => browser.close())
  const page = await browser.newPage()
  await page.goto(`${url}/setup#${await services?.setUp.createCode()}`)
  await shoot(page, 'set-up', FRAMES[0])
  await page.getByLabel('Organization').fill(OWNER.organization)
  await page.getByLabel('Your name').fill(OWNER.name)
  await page.getByLabel('Email').fill(OWNER.email)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Create and sign in' }).click()
  await page.getByRole('button', { name: 'Start without event types' }).click()
  await page.getByRole('navigation').waitFor()
  const paths = await fill(page)
  for (const frame of FRAMES) {
    await page.setViewportSize(frame)
    await page.emulateMedia({ colorScheme: frame.colorScheme })
    for (const [name, address] of Object.entries(paths)) {
      await page.goto(
        new URL(page.url()).origin + new URL(page.url()).pathname.split('/').slice(0, 3).join('/') + address,
      )
      await page.getByRole('navigation').waitFor()
      await shoot(page, name, frame)
    }
  }
} finally {
  for (const stop of stops.reverse()) await stop()
  rmSync(dataDir, { recursive: true, force: true })
}

async function shoot(page: Page, name: string, frame: (typeof FRAMES)[number]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
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

/** Makes what a day of work leaves behind. @returns the pages to show, by name */
async function fill(page: Page): Promise<Record<string, string>> {
  const ask = <Answer>(query: string, variables: object = {}): Promise<Answer> =>
    page.evaluate(
      async ([query, variables]) => {
        const response = await fetch('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        })
        const { data, errors } = await response.json()
        if (errors !== undefined) throw new Error(JSON.stringify(errors))
        return Object.values(data)[0] as never
      },
      [query, variables] as const,
    )
  await ask('mutation { eventTypeCatalogueImport(input: { name: IDENTITY }) { __typename } }')
  const endpoint = `mutation ($input: WebhookEndpointCreateInput!) { webhookEndpointCreate(input: $input) {
    ... on WebhookEndpointCreatePayload { webhookEndpoint { id } } ... on Error { message } } }`
  const inputs = [
    { url: `${await startReceiver(204)}/hooks/billing`, description: 'Billing', eventTypes: ['*'] },
    { url: `${await startReceiver(204)}/hooks/crm`, description: 'CRM', eventTypes: ['user.*', 'organization.*'] },
    { url: `${await startReceiver(500)}/hooks/search`, description: 'Search index', eventTypes: ['user.*'] },
  ]
  const made: { webhookEndpoint: { id: string } }[] = []
  for (const input of inputs) made.push(await ask(endpoint, { input }))
  const key = `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
    ... on ApiKeyCreatePayload { secret apiKey { id } } ... on Error { message } } }`
  const permissions = [{ resource: 'events', actions: ['READ', 'WRITE'] }]
  const keys: { secret: string; apiKey: { id: string } }[] = []
  for (const [name, more] of [
    ['Billing service', {}],
    ['Nightly export', { persistedOnly: true }],
    ['Staging', { environment: 'TEST', expiresAt: '2099-01-01T00:00:00Z' }],
  ] as const)
    keys.push(await ask(key, { input: { name, permissions, ...more } }))
  const { nodes } = (await ask('{ eventTypes(first: 100) { nodes { id name example } } }')) as {
    nodes: { id: string; name: string; example: unknown }[]
  }
  const types = nodes.filter(({ name, example }) => example !== null && /^(user|organization|auth)\./.test(name))
  const publish = `mutation ($input: EventPublishInput!) { eventPublish(input: $input) {
    ... on EventPublishPayload { event { id } } ... on Error { message } } }`
  const events: { event: { id: string } }[] = []
  for (let n = 0; n < 60; n++) {
    const { name, example } = types[n % types.length]!
    events.push(await ask(publish, { input: { type: name, data: example } }))
  }
  // Minutes are counted every ten seconds.
  await page.waitForTimeout(12_000)
  const failed = await ask<{ nodes: { id: string }[] }>(
    '{ deliveries(filter: { statuses: [RETRYING] }, first: 1) { nodes { id } } }',
  )
  return {
    overview: '/',
    deliveries: '/deliveries',
    delivery: `/deliveries/${failed.nodes[0]?.id}`,
    endpoints: '/endpoints',
    endpoint: `/endpoints/${made[2]?.webhookEndpoint.id}`,
    events: '/events',
    event: `/events/${events.at(-1)?.event.id}`,
    'event-types': '/event-types',
    inbox: '/inbox',
    'event-type': `/event-types/${nodes.find(({ name }) => name === 'user.created')?.id}`,
    replays: '/replays',
    'dead-letters': '/dead-letters?status=RETRYING',
    keys: '/keys',
    key: `/keys/${keys[0]?.apiKey.id}`,
    usage: '/usage',
    audit: '/audit',
    members: '/members',
    settings: '/settings',
    operator: '/operator',
    account: '/account',
  }
}
