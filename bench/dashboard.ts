// The queries of the dashboard on an installation with 5,000,000 deliveries, beside one whose lists fill a page: an empty
// list costs less to write than a full one, whatever the database does.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { getOperationAST, parse } from 'graphql'
import { createPool } from '../src/database/client.ts'
import { type Figures, median, round } from './support/figures.ts'
import { fill } from './support/fill.ts'
import { createEndpoints } from './support/publish.ts'
import { type Services, startSignalbox } from './support/services.ts'

const [SMALL, LARGE] = [100, 5_000_000]
const ENDPOINTS = 20
/** Requests of each query in a round; the median counts. */
const TIMES = 15
const FOLDER = path.join(import.meta.dirname, '../persisted-operations/dashboard')
/** Queries of no page, and those that need a person or the token of a link. */
const NO_PAGE = ['Session', 'SessionUse', 'Account', 'InvitationPreview', 'SetupLink', 'InboxReady']
/** Counts up to a bound, whose time has no counterpart in a small installation. */
const PREVIEWS = ['BulkActionPreview', 'ReplayPreview', 'EndpointMatchPreview', 'SchemaRehearsal']

interface Page {
  name: string
  query: string
}

const PAGES: readonly Page[] = globSync('*.graphql', { cwd: FOLDER })
  .map((file) => ({ name: path.basename(file, '.graphql'), query: readFileSync(path.join(FOLDER, file), 'utf8') }))
  .filter(({ name, query }) => getOperationAST(parse(query))?.operation === 'query' && !NO_PAGE.includes(name))
  .sort((a, b) => a.name.localeCompare(b.name))

export async function dashboard(services: Services, options: { rounds: number }): Promise<Figures> {
  const small = await openSized(services, 'dashboard_small', SMALL)
  const large = await openSized(services, 'dashboard_large', LARGE)
  const ratios = new Map(PAGES.map(({ name }) => [name, [] as number[]]))
  const notes = new Map<string, string>()
  try {
    for (let n = 0; n <= options.rounds; n++)
      for (const page of PAGES) {
        const times: [number[], number[]] = [[], []]
        let cost = 0
        for (let time = 0; time < TIMES; time++) {
          times[0].push((await small.read(page)).took)
          const { took, requested } = await large.read(page)
          times[1].push(took)
          cost = requested
        }
        const [before, after] = times.map(median) as [number, number]
        if (n === 0) continue
        ratios.get(page.name)!.push(after / before)
        notes.set(page.name, `cost ${cost}; last ${round(before)} ms to ${round(after)} ms`)
      }
  } finally {
    await Promise.all([small.close(), large.close()])
  }
  return {
    benchmark: 'dashboard',
    rows: PAGES.map(({ name }) => ({
      name,
      values: ratios.get(name)!,
      ...(!PREVIEWS.includes(name) && { target: { atMost: 2 } }),
      note: notes.get(name) ?? '',
    })),
  }
}

/** An installation with endpoints and that many finished deliveries. */
async function openSized(services: Services, name: string, size: number) {
  await services.pool.query(`CREATE DATABASE ${name}`)
  const url = new URL(services.databaseUrl)
  url.pathname = name
  const databaseUrl = url.href
  const signalbox = await startSignalbox({ ...services, databaseUrl }, { workers: 0 })
  const { client } = signalbox
  const { types, endpointIds } = await createEndpoints(client, ENDPOINTS, () => 'http://127.0.0.1:9/hook')
  console.error(`Storing ${size} deliveries.`)
  const pool = createPool({ connectionString: databaseUrl, max: 4, query_timeout: 0 })
  await fill(pool, size, types, endpointIds)
  await pool.end()
  const [endpointId] = endpointIds
  const input = { endpointId }
  const keyId = (await client.ask('{ apiKeys(first: 1) { nodes { id } } }')).nodes[0].id
  /** Variables with which a page first asks, for those that need any. */
  const variables: Record<string, Record<string, unknown>> = {
    Delivery: { id: (await client.ask('{ deliveries(first: 1) { nodes { id } } }')).nodes[0].id },
    Event: { id: (await client.ask('{ events(first: 1) { nodes { id } } }')).nodes[0].id },
    Endpoint: { id: endpointId, filter: input, stats: input },
    EventType: { id: (await client.ask('{ eventTypes(first: 1) { nodes { id } } }')).nodes[0].id },
    Key: { id: keyId },
    KeyActivity: { id: keyId },
    DeadLetters: { filter: { statuses: ['DEAD'] }, first: 50 },
    BulkActionPreview: { input: { kind: 'RETRY', filter: { statuses: ['DEAD'] } } },
    ReplayPreview: { input },
    EndpointMatchPreview: { input },
    EndpointImpact: { ids: [endpointId] },
    KeyAudit: { id: keyId },
    KeyNames: { ids: [keyId] },
    KeyUse: { id: keyId },
    SchemaRehearsal: { input: { eventType: types[0], schema: { type: 'object' } } },
  }

  return {
    async read(page: Page): Promise<{ took: number; requested: number }> {
      const body = JSON.stringify({ query: page.query, variables: variables[page.name] ?? { first: 50 } })
      const started = performance.now()
      const response = await fetch(`${signalbox.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${client.key}` },
        body,
      })
      const { errors, extensions } = await response.json()
      const took = performance.now() - started
      if (errors !== undefined) throw new Error(`${page.name}: ${JSON.stringify(errors)}`)
      return { took, requested: extensions.cost.requested }
    },
    close: () => signalbox.stop(),
  }
}
