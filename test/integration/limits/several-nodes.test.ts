import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../../support/api.ts'
import { ENCRYPTION_KEY } from '../../support/app.ts'
import { cloneDatabase } from '../../support/database.ts'
import { type RunningProcess, startProcess } from '../../support/process.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'

// One API key, two API processes, one Redis.
const BOOTSTRAP_API_KEY = 'the-key-of-the-limits-test-1234567890'
let database: Awaited<ReturnType<typeof cloneDatabase>>
let redis: TestRedis
let dataDir: string
let processes: RunningProcess[]
let urls: string[]

beforeAll(async () => {
  database = await cloneDatabase()
  redis = await startRedis()
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-limits-'))
  const env = {
    ...{ DATABASE_URL: database.url, REDIS_URL: redis.url, ENCRYPTION_KEYS: ENCRYPTION_KEY, PORT: '0' },
    ...{ BOOTSTRAP_API_KEY, DATA_DIR: dataDir, RATE_LIMITS: 'STANDARD=60/3000,ENTERPRISE=1000/15000' },
  }
  processes = [startProcess(env, 'api'), startProcess(env, 'api')]
  const started = await Promise.all(processes.map((process) => process.printed(/"url":"([^"]+)"/)))
  urls = started.map(([, url]) => url!)
})
afterAll(async () => {
  await Promise.all(processes.map((process) => process.end('SIGKILL')))
  await redis.stop()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const newKey = async (tier: string) =>
  (
    await createApi(urls[0]!)
      .as(BOOTSTRAP_API_KEY)
      .createKey({ events: ['read'] }, { tier })
  ).secret

interface Answer {
  status: number
  limit: number
  remaining: number
  reset: number
  retryAfter: number
  hour: number
}

/** Sends `count` concurrent requests with one key, alternating between the processes. */
async function flood(key: string, count: number): Promise<Answer[]> {
  const pools = urls.map((url) => new Pool(url, { connections: 64 }))
  const headers = { 'content-type': 'application/json', 'x-api-key': key }
  const body = JSON.stringify({ query: '{ viewer { id } }' })
  const one = async (_: unknown, n: number): Promise<Answer> => {
    const answer = await pools[n % 2]!.request({ path: '/graphql', method: 'POST', headers, body })
    await answer.body.dump()
    const number = (name: string) => Number(answer.headers[name])
    return {
      status: answer.statusCode,
      limit: number('x-ratelimit-limit'),
      remaining: number('x-ratelimit-remaining'),
      reset: number('x-ratelimit-reset'),
      retryAfter: number('retry-after'),
      hour: Number(/"hour";r=(\d+)/.exec(String(answer.headers.ratelimit))?.[1]),
    }
  }
  const answers = await Promise.all(Array.from({ length: count }, one))
  await Promise.all(pools.map((pool) => pool.close()))
  return answers
}

describe('rate limit', () => {
  test.each([
    [100, 'STANDARD', 60, 3_000],
    [10_000, 'ENTERPRISE', 1_000, 15_000],
  ])('%i concurrent requests with a key of tier %s admit exactly %i', async (count, tier, limit, hour) => {
    const answers = await flood(await newKey(tier), count)
    const admitted = answers.filter(({ status }) => status === 200).sort((a, b) => b.remaining - a.remaining)
    const refused = answers.filter(({ status }) => status === 429)
    expect([admitted.length, refused.length]).toEqual([limit, count - limit])
    // Each admitted request took one and reports so in both header forms. No rejected request took any.
    expect(admitted.map(({ remaining }) => remaining)).toEqual(Array.from({ length: limit }, (_, n) => limit - 1 - n))
    for (const answer of admitted) expect(answer.hour - answer.remaining).toBe(hour - limit)
    for (const answer of refused) {
      expect(answer).toMatchObject({ limit, remaining: 0, hour: hour - limit })
      expect(answer.retryAfter).toBeGreaterThanOrEqual(1)
    }
    // The end of the window is the same for all requests.
    expect(new Set(answers.map(({ reset }) => reset)).size).toBe(1)
  })

  test('limits are counted per process while Redis is away, starting from the counted requests, and shared again afterwards', async () => {
    const key = await newKey('STANDARD')
    for (const { status } of await flood(key, 40)) expect(status).toBe(200)
    await redis.kill()
    const answers = await flood(key, 200)
    // Each process remembers the 20 requests that the process admitted itself.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2 * (60 - 20))
    for (const { output } of processes)
      expect(output()).toContain('Redis is away; each process counts rate limits for itself')
    const degraded = () =>
      createApi(urls[0]!)
        .as(BOOTSTRAP_API_KEY)
        .ask(
          'mutation ($key: String!) { apiKeyVerify(input: { key: $key, cost: 0 }) { ... on ApiKeyVerifyPayload { limits { degraded } } } }',
          { key },
        )
    expect(await degraded()).toEqual({ limits: { degraded: true } })
    await redis.restart()
    await expect.poll(degraded, { timeout: 10_000 }).toEqual({ limits: { degraded: false } })
  }, 60_000)
})
