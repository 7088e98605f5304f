import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { ConnectionOptions } from './connection.ts'
import { LOCKS } from './locks.ts'

const MIGRATIONS = path.join(import.meta.dirname, '../../prisma/migrations')
/** docs/operations.md names the supported versions. */
const OLDEST_POSTGRES = 15

/** Table of `prisma migrate deploy`, which can take over a database that Signalbox migrated. */
const CREATE_HISTORY = `CREATE TABLE _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

export interface Migration {
  name: string
  sql: string
}

/** The committed migrations, oldest first. */
export async function readMigrations(): Promise<Migration[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, sql: await readFile(path.join(MIGRATIONS, name, 'migration.sql'), 'utf8') })),
  )
}

/**
 * Applies the committed migrations that the database lacks, each in a transaction of its own, and records them as
 * `prisma migrate deploy` does. Any number of processes may call it at once: a lock makes them take turns.
 *
 * @param connection a direct connection, since the lock belongs to the session
 * @returns the names of the migrations applied now
 * @throws with one sentence when the server is too old, when its encoding is not UTF8, or when a migration fails
 */
export async function migrate(connection: ConnectionOptions | string): Promise<string[]> {
  const client = new pg.Client(connection)
  // A stop may end the server during a start. The query in flight rejects; without a listener the process would crash.
  client.on('error', () => {})
  await client.connect()
  try {
    await refuseUnfitServer(client)
    await client.query('SELECT pg_advisory_lock($1)', [LOCKS.migrate])
    const migrations = await readMigrations()
    const applied = await readHistory(client, migrations)
    const missing = migrations.filter(({ name }) => !applied.has(name))
    for (const migration of missing) await apply(client, migration)
    return missing.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

async function refuseUnfitServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding",
  )
  const { version, encoding } = rows[0]!
  if (Number.parseInt(version, 10) < OLDEST_POSTGRES)
    throw new Error(
      `DATABASE_URL leads to PostgreSQL ${version}. Signalbox needs PostgreSQL ${OLDEST_POSTGRES} or later.`,
    )
  if (encoding !== 'UTF8')
    throw new Error(
      `The database has the encoding ${encoding}. Create one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8', and set DATABASE_URL to it.`,
    )
}

/** Names of the applied migrations. Creates the table of the history in an empty schema. */
async function readHistory(client: pg.Client, migrations: readonly Migration[]): Promise<Set<string>> {
  const { rows: found } = await client.query<{ schema: string; history: string | null }>(
    "SELECT current_schema() AS schema, to_regclass(format('%I._prisma_migrations', current_schema())) AS history",
  )
  const { schema, history } = found[0]!
  if (history === null) {
    await client.query(CREATE_HISTORY)
    return new Set()
  }
  const { rows } = await client.query<{ migration_name: string; finished_at: Date | null }>(
    'SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const names = new Set(rows.map((row) => row.migration_name))
  if (rows.length > 0 && !names.has(migrations[0]!.name))
    throw new Error(
      `The schema ${schema} holds tables of another program or of a pre-release of Signalbox, which cannot be upgraded: set DATABASE_URL to an empty database or add ?schema=<name> to it, or delete the folder postgres in DATA_DIR.`,
    )
  const unfinished = rows.find((row) => row.finished_at === null)
  if (unfinished !== undefined)
    throw new Error(
      `Another tool left the migration ${unfinished.migration_name} unfinished. Repair it with prisma migrate resolve, and start again.`,
    )
  return names
}

async function apply(client: pg.Client, { name, sql }: Migration): Promise<void> {
  const startedAt = new Date()
  const checksum = createHash('sha256').update(sql).digest('hex')
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
        VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name, startedAt],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw new Error(`The migration ${name} failed and was rolled back: ${(error as Error).message}.`, { cause: error })
  }
}
