import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { createDatabase } from '../../../src/database/client.ts'
import { quoteName } from '../../../src/database/connection.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { openConnections } from '../../../src/database/open-connections.ts'
import { silentLog } from '../../support/app.ts'

const PASSWORD = 'the-password-of-the-schema-test'
const suffix = randomUUID().replaceAll('-', '').slice(0, 12)
/** An empty database, and a role that owns nothing in it. */
const database = `schemas_${suffix}`
const role = `tenant_${suffix}`
let server: pg.Client
/** Superuser of that database. */
let admin: pg.Client

beforeAll(async () => {
  server = new pg.Client({ connectionString: inject('postgresUrl') })
  await server.connect()
  await server.query(`CREATE DATABASE ${database}`)
  await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = database
  admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await server.query(`DROP DATABASE ${database} WITH (FORCE)`)
  await server.query(`DROP ROLE ${role}`)
  await server.end()
})

afterEach(async () => {
  const { rows } = await admin.query(
    "SELECT nspname AS name FROM pg_namespace WHERE nspname NOT IN ('public', 'information_schema') AND nspname !~ '^pg_'",
  )
  for (const { name } of rows) await admin.query(`DROP SCHEMA ${quoteName(name)} CASCADE`)
})

function urlOf(schema?: string): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = database
  url.username = role
  url.password = PASSWORD
  if (schema !== undefined) url.searchParams.set('schema', schema)
  return url.href
}

const open = (schema?: string) => openConnections({ url: urlOf(schema), log: silentLog })
const refusal = (schema?: string) =>
  open(schema).then(
    () => 'it opens',
    (error) => error.message,
  )

/** Migrates, counts organizations with Prisma and with SQL, and says in which schemas tables are. */
async function useTables(schema?: string): Promise<string[]> {
  const connections = await open(schema)
  await migrate(connections.direct)
  const { prisma, pool, boundedPool, stop } = createDatabase(connections)
  expect(await prisma.organization.count()).toBe(0)
  for (const queried of [pool, boundedPool])
    expect((await queried.query('SELECT count(*)::int AS count FROM organizations')).rows).toEqual([{ count: 0 }])
  await stop()
  const { rows } = await admin.query(
    "SELECT DISTINCT schemaname AS name FROM pg_tables WHERE tablename IN ('organizations', '_prisma_migrations')",
  )
  return rows.map(({ name }) => name).sort()
}

describe('the schema of DATABASE_URL', () => {
  test('is asked for by its statement when it is missing and the role may not create it', async () => {
    expect(await refusal('signalbox')).toBe(
      `The schema signalbox of DATABASE_URL does not exist, and the role ${role} may not create it in the database ${database}. Run as the owner of the database: CREATE SCHEMA "signalbox" AUTHORIZATION "${role}";`,
    )
  })

  test('is asked for by its statement when the role may not use it', async () => {
    await admin.query('CREATE SCHEMA closed')
    expect(await refusal('closed')).toBe(
      `The role ${role} of DATABASE_URL may not use the schema closed. Run as its owner: GRANT USAGE, CREATE ON SCHEMA "closed" TO "${role}";`,
    )
  })

  test('is asked for by its statement when the role may create no tables in it', async () => {
    await admin.query(`CREATE SCHEMA readable; GRANT USAGE ON SCHEMA readable TO ${role}`)
    expect(await refusal('readable')).toBe(
      `The role ${role} of DATABASE_URL may not create tables in the schema readable. Run as its owner: GRANT CREATE ON SCHEMA "readable" TO "${role}"; or add ?schema=<name of another schema> to DATABASE_URL.`,
    )
  })

  test('is created when the role may, and has all tables', async () => {
    await admin.query(`GRANT CREATE ON DATABASE ${database} TO ${role}`)
    const odd = 'Odd name\\'
    expect(await useTables(odd)).toEqual([odd])
    await admin.query(`REVOKE CREATE ON DATABASE ${database} FROM ${role}`)
  })

  test('is refused with a quotation mark in its name', async () => {
    expect(await refusal('a"b')).toBe('schema must be the name of a schema: at most 63 bytes, without quotation marks.')
  })

  test('takes a role that owns nothing else', async () => {
    await admin.query(`CREATE SCHEMA signalbox AUTHORIZATION ${role}`)
    expect(await useTables('signalbox')).toEqual(['signalbox'])
  })
})

describe('a DATABASE_URL without a schema', () => {
  test('is refused in one sentence when the role may create tables in none', async () => {
    expect(await refusal()).toBe(
      `The role ${role} of DATABASE_URL may not create tables in the schema public. Run as its owner: GRANT CREATE ON SCHEMA "public" TO "${role}"; or add ?schema=<name of another schema> to DATABASE_URL.`,
    )
  })

  test('is refused in one sentence when the search_path has none', async () => {
    await admin.query(`ALTER ROLE ${role} SET search_path = nowhere`)
    expect(await refusal()).toBe(
      `The role ${role} of DATABASE_URL has no schema in its search_path that it may use. Run as the owner of the database: CREATE SCHEMA "${role}" AUTHORIZATION "${role}";`,
    )
    await admin.query(`ALTER ROLE ${role} RESET search_path`)
  })

  test('uses the first schema of the search_path', async () => {
    await admin.query(`CREATE SCHEMA ${role} AUTHORIZATION ${role}`)
    expect(await useTables()).toEqual([role])
  })
})

describe('DATABASE_DIRECT_URL', () => {
  test('is refused when it leads to another database than DATABASE_URL', async () => {
    await admin.query(`CREATE SCHEMA signalbox AUTHORIZATION ${role}`)
    const elsewhere = inject('postgresUrl')
    const opening = openConnections({ url: urlOf('signalbox'), directUrl: elsewhere, log: silentLog })
    await expect(opening).rejects.toThrow(
      'A notification sent over DATABASE_URL was not heard over DATABASE_DIRECT_URL. Set DATABASE_DIRECT_URL to the same database past every pooler.',
    )
    const other = `${urlOf('signalbox')}&schema=public`.replace('schema=signalbox&', '')
    await admin.query(`GRANT CREATE ON SCHEMA public TO ${role}`)
    await expect(openConnections({ url: urlOf('signalbox'), directUrl: other, log: silentLog })).rejects.toThrow(
      'DATABASE_URL leads to the schema signalbox, DATABASE_DIRECT_URL to public. Give both the same ?schema=<name>.',
    )
  })
})
