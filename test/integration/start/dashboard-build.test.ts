import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { copyCheckout } from '../../support/checkout.ts'
import { cloneDatabase } from '../../support/database.ts'
import { startProcess } from '../../support/process.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function checkout(options?: { production?: boolean }) {
  const copy = copyCheckout(options)
  cleanUps.push(copy.remove)
  return copy
}

/** Starts the API of a checkout. @returns its process and its URL */
async function start({ main }: { main: string }) {
  const database = await cloneDatabase()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-start-'))
  cleanUps.push(() => rm(dataDir, { recursive: true, force: true }), database.drop)
  const env = { DATABASE_URL: database.url, PORT: '0', DATA_DIR: dataDir }
  const signalbox = startProcess(env, 'all', main)
  cleanUps.push(() => signalbox.end('SIGKILL'))
  const [, url] = await signalbox.printed(/Signalbox runs at (\S+)/)
  return { signalbox, url: url! }
}

const get = async (url: string) => {
  const response = await fetch(url)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('build of the dashboard at a start', () => {
  test('an install of production packages alone builds it while the API answers, and a second start does not', async () => {
    const copy = checkout({ production: true })
    expect(existsSync(path.join(copy.folder, 'node_modules/vitest'))).toBe(false)
    const { signalbox, url } = await start(copy)
    const page = await get(`${url}/dashboard`)
    expect([page.status, page.text]).toEqual([503, expect.stringContaining('The dashboard is being built.')])
    expect([page.headers.get('retry-after'), page.headers.get('cache-control')]).toEqual(['2', 'no-store'])
    expect((await get(`${url}/readyz`)).status).toBe(200)
    await signalbox.printed(/Dashboard built/)
    expect((await get(`${url}/dashboard`)).text).toContain('<div id="root">')

    const again = await start(copy)
    expect((await get(`${again.url}/dashboard`)).status).toBe(200)
    await again.signalbox.end('SIGTERM')
    expect(again.signalbox.output()).not.toContain('Dashboard built')
  }, 120_000)

  test('changed files are built again, and the assets of the new build are served', async () => {
    const copy = checkout()
    const first = await start(copy)
    await first.signalbox.printed(/Dashboard built/)
    appendFileSync(path.join(copy.folder, 'dashboard/src/styles/base.css'), '\n.added-by-a-test { color: red }\n')
    const second = await start(copy)
    await second.signalbox.printed(/Dashboard built/)
    const { text } = await get(`${second.url}/dashboard`)
    const style = /href="(\/dashboard\/assets\/[^"]+\.css)"/.exec(text)?.[1]
    expect((await get(second.url + style)).text).toContain('added-by-a-test')
  }, 120_000)

  test.each<[string, (folder: string) => void]>([
    ['files with a mistake', (folder) => appendFileSync(path.join(folder, 'dashboard/src/main.tsx'), '\n<<<\n')],
    ['a folder that cannot be written', (folder) => writeFileSync(path.join(folder, 'dashboard/dist'), '')],
    [
      'an install without Vite',
      (folder) => writeFileSync(path.join(folder, 'scripts/build-dashboard.ts'), 'import "vote"'),
    ],
  ])('%s leave a sentence at its address, a line in the log, and the API running', async (_name, spoil) => {
    const copy = checkout()
    spoil(copy.folder)
    const { signalbox, url } = await start(copy)
    await signalbox.printed(/Dashboard could not be built; \/dashboard answers 503, and everything else runs/)
    const page = await get(`${url}/dashboard`)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, null])
    expect(page.text).toMatch(/^The dashboard could not be built; the log of the server tells why\./)
    expect((await get(`${url}/readyz`)).status).toBe(200)
    expect(await signalbox.end('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('a stop ends a build that is not done', async () => {
    const copy = checkout()
    const { signalbox } = await start(copy)
    expect(await signalbox.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(signalbox.output()).not.toContain('Dashboard could not be built')
  })
})
