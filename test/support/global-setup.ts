import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../prisma/migrate.ts'
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts'
import { startRedis } from './redis.ts'

/** The database that every test file clones its own from. */
export const TEMPLATE = 'signalbox_template'

/** One PostgreSQL and one Redis for the whole run, both real. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-test-'))
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false })
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
  return async () => {
    await redis.stop()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    redisUrl: string
  }
}
