import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const folder = path.join(import.meta.dirname, '../../dashboard')
const dist = path.join(folder, 'dist')
/** File in which a finished build notes the sources that it was made of. */
export const STAMP = 'stamp'
/** Sources of the build; the lock file decides the versions of packages. */
const SOURCES = ['src/**/*', 'public/**/*', '*.{html,json,ts}', '../package-lock.json']

/** A file of the dashboard, ready to be sent. */
export interface DashboardFile {
  type: string
  bytes: Buffer
  /** The bytes under brotli; absent for small and compressed formats. */
  brotli?: Buffer
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Hashes of the sources now and of those that the last build was made of; `built` is undefined without one. */
export function dashboardStamp(): { current: string; built: string | undefined } {
  const hash = createHash('sha256')
  for (const file of globSync(SOURCES, { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort())
    hash.update(path.relative(folder, file)).update(readFileSync(file))
  return { current: hash.digest('hex'), built: readIfThere(path.join(dist, STAMP))?.toString() }
}

/** The files of the build by their path below `/dashboard/`; undefined without a finished build. */
export function readDashboard(): Map<string, DashboardFile> | undefined {
  if (readIfThere(path.join(dist, STAMP)) === undefined) return undefined
  const names = globSync('**/*', { cwd: dist }).filter((name) => path.extname(name) in TYPES)
  return new Map(
    names.map((name) => {
      const brotli = readIfThere(path.join(dist, `${name}.br`))
      const file = { type: TYPES[path.extname(name)]!, bytes: readFileSync(path.join(dist, name)) }
      return [name, { ...file, ...(brotli && { brotli }) }]
    }),
  )
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
