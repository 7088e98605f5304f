import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { APPLICATION_ROLE } from '../../../src/database/embedded/application-role.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded/postgres.ts'
import { migrate } from '../../../src/database/migrate.ts'

let dataDir: string
let postgres: EmbeddedPostgres
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-embedded-'))
  postgres = await startEmbeddedPostgres({ dataDir, durable: false })
})
afterAll(async () => {
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function query(connectionString: string, sql: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const OWNERS = `
SELECT DISTINCT pg_get_userbyid(owner) AS owner FROM (
  SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT typowner FROM pg_type WHERE typnamespace = 'public'::regnamespace
  UNION ALL SELECT datdba FROM pg_database WHERE datname = current_database()
) owned`

describe('role of Signalbox in the embedded PostgreSQL', () => {
  test.each([
    ['reads a file', "SELECT pg_read_binary_file('PG_VERSION')"],
    ['imports a large object from a file', "SELECT lo_import('PG_VERSION')"],
    ['runs a program', "COPY (SELECT 1) TO PROGRAM 'cat'"],
    ['copies from a file', "CREATE TEMP TABLE t (a text); COPY t FROM '/etc/passwd'"],
    ['changes the configuration', "ALTER SYSTEM SET log_statement = 'all'"],
    ['becomes the superuser', 'SET ROLE signalbox'],
  ])('a statement is refused when it %s', async (_act, sql) => {
    await expect(query(postgres.url, sql)).rejects.toThrow(/permission denied|must be superuser/)
  })

  test('the role owns a data folder of an earlier version after the next start, and its rows are kept', async () => {
    const postgresDatabase = postgres.adminUrl.replace('/signalbox?', '/postgres?')
    await query(postgresDatabase, 'DROP DATABASE signalbox')
    await query(postgresDatabase, `DROP ROLE ${APPLICATION_ROLE}`)
    await query(postgresDatabase, 'CREATE DATABASE signalbox')
    await migrate(postgres.adminUrl)
    await query(postgres.adminUrl, "INSERT INTO organizations (id, name, created_at) VALUES ('org_1', 'Kept', now())")
    expect(await query(postgres.adminUrl, OWNERS)).toEqual([{ owner: 'signalbox' }])

    await postgres.stop()
    postgres = await startEmbeddedPostgres({ dataDir, durable: false })
    expect(await query(postgres.url, OWNERS)).toEqual([{ owner: APPLICATION_ROLE }])
    expect(await query(postgres.url, 'SELECT name FROM organizations')).toEqual([{ name: 'Kept' }])
    expect(await migrate(postgres.url)).toEqual([])
    await query(
      postgres.url,
      'ALTER TABLE organizations ADD COLUMN trial text; ALTER TABLE organizations DROP COLUMN trial',
    )
  }, 60_000)
})

describe('log of the embedded PostgreSQL', () => {
  const DATA = 'data-of-a-tenant'

  test.each([
    ['violates a unique key', `CREATE TEMP TABLE t (a text UNIQUE); INSERT INTO t VALUES ('${DATA}'), ('${DATA}')`],
    ['has a value of the wrong type', `SELECT '${DATA}'::int`],
    ['is malformed', `SELECT '${DATA}' FROM`],
    ['raises a warning and an error', `DO $$ BEGIN RAISE WARNING '${DATA}'; RAISE EXCEPTION '${DATA}'; END $$`],
    ['is canceled', `SET statement_timeout = 20; SELECT pg_sleep(9), '${DATA}'`],
  ])('the log has no data of a tenant when a statement %s', async (_how, sql) => {
    await expect(query(postgres.url, sql)).rejects.toThrow()
    const log = await readFile(path.join(dataDir, 'postgres.log'), 'utf8')
    expect(log).toContain('ready to accept connections')
    expect(log).not.toContain(DATA)
  })
})
