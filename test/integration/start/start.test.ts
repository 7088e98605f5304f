import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createPartner } from '../../../examples/partner/client.ts'
import { type Operation, partnerEvents } from '../../../examples/partner/operations.ts'
import { documentIdOf } from '../../../src/domain/persisted-operations/manifest.ts'
import { createApi } from '../../support/api.ts'
import { cloneDatabase } from '../../support/database.ts'
import { type RunningProcess, startProcess } from '../../support/process.ts'
import { freePort } from '../../support/redis.ts'

// First contact of a new operator: start, stop, kill and invalid settings.
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const running = (process: RunningProcess) => {
  cleanUps.push(() => process.end('SIGKILL'))
  return process
}
const urlOf = async (process: RunningProcess) => (await process.printed(/Signalbox runs at (\S+)/))[1]!

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-start-'))
  cleanUps.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('start with embedded PostgreSQL', () => {
  test('the server prints its API key once, keeps its data, and recovers after kill -9', async () => {
    const env = { DATA_DIR: await dataFolder(), PORT: '0' }
    const first = running(startProcess(env))
    const url = await urlOf(first)
    const key = first.output().match(/sb_live_\w{48}/)?.[0]
    expect(first.output()).toMatch(/The operator's API key\. Store it now, because Signalbox does not show it again:/)
    expect(first.output()).toContain(`API: open ${url}/graphiql`)
    expect(first.output()).toMatch(new RegExp(`Next: open ${url}/setup#[\\w-]{43}\n`))
    await createApi(url).as(key).createType('kept.one')

    // A second process on the same data reports the conflict and exits.
    const twin = running(startProcess(env))
    expect(await twin.exited).toEqual({ code: 1, signal: null })
    expect(twin.output()).toContain(`Another Signalbox already runs on ${env.DATA_DIR}.`)

    await first.end('SIGKILL')
    const postgres = Number((await readFile(path.join(env.DATA_DIR, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
    expect(process.kill(postgres, 0)).toBe(true)
    const second = running(startProcess(env))
    const names = async (process: RunningProcess) => {
      const { nodes } = await createApi(await urlOf(process))
        .as(key)
        .ask('{ eventTypes { nodes { name } } }')
      return nodes.map(({ name }: { name: string }) => name)
    }
    expect(await names(second)).toEqual(['kept.one'])
    expect(second.output()).not.toMatch(/sb_live_\w{48}/)

    expect(await second.end('SIGINT')).toEqual({ code: 0, signal: null })
    expect(() => process.kill(postgres, 0)).toThrow()
    const third = running(startProcess(env))
    expect(await names(third)).toEqual(['kept.one'])
    expect(await third.end('SIGTERM')).toEqual({ code: 0, signal: null })
  }, 120_000)

  test('the server exits with a message when its embedded PostgreSQL is killed', async () => {
    const env = { DATA_DIR: await dataFolder(), PORT: '0' }
    const signalbox = running(startProcess(env))
    await urlOf(signalbox)
    const postgres = Number((await readFile(path.join(env.DATA_DIR, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
    process.kill(postgres, 'SIGKILL')
    expect((await signalbox.exited).code).toBe(1)
    expect(signalbox.output()).toContain(
      'The embedded PostgreSQL ended unexpectedly. Start Signalbox again; postgres.log in DATA_DIR has the reason.',
    )
  }, 60_000)
})

describe('embedded PostgreSQL', () => {
  test.runIf(process.platform === 'linux')(
    'the environment of the server holds no secret of Signalbox',
    async () => {
      const secrets = {
        ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
        BOOTSTRAP_API_KEY: 'a-key-of-any-form-that-is-long-enough',
      }
      const env = { DATA_DIR: await dataFolder(), PORT: '0', ...secrets }
      const signalbox = running(startProcess(env))
      await urlOf(signalbox)
      const [pid] = (await readFile(path.join(env.DATA_DIR, 'postgres/postmaster.pid'), 'utf8')).split('\n')
      const names = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').map((entry) => entry.split('=')[0])
      expect(names).toContain('PATH')
      expect(names.filter((name) => name! in secrets || /URL|KEY|SECRET|PASSWORD|TOKEN/.test(name!))).toEqual([])
      await signalbox.end('SIGTERM')
    },
    60_000,
  )
})

describe('start', () => {
  test('BOOTSTRAP_API_KEY becomes the key of the first organization and is not printed', async () => {
    const database = await cloneDatabase()
    cleanUps.push(database.drop)
    const key = 'a-key-of-any-form-that-is-long-enough'
    const signalbox = running(
      startProcess({ DATABASE_URL: database.url, PORT: '0', BOOTSTRAP_API_KEY: key, DATA_DIR: await dataFolder() }),
    )
    const api = createApi(await urlOf(signalbox)).as(key)
    expect(await api.ask('{ viewer { organization { name } } }')).toEqual({ organization: { name: 'Default' } })
    expect(signalbox.output()).not.toContain(key)
    expect(await signalbox.end('SIGINT')).toEqual({ code: 0, signal: null })
  })

  test('operations of OPERATIONS_MANIFEST join those that come with Signalbox', async () => {
    const database = await cloneDatabase()
    cleanUps.push(database.drop)
    const [DATA_DIR, body] = [await dataFolder(), 'query Own { viewer { organization { name } } }']
    const OPERATIONS_MANIFEST = path.join(DATA_DIR, 'manifest.json')
    const operations = [{ id: documentIdOf(body), name: 'Own', type: 'query', body }]
    const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations }
    await writeFile(OPERATIONS_MANIFEST, JSON.stringify(manifest))
    const env = { DATABASE_URL: database.url, PORT: '0', DATA_DIR, OPERATIONS_MANIFEST }
    const key = 'a-key-of-any-form-that-is-long-enough'
    const url = await urlOf(running(startProcess({ ...env, BOOTSTRAP_API_KEY: key })))
    const { secret } = await createApi(url)
      .as(key)
      .createKey({ events: ['read'] }, { persistedOnly: true })
    const partner = createPartner({ url, key: secret })
    const own: Operation<unknown, unknown> = { documentId: documentIdOf(body) }
    expect(await partner.ask(own, {})).toEqual({ viewer: { organization: { name: 'Default' } } })
    expect((await partner.ask(partnerEvents, { first: 1 })).events.nodes).toEqual([])
  })

  test('the first key of a production start goes to a file for its user only, and to no log line', async () => {
    const database = await cloneDatabase()
    cleanUps.push(database.drop)
    const DATA_DIR = await dataFolder()
    const signalbox = running(
      startProcess({ ...PRODUCTION, DATABASE_URL: database.url, PORT: '0', HOST: '127.0.0.1', DATA_DIR }),
    )
    const [, url] = await signalbox.printed(/"url":"([^"]+)"/)
    const file = path.join(DATA_DIR, 'first-api-key')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const key = (await readFile(file, 'utf8')).trim()
    expect(await createApi(url!).as(key).ask('{ viewer { organization { name } } }')).toMatchObject({
      organization: { name: 'Default' },
    })
    expect(signalbox.output()).not.toMatch(/sb_live_\w/)
    expect(signalbox.output()).toContain(file)
  })
})

const PRODUCTION = { NODE_ENV: 'production', ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}` }

/** Expects the process to fail and returns its output. */
async function failure(env: Record<string, string>, mode?: string): Promise<string> {
  const process = running(startProcess({ DATA_DIR: await dataFolder(), ...env }, mode))
  expect((await process.exited).code).toBe(1)
  return process.output()
}

describe('failed start', () => {
  test('a taken port is reported in one sentence', async () => {
    const blocker = createServer()
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    cleanUps.push(() => new Promise((resolve) => blocker.close(resolve)))
    const { port } = blocker.address() as AddressInfo
    const database = await cloneDatabase()
    cleanUps.push(database.drop)
    const said = await failure({ DATABASE_URL: database.url, PORT: String(port) })
    expect(said).toContain(
      `Port ${port} is in use. Stop the process that listens there, or set PORT to another port.\n`,
    )
    // This start created the key, so this start printed the key.
    expect(said).toMatch(/sb_live_\w{48}/)
  })

  test('an unreachable DATABASE_URL is reported in one sentence without its password', async () => {
    const port = await freePort()
    expect(await failure({ DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${port}/x` })).toBe(
      `PostgreSQL cannot be reached at 127.0.0.1:${port} (ECONNREFUSED). Check DATABASE_URL and that the server runs.\n`,
    )
  })

  test('a DATA_DIR that cannot be created is reported in one sentence', async () => {
    const file = path.join(await dataFolder(), 'file')
    await writeFile(file, '')
    const dataDir = path.join(file, 'data')
    expect(await failure({ DATA_DIR: dataDir })).toBe(
      `DATA_DIR: ${dataDir} cannot be used (ENOTDIR, mkdir). Set DATA_DIR to a folder that this user may create and write.\n`,
    )
  })

  test('invalid parameters of the database URLs are reported with the other settings', async () => {
    const said = await failure({
      DATABASE_URL: 'postgres://127.0.0.1/x?sslmode=verify',
      DATABASE_DIRECT_URL: 'postgres://127.0.0.1/x?sslrootcert=/nowhere.pem',
    })
    expect(said).toContain('  - DATABASE_URL: sslmode=verify must be one of disable, allow, prefer, require,')
    expect(said).toContain('  - DATABASE_DIRECT_URL: sslrootcert=/nowhere.pem cannot be read (ENOENT).')
    expect(await failure({ DATABASE_DIRECT_URL: 'postgres://127.0.0.1/x' })).toContain(
      'DATABASE_DIRECT_URL needs DATABASE_URL',
    )
  })

  test('a wrong database password is reported in one sentence', async () => {
    const database = await cloneDatabase()
    cleanUps.push(database.drop)
    const url = new URL(database.url)
    url.password = 'wrong'
    expect(await failure({ DATABASE_URL: url.href })).toMatch(
      /^PostgreSQL refuses the user or password of DATABASE_URL: .*\n$/,
    )
  })

  test('all invalid settings are reported together', async () => {
    const said = await failure({
      PORT: '99999',
      DATABASE_URL: 'mysql://x',
      REDIS_URL: 'x',
      LOG_LEVEL: 'loud',
      ENDPOINT_ALLOWED_NETWORKS: '10.0.0.0/40',
      NODE_ENV: 'production',
    })
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'REDIS_URL',
      'LOG_LEVEL',
      'ENDPOINT_ALLOWED_NETWORKS',
      'ENCRYPTION_KEYS',
    ])
      expect(said).toMatch(new RegExp(`^  - ${name} `, 'm'))
  })

  test('a missing operations manifest is reported before any component starts', async () => {
    const said = await failure({ OPERATIONS_MANIFEST: '/nowhere.json' })
    expect(said).toMatch(/^OPERATIONS_MANIFEST, \/nowhere\.json, cannot be read: ENOENT/)
    expect(said).not.toContain('sb_live_')
  })

  test('production requires ENCRYPTION_KEYS, and a separate process requires DATABASE_URL', async () => {
    expect(await failure({ NODE_ENV: 'production' })).toContain('ENCRYPTION_KEYS is missing')
    expect(await failure({}, 'worker')).toContain('DATABASE_URL is missing')
  })
})
