import { spawn } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CATALOGUES, type CatalogueName } from '../../../src/domain/event-types/catalogues.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const IMPORT = `mutation ($name: EventTypeCatalogue!) { eventTypeCatalogueImport(input: { name: $name }) {
  ... on EventTypeCatalogueImportPayload { created { id name category source } existing { id name category source } }
  ... on Error { code message } } }`
const load = (client: Client, name: CatalogueName) => client.ask(IMPORT, { name })
const namesOf = (types: readonly { name: string }[]) => types.map(({ name }) => name)

describe('eventTypeCatalogueImport', () => {
  test.each(Object.keys(CATALOGUES) as CatalogueName[])(
    '%s is registered once, each type is publishable with its example, and a repeated call changes nothing',
    async (name) => {
      const tenant = await app.tenant()
      const { created, existing } = await load(tenant, name)
      expect(namesOf(created)).toEqual(namesOf(CATALOGUES[name]))
      expect(existing).toEqual([])
      const ids = await tenant.publishMany(CATALOGUES[name].map((type) => ({ type: type.name, data: type.example })))
      expect(ids).toHaveLength(CATALOGUES[name].length)
      await expect(tenant.publish(created[0].name, {})).rejects.toThrow('must have required property')
      const again = await load(tenant, name)
      expect(again).toEqual({ created: [], existing: created })
      const { nodes } = await tenant.ask('{ auditEntries { nodes { action details } } }')
      expect(nodes.filter(({ action }: { action: string }) => action === 'EVENT_TYPE_IMPORT')).toEqual([
        { action: 'EVENT_TYPE_IMPORT', details: { catalogue: name, created: namesOf(created) } },
      ])
    },
  )

  test('own types of the same name are left alone and reported', async () => {
    const tenant = await app.tenant()
    const id = await tenant.createType('job.closed', { category: 'mine' })
    const { created, existing } = await load(tenant, 'RECRUITING')
    expect(created).toHaveLength(6)
    expect(existing).toEqual([{ id, name: 'job.closed', category: 'mine', source: 'ORGANIZATION' }])
    const identity = await load(tenant, 'IDENTITY')
    expect(namesOf(identity.existing)).toEqual(['application.created', 'application.updated'])
    expect(identity.created).toHaveLength(42)
  })

  test('calls at the same time register each type once', async () => {
    const tenant = await app.tenant()
    const results = await Promise.all(Array.from({ length: 5 }, () => load(tenant, 'IDENTITY')))
    const created = results.flatMap((result) => namesOf(result.created))
    expect(created.toSorted()).toEqual(namesOf(CATALOGUES.IDENTITY).toSorted())
    for (const result of results) expect(result.created.length + result.existing.length).toBe(44)
  })

  test('all types or none are registered when an organization has too many', async () => {
    const full = await app.tenant()
    await full.createType('order.made')
    await app.database.pool.query(
      `INSERT INTO event_types SELECT (jsonb_populate_record(t, jsonb_build_object('id', t.id || n, 'name', t.name || n))).*
       FROM event_types t, generate_series(1, 1993) n WHERE t.organization_id = $1`,
      [full.organizationId],
    )
    await expect(load(full, 'RECRUITING')).rejects.toThrow('TOO_MANY_EVENT_TYPES: An organization has at most 2000')
    await expect(full.publish('job.closed')).rejects.toThrow('is not a registered event type')
  })

  test('types that the operator imported are visible in every organization, and its own import leaves them alone', async () => {
    const tenant = await app.tenant()
    await expect(tenant.publish('job.closed')).rejects.toThrow('is not a registered event type')
    const { created } = await load(app.host, 'RECRUITING')
    expect(created[0].source).toBe('OPERATOR')
    for (const { name, example } of CATALOGUES.RECRUITING) await tenant.publish(name, example)
    const { created: none, existing } = await load(tenant, 'RECRUITING')
    expect(none).toEqual([])
    expect(existing).toEqual(created)
  })
})

/** Runs `npm run seed`. */
async function seed(...words: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '../../../scripts/seed.ts'), ...words], {
    env: { PATH: process.env.PATH, SIGNALBOX_URL: app.url, SIGNALBOX_KEY: app.hostKey },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text
    })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}

describe('npm run seed', () => {
  test('a catalogue is registered by its name, and again without a change', async () => {
    expect(await seed('identity')).toEqual({
      code: 0,
      // The operator imported the other catalogue before.
      output:
        'identity: 42 event types registered, 2 existed already.\nExisting types were left as they are: application.created, application.updated\n',
    })
    const again = await seed('identity')
    expect(again.code).toBe(0)
    expect(again.output).toContain('identity: 0 event types registered, 44 existed already.')
    const tenant = await app.tenant()
    await tenant.publish('user.created', CATALOGUES.IDENTITY[0]!.example)
  })

  test.each([[[]], [['payments']]])('words %j are answered with the catalogues', async (words) => {
    const { code, output } = await seed(...words)
    expect(code).toBe(1)
    expect(output).toContain('identity (44 event types), recruiting (7 event types)')
  })
})
