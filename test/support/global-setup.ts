import { spawnSync } from 'node:child_process'
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

/** The template database that every test file clones. */
export const TEMPLATE = 'signalbox_template'

type Services = Awaited<ReturnType<typeof startServices>>

interface Shared {
  projects: number
  services?: Promise<Services>
}

/** Services by server. Each project loads this file anew in the same process, so they are kept on the global object. */
const holder = globalThis as { signalboxTests?: Map<string, Shared> }
holder.signalboxTests ??= new Map()
const running = holder.signalboxTests

/**
 * Starts one real PostgreSQL and one real Redis for all projects on the same version of PostgreSQL. The last of these
 * projects to end stops both.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = project.name === ON_POSTGRES_15 ? ON_POSTGRES_15 : 'embedded'
  const shared = running.get(server) ?? { projects: 0 }
  running.set(server, shared)
  shared.projects++
  shared.services ??= startServices(server)
  const services = await shared.services
  project.provide('postgresUrl', services.postgresUrl)
  project.provide('redisUrl', services.redisUrl)
  project.provide('ledger', services.ledger)
  return async () => {
    shared.projects--
    if (shared.projects === 0) await services.stop()
  }
}

/** Tests of a page see its sources of now. */
function buildDashboard(): void {
  const script = path.join(import.meta.dirname, '../../scripts/build-dashboard.ts')
  spawnSync(process.execPath, [script], { env: { PATH: process.env.PATH, HOME: process.env.HOME }, stdio: 'inherit' })
}

async function startServices(server: string) {
  buildDashboard()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-test-'))
  const postgres =
    server === ON_POSTGRES_15 ? await startPostgres15() : await startEmbeddedPostgres({ dataDir, durable: false })
  const postgresUrl = 'adminUrl' in postgres ? postgres.adminUrl : postgres.url
  const admin = new pg.Client({ connectionString: postgresUrl })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${TEMPLATE}`)
  await admin.end()
  const template = new URL(postgresUrl)
  template.pathname = TEMPLATE
  await migrate(template.href)
  const redis = await startRedis()
  const ledger = path.join(dataDir, 'ledger')
  await mkdir(ledger)
  openLedger(ledger)
  // Both files must exist even if a single test runs.
  noteSaid('')
  noteSecret('')
  return {
    postgresUrl,
    redisUrl: redis.url,
    ledger,
    async stop() {
      const { secrets, characters, leaked } = leaks(ledger)
      await redis.stop()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
      console.log(`${secrets} secrets were looked for in ${characters} characters of logs and errors.`)
      // A leaked secret fails the whole run.
      if (leaked.length > 0) throw new Error(`Secrets were logged or in errors: ${leaked.join(', ')}`)
    },
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    redisUrl: string
    ledger: string
  }
}
