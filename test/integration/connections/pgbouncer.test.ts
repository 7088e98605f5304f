import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../../../src/database/client.ts'
import { type ConnectionOptions, SESSION, withSession } from '../../../src/database/connection.ts'
import { openConnections } from '../../../src/database/open-connections.ts'
import { createApi } from '../../support/api.ts'
import { ENCRYPTION_KEY, silentLog } from '../../support/app.ts'
import { startPgBouncer, startPostgres15, type TestServer } from '../../support/postgres-15.ts'
import { type RunningProcess, startProcess } from '../../support/process.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

const EVENTS = 60
const KEY = 'the-key-of-the-pgbouncer-test-1234567890'
/** Role, password and schema in the statements of docs/operations.md. */
const NAME = 'signalbox'
const PASSWORD = 'change-me'
const OPERATIONS = path.join(import.meta.dirname, '../../../docs/operations.md')

let postgres: Awaited<ReturnType<typeof startPostgres15>>
let pooler: TestServer
let receiver: Receiver
let dataDir: string
let running: RunningProcess | undefined

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-pooled-'))
  postgres = await startPostgres15()
  receiver = await startReceiver()
  await runDocumented('As a superuser, or as the administrator of a managed service:', 'postgres')
  await runDocumented('Then in the database:', NAME)
  pooler = await startPgBouncer({ postgresPort: postgres.port, database: NAME, user: NAME, password: PASSWORD })
}, 60_000)
afterAll(async () => {
  await running?.end('SIGKILL')
  await receiver.stop()
  await pooler.stop()
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** Runs the SQL that docs/operations.md has below a line. */
async function runDocumented(line: string, database: string): Promise<void> {
  const text = await readFile(OPERATIONS, 'utf8')
  const [, sql] = text.split(line)[1]?.match(/^\s*```sql\n(.*?)```/s) ?? []
  if (sql === undefined) throw new Error(`docs/operations.md has no SQL below: ${line}`)
  await runSql(
    database,
    sql.split(';').filter((part) => part.trim() !== ''),
  )
}

/** Runs statements as the superuser, one by one: CREATE DATABASE is refused among others. */
async function runSql(database: string, statements: readonly string[]): Promise<void> {
  const url = new URL(postgres.url)
  url.pathname = database
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

const urlOf = (port: number, schema = NAME) =>
  `postgresql://${NAME}:${PASSWORD}@127.0.0.1:${port}/${NAME}?schema=${schema}`
const environment = () => ({
  ...{ DATABASE_URL: urlOf(pooler.port), DATABASE_DIRECT_URL: urlOf(postgres.port), DATA_DIR: dataDir, PORT: '0' },
  ...{ NODE_ENV: 'production', HOST: '127.0.0.1', ENDPOINT_ALLOWED_NETWORKS: '127.0.0.0/8' },
  ...{ ENCRYPTION_KEYS: ENCRYPTION_KEY, BOOTSTRAP_API_KEY: KEY },
})

/** The settings of a session that the program depends on. */
async function readSettings(connection: ConnectionOptions): Promise<unknown[]> {
  const session = new pg.Client(connection)
  await session.connect()
  const names = [...Object.keys(SESSION), 'statement_timeout', 'search_path']
  const { rows } = await session.query(
    "SELECT name, replace(setting, '\"', '') AS setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name",
    [names],
  )
  await session.end()
  expect(rows).toHaveLength(names.length)
  return rows
}

describe('a start behind PgBouncer in session mode', () => {
  test('needs no DATABASE_DIRECT_URL', async () => {
    const options = { postgresPort: postgres.port, database: NAME, user: NAME, password: PASSWORD }
    const keeping = await startPgBouncer({ ...options, mode: 'session' })
    const { pooled, direct } = await openConnections({ url: urlOf(keeping.port), log: silentLog })
    expect([pooled.acceptsOptions, direct.url]).toEqual([false, pooled.url])
    await keeping.stop()
  })
})

describe('a start behind PgBouncer in transaction mode', () => {
  test('names the statement that gives the pooled sessions their schema', async () => {
    await runSql(NAME, ['CREATE SCHEMA elsewhere', `GRANT USAGE, CREATE ON SCHEMA elsewhere TO ${NAME}`])
    const [url, directUrl] = [pooler.port, postgres.port].map((port) => urlOf(port, 'elsewhere'))
    await expect(openConnections({ url: url!, directUrl: directUrl!, log: silentLog })).rejects.toThrow(
      'DATABASE_URL names the schema elsewhere, which the pooler does not pass on. Run: ALTER ROLE "signalbox" IN DATABASE "signalbox" SET search_path = "elsewhere"; and let the pooler connect again.',
    )
  })

  test('finds the documented settings in its sessions', async () => {
    await runDocumented('Behind a pooler, the settings of its sessions come from the role:', NAME)
    await pooler.stop()
    pooler = await startPgBouncer({ postgresPort: postgres.port, database: NAME, user: NAME, password: PASSWORD })
    const { pooled, direct } = await openConnections({
      url: urlOf(pooler.port),
      directUrl: urlOf(postgres.port),
      log: silentLog,
    })
    expect(pooled).toMatchObject({ acceptsOptions: false, schema: NAME })
    const wanted = withSession({ ...direct, options: '' }, { ...SESSION, statement_timeout: '10s' })
    expect(await readSettings(pooled)).toEqual(await readSettings(wanted))
  }, 60_000)

  test('gives up on a read that takes too long', async () => {
    const { pooled } = await openConnections({
      url: urlOf(pooler.port),
      directUrl: urlOf(postgres.port),
      log: silentLog,
    })
    const database = createDatabase({ pooled, readSeconds: 0.1 })
    // Less than the statement_timeout of the role.
    await expect(database.boundedPool.query('SELECT pg_sleep(9)')).rejects.toThrow('Query read timeout')
    await database.stop()
  })

  test('fails without DATABASE_DIRECT_URL, since no notification is heard', async () => {
    const { DATABASE_DIRECT_URL: _, ...pooledOnly } = environment()
    running = startProcess(pooledOnly)
    expect((await running.exited).code).toBe(1)
    expect(running.output()).toBe(
      'DATABASE_URL leads through a pooler that passes no notifications on. Set DATABASE_DIRECT_URL to the same database past the pooler.\n',
    )
  })

  test(`delivers ${EVENTS} of ${EVENTS} events as a role that owns one schema`, async () => {
    running = startProcess(environment())
    const [, url] = await running.printed(/"url":"([^"]+)"/)
    expect(running.output().match(/led through a pooler/g)).toHaveLength(1)
    const api = createApi(url!).as(KEY)
    await api.createType('pooled.event')
    await api.createEndpoint(receiver.url)
    const ids = await Promise.all(Array.from({ length: EVENTS }, () => api.publish('pooled.event')))
    await receiver.arrived(EVENTS)
    expect(new Set(receiver.requests.map(({ eventId }) => eventId))).toEqual(new Set(ids))
    const settled = async () => {
      const { nodes } = await api.ask('{ deliveries(first: 100) { nodes { status } } }')
      return nodes.filter(({ status }: { status: string }) => status === 'SUCCEEDED').length
    }
    await expect.poll(settled).toBe(EVENTS)
    expect((await running.end('SIGTERM')).code).toBe(0)
    expect(running.output()).not.toMatch(/"level":"(warn|error|fatal)"/)
  }, 60_000)
})
