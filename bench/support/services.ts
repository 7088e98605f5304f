import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/database/embedded/postgres.ts'
import { createApi } from '../../test/support/api.ts'
import { type RunningProcess, startProcess } from '../../test/support/process.ts'
import { freePort, startRedis } from '../../test/support/redis.ts'

export const BOOTSTRAP_API_KEY = 'the-key-of-the-benchmarks-1234567890'

/** As many as `max_wal_size` lets there be. */
const WAL_FILES = 64

/** A durable PostgreSQL and a Redis of the benchmark's own. */
export async function startServices() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-bench-'))
  const settings = [
    'shared_preload_libraries=pg_stat_statements',
    'pg_stat_statements.track=top',
    'pg_stat_statements.track_planning=on',
    `min_wal_size=${WAL_FILES * 16}MB`,
  ]
  const postgres = await startEmbeddedPostgres({ dataDir, settings })
  const redis = await startRedis()
  const pool = new pg.Pool({ connectionString: postgres.adminUrl, max: 2 })
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  await makeWalFiles(pool)
  return {
    databaseUrl: postgres.adminUrl,
    postgresPid: postgres.pid,
    redisUrl: redis.url,
    /** Everything here lies in it. */
    dataDir,
    pool,
    async stop() {
      await pool.end()
      await redis.stop()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/**
 * A server that has been running for a while writes its log into files that it has used before. A new one makes each, 16 MB of
 * zeros, while whoever commits waits: that would be a part of what is measured, by chance of this one or that.
 */
async function makeWalFiles(pool: pg.Pool): Promise<void> {
  for (let n = 0; n < WAL_FILES; n++) {
    await pool.query("SELECT pg_logical_emit_message(true, 'bench', '')")
    await pool.query('SELECT pg_switch_wal()')
  }
  await pool.query('CHECKPOINT')
}

export type Services = Awaited<ReturnType<typeof startServices>>

/**
 * API and worker as the processes that `npm run start:api` and `npm run start:worker` are.
 *
 * @param options.directory another work tree, default this one
 */
export async function startSignalbox(
  services: Services,
  options: { workers?: number; env?: Record<string, string>; directory?: string } = {},
) {
  const env = await signalboxSettings(services, options.env)
  const main = options.directory === undefined ? undefined : path.resolve(options.directory, 'src/main.ts')
  const api = startProcess(env, 'api', main)
  await api.printed(/Signalbox started/)
  const workers: RunningProcess[] = []
  for (let n = 0; n < (options.workers ?? 1); n++) {
    const worker = startProcess(env, 'worker', main)
    await worker.printed(/Signalbox started/)
    workers.push(worker)
  }
  const signal = (name: NodeJS.Signals) => {
    for (const { child } of workers) child.kill(name)
  }
  const url = `http://127.0.0.1:${env.PORT}`
  return {
    url,
    client: createApi(url).as(BOOTSTRAP_API_KEY),
    api,
    workers,
    /** Nothing is claimed until `resume`. */
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async stop() {
      signal('SIGCONT')
      await Promise.all([api, ...workers].map((process) => process.end('SIGTERM')))
    },
  }
}

/** What each process of ours is started with, as it is in earnest. */
export async function signalboxSettings(services: Services, more: Record<string, string> = {}) {
  return {
    // Libraries check less of themselves then.
    NODE_ENV: 'production',
    // Of each database its own: two installations on one Redis must not take each other's keys for theirs.
    ENCRYPTION_KEYS: `bench:${createHash('sha256').update(services.databaseUrl).digest('base64')}`,
    ENDPOINT_ALLOWED_NETWORKS: '127.0.0.0/8',
    HOST: '127.0.0.1',
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    // With the key that secrets are encrypted by.
    DATA_DIR: path.join(services.dataDir, 'signalbox'),
    PORT: String(await freePort()),
    BOOTSTRAP_API_KEY,
    LOG_LEVEL: 'info',
    ...more,
  }
}

/** The API alone, whose recording of usage can be switched. @see switched-api.ts for the commands */
export async function startSwitchedApi(services: Services, env: Record<string, string>) {
  const { PATH = '', HOME = '' } = process.env
  const all = { PATH, HOME, ...(await signalboxSettings(services, env)), LOG_LEVEL: 'warn' }
  const child = fork(path.join(import.meta.dirname, 'usage-toggle.ts'), { env: all })
  const [url] = (await once(child, 'message')) as [string]
  const tell = async (command: 'record' | 'silence' | 'write' | 'flush' | 'stop') => {
    child.send(command)
    await once(child, 'message')
  }
  return {
    url,
    client: createApi(url).as(BOOTSTRAP_API_KEY),
    tell,
    async stop() {
      await tell('stop')
      child.disconnect()
    },
  }
}

export type Signalbox = Awaited<ReturnType<typeof startSignalbox>>
