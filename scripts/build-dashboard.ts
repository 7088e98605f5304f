// Builds the dashboard when its files changed since the last build: after an install, and at a start when it is stale.
// --force: builds it in any case. --background: gives way to every other process.
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import path from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { dashboardStamp, STAMP } from '../src/server/dashboard-files.ts'

const folder = path.join(import.meta.dirname, '../dashboard')
const dist = path.join(folder, 'dist')
/** Niceness of a build beside a running server. */
const BACKGROUND = 10

const stamp = dashboardStamp()
if (stamp.current === undefined || (stamp.current === stamp.built && !process.argv.includes('--force'))) process.exit(0)
if (process.argv.includes('--background')) setPriority(BACKGROUND)
// React takes its slow development build for any other value.
process.env.NODE_ENV = 'production'

const files = await bundle()
// A build that ends early counts as stale.
rmSync(path.join(dist, STAMP), { force: true })
for (const [name, bytes] of files) writeWhole(name, bytes)
for (const name of globSync('**/*', { cwd: dist, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(dist, path.join(entry.parentPath, entry.name))))
  if (!files.has(name)) rmSync(path.join(dist, name), { force: true })
writeWhole(STAMP, Buffer.from(stamp.current))
console.log('The dashboard is built.')

/** Content by name below `dist`, with the compressed form of each file that is sent compressed. */
async function bundle(): Promise<Map<string, Buffer>> {
  const { build } = await import('vite')
  const result = await build({ configFile: path.join(folder, 'vite.config.ts'), build: { write: false } })
  const outputs = Array.isArray(result) ? result : [result]
  const files = new Map<string, Buffer>()
  for (const output of outputs)
    for (const file of 'output' in output ? output.output : [])
      files.set(path.normalize(file.fileName), Buffer.from(file.type === 'chunk' ? file.code : file.source))
  for (const name of globSync('*', { cwd: path.join(folder, 'public') }))
    files.set(name, readFileSync(path.join(folder, 'public', name)))
  for (const [name, bytes] of [...files]) if (/\.(js|css|svg)$/.test(name)) files.set(`${name}.br`, compress(bytes))
  return files
}

/** Files that compress well are stored compressed too, because the server sends them many times. */
function compress(bytes: Buffer): Buffer {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return brotliCompressSync(bytes, { params })
}

/** Writes a file at once, because other processes of this checkout may read it or build it now. */
function writeWhole(name: string, bytes: Buffer): void {
  const file = path.join(dist, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.${process.pid}`, bytes)
  renameSync(`${file}.${process.pid}`, file)
}
