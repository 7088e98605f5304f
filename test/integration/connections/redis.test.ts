import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkRedis, PERMISSIONS } from '../../../src/database/check-redis.ts'
import { createApi } from '../../support/api.ts'
import { ENCRYPTION_KEY } from '../../support/app.ts'
import { cloneDatabase } from '../../support/database.ts'
import { startProcess } from '../../support/process.ts'
import { freePort, startRedis, type TestRedis } from '../../support/redis.ts'

const KEY = 'the-key-of-the-redis-test-1234567890'
/** Demands a password, and has users with few permissions. */
let guarded: TestRedis
/** Demands no password. */
let open: TestRedis
let database: Awaited<ReturnType<typeof cloneDatabase>>
let dataDir: string

beforeAll(async () => {
  const user = (name: string, ...rules: string[]) => [
    '--user',
    name,
    'on',
    '>secret',
    'resetchannels',
    '-@all',
    ...rules,
  ]
  guarded = await startRedis([
    ...['--requirepass', 'secret'],
    ...user('least', ...PERMISSIONS.split(' ')),
    ...user('reader', '+get', '+pttl', '~signalbox:*'),
    ...user('mute', ...PERMISSIONS.split(' ').filter((rule) => !rule.startsWith('&'))),
  ])
  open = await startRedis()
  database = await cloneDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-redis-user-'))
})
afterAll(async () => {
  await guarded.stop()
  await open.stop()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const urlOf = (redis: TestRedis, credentials: string, end = '') =>
  `redis://${credentials}@${new URL(redis.url).host}${end}`
const mistake = (url: string) =>
  checkRedis(url).then(
    () => 'none',
    (error) => error.message,
  )
/** Warns and prints, as a library may, as soon as the program listens for warnings. */
const NOISE = `process.on('newListener', (name) => {
  if (name !== 'warning') return
  process.emitWarning('Warned by a library')
  setImmediate(() => console.error('Printed by a library'))
})`
const start = (redisUrl: string) =>
  startProcess({
    ...{ DATABASE_URL: database.url, REDIS_URL: redisUrl, DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1' },
    ...{ NODE_ENV: 'production', ENCRYPTION_KEYS: ENCRYPTION_KEY, BOOTSTRAP_API_KEY: KEY },
    NODE_OPTIONS: `--import "data:text/javascript;base64,${btoa(NOISE)}"`,
  })

describe('REDIS_URL', () => {
  test.each<[string, () => string, string | RegExp]>([
    [
      'a wrong password',
      () => urlOf(guarded, ':wrong'),
      'REDIS_URL: Redis refused the user name or password (WRONGPASS invalid username-password pair or user is disabled.). Correct them: redis://<user>:<password>@<host>:<port>.',
    ],
    ['an unknown user', () => urlOf(guarded, 'nobody:secret'), /^REDIS_URL: Redis refused the user name or password/],
    [
      'no password',
      () => guarded.url,
      'REDIS_URL: Redis demands a password. Set it: redis://<user>:<password>@<host>:<port>, or redis://:<password>@… without a user.',
    ],
    [
      'a user that may not publish',
      () => urlOf(guarded, 'reader:secret'),
      `REDIS_URL: Redis refused time, set, hset, pexpire, hget, hmget, hexists, hincrby, hdel, eval, evalsha, publish, subscribe, unsubscribe to the user reader (NOPERM this user has no permissions to run the 'time' command). Grant it: ACL SETUSER reader ${PERMISSIONS}`,
    ],
    [
      'a user that may use no channel',
      () => urlOf(guarded, 'mute:secret'),
      /^REDIS_URL: Redis refused publish, subscribe to the user mute \(NOPERM .*channel.*\)\. Grant it: ACL SETUSER mute \+time /,
    ],
    [
      'a database that is not there',
      () => `${open.url}/99`,
      'REDIS_URL: Redis has no such database (ERR DB index is out of range). Correct the number at the end of the URL, or leave it out.',
    ],
    ['a user with the documented permissions', () => urlOf(guarded, 'least:secret'), 'none'],
    ['a Redis without a password', () => open.url, 'none'],
  ])('with %s is told apart', async (_name, url, expected) => {
    const said = await mistake(url())
    if (typeof expected === 'string') expect(said).toBe(expected)
    else expect(said).toMatch(expected)
  })

  test('has its permissions in docs/operations.md', async () => {
    expect(await readFile('docs/operations.md', 'utf8')).toContain(
      `ACL SETUSER signalbox on >change-me resetchannels -@all ${PERMISSIONS}\n`,
    )
  })

  test('may lead to a Redis that is away', async () => {
    expect(await mistake(`redis://127.0.0.1:${await freePort()}`)).toBe('none')
  })

  test('with a wrong password fails the start with that sentence alone', async () => {
    const process = start(urlOf(guarded, ':wrong'))
    expect((await process.exited).code).toBe(1)
    const [last] = process.output().trimEnd().split('\n').slice(-1)
    expect(last).toMatch(/^REDIS_URL: Redis refused the user name or password/)
  })

  test('with the documented permissions serves live messages, limits and remembered keys', async () => {
    const process = start(urlOf(guarded, 'least:secret'))
    const [, url] = await process.printed(/"url":"([^"]+)"/)
    const api = createApi(url!).as(KEY)
    const { secret } = await api.createKey({ webhooks: ['read'] })
    await createApi(url!).as(secret).ask('{ viewer { id } }')
    await process.printed(/Redis answered/)
    const admin = new Redis(urlOf(guarded, ':secret'))
    console.log(await admin.keys('*'), await admin.call('ACL', 'LOG'), process.output())
    const keys = await admin.keys('signalbox:*')
    // Nothing that the user did was refused.
    const refusals = (await admin.call('ACL', 'LOG')) as unknown[]
    admin.disconnect()
    expect(keys.some((name) => name.startsWith('signalbox:limit:'))).toBe(true)
    expect(keys.some((name) => name.startsWith('signalbox:key:'))).toBe(true)
    const least = refusals.filter((entry) => JSON.stringify(entry).includes('"least"'))
    expect(least.filter((entry) => !/client/.test(JSON.stringify(entry)))).toEqual([])
    expect((await process.end('SIGTERM')).code).toBe(0)
  })
})

describe('the output of a process', () => {
  test('is lines of JSON, also for what libraries print and Node warns of', async () => {
    const process = start(open.url)
    await process.printed(/"url":"([^"]+)"/)
    expect((await process.end('SIGTERM')).code).toBe(0)
    const lines = process.output().trimEnd().split('\n')
    const entries = lines.map((line) => JSON.parse(line))
    const printed = { level: 'warn', method: 'error', text: 'Printed by a library' }
    expect(entries).toContainEqual(expect.objectContaining(printed))
    expect(entries.map(({ err }) => err?.message)).toContain('Warned by a library')
  })
})
