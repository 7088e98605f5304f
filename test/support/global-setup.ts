import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/database/embedded/postgres.ts'
import { migrate } from '../../src/database/migrate.ts'
import { ON_POSTGRES_15 } from './installed.ts'
import { startPostgres15 } from './postgres-15.ts'
import { startRedis } from './redis.ts'
import { leaks, noteSaid, noteSecret, openLedger } from './secret-leak-check.ts'

/** The database that every test file clones its own from. */
export const TEMPLATE = 'signalbox_template'

/** One PostgreSQL and one Redis for the whole run, both real. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-test-'))
  const postgres =
    project.name === ON_POSTGRES_15 ? await startPostgres15() : await startEmbeddedPostgres({ dataDir, durable: false })
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${TEMPLATE}`)
  await admin.end()
  const template = new URL(postgres.url)
  template.pathname = TEMPLATE
  await migrate(template.href)
  const redis = await startRedis()
  project.provide('postgresUrl', postgres.url)
  project.provide('redisUrl', redis.url)
  const ledger = path.join(dataDir, 'ledger')
  await mkdir(ledger)
  openLedger(ledger)
  // Both files exist, also when one test runs alone.
  noteSaid('')
  noteSecret('')
  project.provide('ledger', ledger)
  return async () => {
    const { secrets, characters, leaked } = leaks(ledger)
    await redis.stop()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
    console.log(`${secrets} secrets were looked for in ${characters} characters of logs and errors.`)
    // The whole run fails.
    if (leaked.length > 0) throw new Error(`Secrets were logged or in errors: ${leaked.join(', ')}`)
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    redisUrl: string
    ledger: string
  }
}
