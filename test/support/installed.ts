import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Programs of PostgreSQL 15, the oldest that Signalbox runs on, where Debian 12 installs them. */
export const POSTGRES_15 = '/usr/lib/postgresql/15/bin'
export const PGBOUNCER = '/usr/sbin/pgbouncer'

/** Name of the vitest project whose server is PostgreSQL 15. */
export const ON_POSTGRES_15 = 'postgresql-15'

export const hasPostgres15 = existsSync(`${POSTGRES_15}/postgres`)
export const hasPgBouncer = existsSync(PGBOUNCER)
export const hasPython = spawnSync('python3', ['--version']).status === 0
