import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { LOCKS } from '../locks.ts'
import {
  APPLICATION_DATABASE,
  APPLICATION_ROLE,
  applicationPassword,
  prepareApplicationRole,
  transferObjects,
} from './application-role.ts'
import { type Cluster, POSTGRES_ENVIRONMENT, prepareCluster, SUPERUSER } from './cluster.ts'

/** Maximum time to start, recovery after a crash included. */
const START_MS = 60_000
const STOP_MS = 30_000

/** Keeps statements and values of tenants out of the log. Signalbox logs the errors that it receives. */
const LOG_SETTINGS = [
  'log_statement=none',
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_min_duration_statement=-1',
  'log_error_verbosity=terse',
]

export interface EmbeddedPostgres {
  /** Connection string of the database `signalbox` for its owner, which is no superuser. */
  url: string
  /** Connection string of the same database for the superuser; for tests and tools. */
  adminUrl: string
  /** Process id of the server. */
  pid: number
  stop(): Promise<void>
}

/**
 * Starts a PostgreSQL server for trying Signalbox: created on first use and kept in `dataDir` between starts. A server
 * left by a killed process is taken over while it runs.
 *
 * @param options.durable false trades safety for speed, for tests only
 * @param options.onLost called when the server ends while in use
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  durable?: boolean
  /** Further server settings, such as `shared_preload_libraries=pg_stat_statements`. */
  settings?: readonly string[]
  /** Default: a free port. */
  port?: number
  onLost?: () => void
}): Promise<EmbeddedPostgres> {
  const cluster = await prepareCluster(options.dataDir)
  const server = (await findRunning(cluster)) ?? (await launch(cluster, options))
  const owner = await connect(cluster, server.port, () => server.exited())
  let stopping = false
  owner.on('error', () => {
    if (!stopping) options.onLost?.()
  })
  const { rows } = await owner.query('SELECT pg_try_advisory_lock($1) AS owned', [LOCKS.owner])
  if (!rows[0].owned) {
    await owner.end()
    throw new Error(`Another Signalbox already runs on ${options.dataDir}. Stop it, or set DATA_DIR to another folder.`)
  }
  const password = applicationPassword(cluster.password)
  await prepareApplicationRole(owner, password)
  const adminUrl = urlOf({ password: cluster.password }, server.port, APPLICATION_DATABASE)
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  await transferObjects(admin).finally(() => admin.end())
  return {
    url: urlOf({ user: APPLICATION_ROLE, password }, server.port, APPLICATION_DATABASE),
    adminUrl,
    pid: server.pid,
    async stop() {
      stopping = true
      await owner.end().catch(() => {})
      await stopServer(server.pid)
    },
  }
}

/**
 * The connection string of an embedded PostgreSQL that another process started and owns.
 *
 * @throws with one sentence when none runs
 */
export async function findEmbeddedPostgres(dataDir: string): Promise<string> {
  const password = await readFile(path.join(dataDir, 'postgres-password'), 'utf8').catch(() => undefined)
  const server = await findRunning({ folder: path.join(dataDir, 'postgres') })
  if (password === undefined || server === undefined)
    throw new Error(
      `No Signalbox runs on ${dataDir}. Start it first, or set DATA_DIR or DATABASE_URL as its start does.`,
    )
  const login = { user: APPLICATION_ROLE, password: applicationPassword(password) }
  return urlOf(login, server.port, APPLICATION_DATABASE)
}

interface Server {
  pid: number
  port: number
  /** Reason why the server ended; undefined while it runs. */
  exited(): string | undefined
}

/** `postmaster.pid` holds the process id in line 1 and the port in line 4. */
async function findRunning(cluster: Pick<Cluster, 'folder'>): Promise<Server | undefined> {
  const lines = (await readFile(path.join(cluster.folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!pid || !port || !(await isPostgres(pid))) return undefined
  return { pid, port, exited: () => (isAlive(pid) ? undefined : 'it ended') }
}

async function launch(
  cluster: Cluster,
  options: { dataDir: string; durable?: boolean; settings?: readonly string[]; port?: number },
): Promise<Server> {
  const { dataDir, durable = true } = options
  const port = options.port ?? (await freePort())
  const logFile = path.join(dataDir, 'postgres.log')
  const log = openSync(logFile, 'a', 0o600)
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', ...LOG_SETTINGS]
  settings.push(...(options.settings ?? []))
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off')
  const child = spawn(
    cluster.postgres,
    ['-D', cluster.folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    // A process group of its own: Ctrl-C must not reach the server before Signalbox has recorded the results in flight.
    { cwd: dataDir, env: POSTGRES_ENVIRONMENT, ...cluster.user, detached: true, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  let ended: string | undefined
  child.on('error', (error) => {
    ended = error.message
  })
  child.on('exit', (code) => {
    ended = `it exited with code ${code}, see ${logFile}`
  })
  child.unref()
  return { pid: child.pid ?? 0, port, exited: () => ended }
}

/** Retries until the server answers. */
async function connect(cluster: Cluster, port: number, exited: () => string | undefined): Promise<pg.Client> {
  const deadline = Date.now() + START_MS
  for (;;) {
    const client = new pg.Client({ connectionString: urlOf({ password: cluster.password }, port, 'postgres') })
    try {
      await client.connect()
      return client
    } catch (error) {
      const why = exited()
      if (why !== undefined) throw new Error(`The embedded PostgreSQL did not start: ${why}.`)
      if (Date.now() > deadline) throw new Error(`The embedded PostgreSQL does not answer: ${(error as Error).message}`)
      await delay(50)
    }
  }
}

async function stopServer(pid: number): Promise<void> {
  // SIGINT is PostgreSQL's fast shutdown: sessions end and committed data is flushed.
  if (isAlive(pid)) process.kill(pid, 'SIGINT')
  for (const deadline = Date.now() + STOP_MS; isAlive(pid) && Date.now() < deadline; ) await delay(20)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Process ids are reused: another program is not our server. */
async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return isAlive(pid)
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.includes('postgres')
}

function urlOf(login: { user?: string; password: string }, port: number, database: string): string {
  return `postgresql://${login.user ?? SUPERUSER}:${login.password}@127.0.0.1:${port}/${database}?sslmode=disable`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
