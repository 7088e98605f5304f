import { execFileSync, spawn } from 'node:child_process'
import { chownSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { unprivilegedUser } from '../../src/database/embedded/cluster.ts'
import { PGBOUNCER, POSTGRES_15 } from './installed.ts'
import { freePort } from './redis.ts'

const PASSWORD = 'the-password-of-the-superuser'
const START_MS = 30_000

export interface TestServer {
  port: number
  stop(): Promise<void>
}

/** A PostgreSQL 15 of a test's own, on a free port. Its URL is the superuser's. */
export async function startPostgres15(): Promise<TestServer & { url: string }> {
  const { folder, user } = await ownFolder('signalbox-postgres-15-')
  const port = await freePort()
  const data = path.join(folder, 'data')
  const passwordFile = path.join(folder, 'password')
  await writeFile(passwordFile, PASSWORD)
  execFileSync(
    `${POSTGRES_15}/initdb`,
    [
      ...['--pgdata', data, '--username', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ],
    { ...user, cwd: folder, stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } },
  )
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'fsync=off']
  settings.push('synchronous_commit=off', 'full_page_writes=off')
  const url = `postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres?sslmode=disable`
  const words = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  const stop = await launch(`${POSTGRES_15}/postgres`, words, { folder, user, url })
  return { url, port, stop }
}

/**
 * A PgBouncer before a PostgreSQL on this machine, with few connections, so that clients share them.
 *
 * @param options.password of the role `user`
 * @param options.mode default transaction
 */
export async function startPgBouncer(options: {
  postgresPort: number
  database: string
  user: string
  password: string
  mode?: 'session' | 'transaction'
}): Promise<TestServer> {
  const { folder, user } = await ownFolder('signalbox-pgbouncer-')
  const port = await freePort()
  const settings = path.join(folder, 'pgbouncer.ini')
  const users = path.join(folder, 'users.txt')
  await writeFile(users, `"${options.user}" "${options.password}"\n`)
  await writeFile(
    settings,
    [
      '[databases]',
      `${options.database} = host=127.0.0.1 port=${options.postgresPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${users}`,
      `pool_mode = ${options.mode ?? 'transaction'}`,
      'default_pool_size = 5',
      'max_client_conn = 200',
      '',
    ].join('\n'),
  )
  const url = `postgresql://${options.user}:${options.password}@127.0.0.1:${port}/${options.database}?sslmode=disable`
  return { port, stop: await launch(PGBOUNCER, [settings], { folder, user, url }) }
}

type User = { uid: number; gid: number } | undefined

/** Neither program runs as root. */
async function ownFolder(prefix: string): Promise<{ folder: string; user: User }> {
  const folder = await mkdtemp(path.join(tmpdir(), prefix))
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  return { folder, user }
}

/** @returns what stops the program and removes its folder */
async function launch(
  program: string,
  words: string[],
  { folder, user, url }: { folder: string; user: User; url: string },
): Promise<() => Promise<void>> {
  const child = spawn(program, words, { cwd: folder, ...user, stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.on('error', (error) => {
    output += error.message
  })
  for (const deadline = Date.now() + START_MS; ; await delay(50)) {
    const client = new pg.Client({ connectionString: url })
    const isThere = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => {})
    if (isThere) break
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${program} did not start:\n${output}`)
  }
  return async () => {
    child.kill('SIGINT')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
}
