import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { migrate } from '../../../src/database/migrate.ts'

const folder = path.join(import.meta.dirname, '../../../prisma/migrations')
const committed = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** An empty database, with one connection to it. */
async function emptyDatabase(name: string, options = ''): Promise<{ url: string; client: pg.Client }> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name} ${options}`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = name
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  cleanUps.push(async () => {
    await client.end()
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  })
  return { url: url.href, client }
}

const history = 'SELECT migration_name, checksum, finished_at, applied_steps_count FROM _prisma_migrations'

describe('migration', () => {
  test('processes that start together migrate once and record the same rows as prisma migrate deploy', async () => {
    const { url, client } = await emptyDatabase('migrate_together')
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)])
    expect(applied.flat()).toEqual(committed)
    const { rows } = await client.query(history)
    expect(rows).toEqual(
      committed.map((name) => ({
        migration_name: name,
        checksum: createHash('sha256')
          .update(readFileSync(path.join(folder, name, 'migration.sql')))
          .digest('hex'),
        finished_at: expect.any(Date),
        applied_steps_count: 1,
      })),
    )
    expect(await migrate(url)).toEqual([])
  })

  test('a database with an encoding other than UTF8 is rejected before any change', async () => {
    const { url, client } = await emptyDatabase('migrate_latin', "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    await expect(migrate(url)).rejects.toThrow(
      "The database has the encoding LATIN1. Create one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8', and set DATABASE_URL to it.",
    )
    expect((await client.query("SELECT to_regclass('_prisma_migrations') AS history")).rows).toEqual([
      { history: null },
    ])
  })

  test('tables of a pre-release or of another program are rejected and stay as they are', async () => {
    const { url, client } = await emptyDatabase('migrate_foreign')
    await migrate(url)
    await client.query("DELETE FROM _prisma_migrations WHERE migration_name NOT LIKE '%_init'")
    await client.query("UPDATE _prisma_migrations SET migration_name = '20261121110438_init'")
    await expect(migrate(url)).rejects.toThrow(
      'The schema public holds tables of another program or of a pre-release of Signalbox, which cannot be upgraded: set DATABASE_URL to an empty database',
    )
    expect((await client.query(history)).rows).toMatchObject([{ migration_name: '20261121110438_init' }])
  })

  test('a migration that another tool left unfinished is rejected by its name', async () => {
    const { url, client } = await emptyDatabase('migrate_unfinished')
    await migrate(url)
    await client.query('UPDATE _prisma_migrations SET finished_at = NULL')
    await expect(migrate(url)).rejects.toThrow(
      `Another tool left the migration ${committed[0]} unfinished. Repair it with prisma migrate resolve, and start again.`,
    )
  })

  test('a migration that fails is rolled back, and the next start applies it', async () => {
    const { url, client } = await emptyDatabase('migrate_failed')
    await client.query('CREATE TABLE replays (in_the_way int)')
    await expect(migrate(url)).rejects.toThrow(
      `The migration ${committed[0]} failed and was rolled back: relation "replays" already exists.`,
    )
    expect((await client.query("SELECT to_regclass('organizations') AS made")).rows).toEqual([{ made: null }])
    expect((await client.query(history)).rows).toEqual([])
    await client.query('DROP TABLE replays')
    expect(await migrate(url)).toEqual(committed)
  })

  test('the tables lie in the schema of the connection when another schema holds the tables of another program', async () => {
    const { url, client } = await emptyDatabase('migrate_schema')
    await client.query('CREATE TABLE _prisma_migrations (other int); CREATE SCHEMA own')
    const own = new URL(url)
    own.searchParams.set('options', '-c search_path=own,public')
    expect(await migrate(own.href)).toEqual(committed)
    const { rows } = await client.query(
      "SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name IN ('events', 'usage_records')",
    )
    expect(rows).toEqual([{ table_schema: 'own' }])
  })
})
