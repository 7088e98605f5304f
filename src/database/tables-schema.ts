import type pg from 'pg'
import { type ConnectionOptions, quoteName } from './connection.ts'
import { hasSqlState, SQL_STATE } from './sql-state.ts'

interface Found {
  role: string
  database: string
  /** First schema of the search_path that exists and that the role may use. */
  current: string | null
  wantedExists: boolean
}

/**
 * Finds the schema of the tables: the one that the URL names, or else the first of the search_path.
 *
 * @param create true to create a schema that is missing, and to demand the right to create tables while there are none
 * @throws with the statement that an owner of the database has to run
 */
export async function settleSchema(client: pg.Client, connection: ConnectionOptions, create: boolean): Promise<string> {
  const { schema: wanted, setting } = connection
  let found = await find(client, wanted)
  if (create && wanted !== undefined && !found.wantedExists) {
    await createSchema(client, wanted, found, setting)
    found = await find(client, wanted)
  }
  const { role, database, current } = found
  if (wanted !== undefined && current !== wanted) {
    if (connection.acceptsOptions)
      throw new Error(
        `The role ${role} of ${setting} may not use the schema ${wanted}. Run as its owner: GRANT USAGE, CREATE ON SCHEMA ${quoteName(wanted)} TO ${quoteName(role)};`,
      )
    throw new Error(
      `${setting} names the schema ${wanted}, which the pooler does not pass on. Run: ALTER ROLE ${quoteName(role)} IN DATABASE ${quoteName(database)} SET search_path = ${quoteName(wanted)}; and let the pooler connect again.`,
    )
  }
  if (current === null)
    throw new Error(
      `The role ${role} of ${setting} has no schema in its search_path that it may use. Run as the owner of the database: CREATE SCHEMA ${quoteName(role)} AUTHORIZATION ${quoteName(role)};`,
    )
  if (create && !(await mayCreateTables(client, current)))
    throw new Error(
      `The role ${role} of ${setting} may not create tables in the schema ${current}. Run as its owner: GRANT CREATE ON SCHEMA ${quoteName(current)} TO ${quoteName(role)}; or add ?schema=<name of another schema> to ${setting}.`,
    )
  return current
}

async function find(client: pg.Client, wanted: string | undefined): Promise<Found> {
  const { rows } = await client.query<Found>({
    text: `SELECT current_user::text AS role, current_database()::text AS database, current_schema()::text AS current,
      EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS "wantedExists"`,
    values: [wanted ?? ''],
  })
  return rows[0]!
}

async function createSchema(
  client: pg.Client,
  schema: string,
  { role, database }: Found,
  setting: string,
): Promise<void> {
  try {
    // Processes that start together all find it missing.
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`)
  } catch (error) {
    if (hasSqlState(error, SQL_STATE.uniqueViolation, SQL_STATE.duplicateSchema)) return
    if (!hasSqlState(error, SQL_STATE.insufficientPrivilege)) throw error
    throw new Error(
      `The schema ${schema} of ${setting} does not exist, and the role ${role} may not create it in the database ${database}. Run as the owner of the database: CREATE SCHEMA ${quoteName(schema)} AUTHORIZATION ${quoteName(role)};`,
      { cause: error },
    )
  }
}

/** A role that only reads and writes does while the tables are there: another one migrated. */
async function mayCreateTables(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>({
    text: `SELECT has_schema_privilege($1, 'CREATE') OR to_regclass($2) IS NOT NULL AS may`,
    values: [schema, `${quoteName(schema)}._prisma_migrations`],
  })
  return rows[0]!.may
}
