// SIGNALBOX_KEY=<key> npm run seed -- identity: registers a catalogue of event types in the organization of the key. With a key of the
// operator, every organization can publish them.
import { CATALOGUES, type CatalogueName } from '../src/domain/event-types/catalogues.ts'

const IMPORT = `mutation ($name: EventTypeCatalogue!) { eventTypeCatalogueImport(input: { name: $name }) {
  ... on EventTypeCatalogueImportPayload { created { name } existing { name } } ... on Error { message } } }`

interface Answer {
  data?: { eventTypeCatalogueImport: { created?: { name: string }[]; existing?: { name: string }[]; message?: string } }
  errors?: { message: string }[]
}

const offered = Object.entries(CATALOGUES)
  .map(([name, types]) => `${name.toLowerCase()} (${types.length} event types)`)
  .join(', ')
const USAGE = `Usage: SIGNALBOX_KEY=<key with events: write> npm run seed -- <catalogue>

  catalogues:     ${offered}
  SIGNALBOX_URL   address of a running Signalbox; default http://127.0.0.1:4000
`

/** @throws with one sentence when the catalogue could not be imported */
async function importCatalogue(name: CatalogueName, url: string, key: string): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: IMPORT, variables: { name } }),
  }).catch((cause) => {
    throw new Error(`No Signalbox answers at ${url}. Start one, or set SIGNALBOX_URL to its address.`, { cause })
  })
  const { data, errors } = (await response.json()) as Answer
  const result = data?.eventTypeCatalogueImport
  if (result?.created === undefined || result.existing === undefined)
    throw new Error(result?.message ?? errors?.map(({ message }) => message).join('; ') ?? `HTTP ${response.status}`)
  const { created, existing } = result
  console.log(`${name.toLowerCase()}: ${created.length} event types registered, ${existing.length} existed already.`)
  if (existing.length > 0)
    console.log(`Existing types were left as they are: ${existing.map((type) => type.name).join(', ')}`)
}

const name = (process.argv[2] ?? '').toUpperCase()
const { SIGNALBOX_URL = 'http://127.0.0.1:4000', SIGNALBOX_KEY } = process.env
if (!Object.hasOwn(CATALOGUES, name) || !SIGNALBOX_KEY) {
  console.error(USAGE)
  process.exitCode = 1
} else
  await importCatalogue(name as CatalogueName, SIGNALBOX_URL, SIGNALBOX_KEY).catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
