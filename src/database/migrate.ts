import pg from 'pg'
import type { ConnectionOptions } from './connection.ts'
import { LOCKS } from './locks.ts'
import { everything, openSchemaEngine, readMigrations } from './schema-engine.ts'

/** What docs/operations.md says: it has `RETURNING old`, and references that are not enforced. */
const OLDEST_POSTGRES = 18

/**
 * Applies the migrations that the database lacks, offline. Safe to call from any number of processes at once.
 * Fills `_prisma_migrations` exactly as `prisma migrate deploy` does.
 *
 * @returns the names of the migrations applied now
 * @throws when the server is too old for them, or the database cannot hold every text
 */
export async function migrate(connection: ConnectionOptions | string): Promise<string[]> {
  const lock = new pg.Client(connection)
  await lock.connect()
  try {
    await refuseUnfit(lock)
    await lock.query('SELECT pg_advisory_lock($1)', [LOCKS.migrate])
    if (await isUpToDate(lock)) return []
    const { engine, close } = await openSchemaEngine(connection)
    try {
      const migrationsList = await readMigrations()
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: everything })
      return appliedMigrationNames
    } finally {
      await close()
    }
  } finally {
    await lock.end()
  }
}

async function refuseUnfit(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding",
  )
  const { version, encoding } = rows[0]!
  if (Number.parseInt(version, 10) < OLDEST_POSTGRES)
    throw new Error(`DATABASE_URL leads to PostgreSQL ${version}. Signalbox needs ${OLDEST_POSTGRES} or newer.`)
  if (encoding !== 'UTF8')
    throw new Error(
      `The database has the encoding ${encoding}. Make one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8', and set DATABASE_URL to it.`,
    )
}

/** Spares an ordinary start the second that loading the engine takes. */
async function isUpToDate(client: pg.Client): Promise<boolean> {
  const table = await client.query("SELECT to_regclass('_prisma_migrations') AS name")
  if (table.rows[0].name === null) return false
  const { rows } = await client.query<{ migration_name: string; finished_at: Date | null }>(
    'SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const finished = new Set(rows.filter((row) => row.finished_at !== null).map((row) => row.migration_name))
  const { migrationDirectories } = await readMigrations()
  return rows.length === finished.size && migrationDirectories.every(({ path }) => finished.has(path))
}
