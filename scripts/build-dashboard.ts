// Builds the dashboard when its files changed since the last build: after an install, and at a start when it is stale.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'vite'
import { dashboardStamp, STAMP } from '../src/server/dashboard-files.ts'

const root = path.join(import.meta.dirname, '../dashboard')

/** Files that compress well are stored compressed too, because the server sends them many times. */
function compress(): void {
  for (const file of globSync('dist/**/*.{js,css,svg}', { cwd: root })) {
    const bytes = readFileSync(path.join(root, file))
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(path.join(root, `${file}.br`), brotliCompressSync(bytes, { params }))
  }
}

const stamp = dashboardStamp()
if (stamp.current === stamp.built && !process.argv.includes('--force')) process.exit(0)
await build({ configFile: path.join(root, 'vite.config.ts') })
compress()
// Last, so that a build that was broken off counts as stale.
writeFileSync(path.join(root, 'dist', STAMP), stamp.current)
console.log('The dashboard is built.')
