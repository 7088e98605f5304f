import { createHash } from 'node:crypto'
import type pg from 'pg'

/** Role of Signalbox in the embedded PostgreSQL. It owns one database and is no superuser, so SQL reads no files. */
export const APPLICATION_ROLE = 'signalbox_app'

/** Database of Signalbox in the embedded PostgreSQL. */
export const APPLICATION_DATABASE = 'signalbox'

/** The password of the application role: the same at each start, and without a way back to the superuser's. */
export function applicationPassword(superuserPassword: string): string {
  return createHash('sha256').update(`${APPLICATION_ROLE} ${superuserPassword}`).digest('base64url')
}

/** Creates the role and its database where they are missing. @param superuser a session on the database `postgres` */
export async function prepareApplicationRole(superuser: pg.Client, password: string): Promise<void> {
  const role = await superuser.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE])
  const verb = role.rowCount === 0 ? 'CREATE' : 'ALTER'
  await superuser.query(
    `${verb} ROLE ${APPLICATION_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
      PASSWORD ${superuser.escapeLiteral(password)}`,
  )
  const database = await superuser.query('SELECT 1 FROM pg_database WHERE datname = $1', [APPLICATION_DATABASE])
  if (database.rowCount === 0)
    await superuser.query(`CREATE DATABASE ${APPLICATION_DATABASE} OWNER ${APPLICATION_ROLE}`)
  else await superuser.query(`ALTER DATABASE ${APPLICATION_DATABASE} OWNER TO ${APPLICATION_ROLE}`)
}

/**
 * Gives the application role the objects that the superuser owns since an earlier version. REASSIGN OWNED refuses the
 * role that initdb made, so each object is altered.
 *
 * @param superuser a session on the application's database
 */
export async function transferObjects(superuser: pg.Client): Promise<void> {
  const { rows } = await superuser.query<{ statement: string }>(OWNED_BY_OTHERS)
  if (rows.length > 0) await superuser.query(rows.map(({ statement }) => statement).join(';\n'))
}

/** Sequences of columns and types of tables follow their tables. */
const OWNED_BY_OTHERS = `
WITH app AS (SELECT oid FROM pg_roles WHERE rolname = '${APPLICATION_ROLE}'),
own AS (SELECT oid FROM pg_namespace WHERE nspname = 'public')
SELECT format('ALTER %s %s OWNER TO ${APPLICATION_ROLE}', kind, name) AS statement FROM (
  SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
    c.oid::regclass::text AS name
  FROM pg_class c WHERE relnamespace = (SELECT oid FROM own) AND relowner <> (SELECT oid FROM app) AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i', 'e') AND d.classid = 'pg_class'::regclass)
  UNION ALL
  SELECT 'ROUTINE', p.oid::regprocedure::text FROM pg_proc p
  WHERE pronamespace = (SELECT oid FROM own) AND proowner <> (SELECT oid FROM app)
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'TYPE', t.oid::regtype::text FROM pg_type t
  WHERE typnamespace = (SELECT oid FROM own) AND typowner <> (SELECT oid FROM app) AND typtype IN ('e', 'd')
) owned`
