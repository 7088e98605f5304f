import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../../src/database/client.ts'
import { createApi } from '../support/api.ts'
import { ENCRYPTION_KEY } from '../support/app.ts'
import { cloneDatabase } from '../support/database.ts'
import { startProcess } from '../support/process.ts'
import { reconcile } from '../support/usage.ts'

// A killed process loses at most one second of usage records and never miscounts. A normal stop loses none.
const BOOTSTRAP_API_KEY = 'the-key-of-the-usage-test-1234567890'
let database: Awaited<ReturnType<typeof cloneDatabase>>
let dataDir: string
let pool: pg.Pool

beforeAll(async () => {
  database = await cloneDatabase()
  pool = createPool({ connectionString: database.url, max: 2 })
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-usage-'))
})
afterAll(async () => {
  await pool.end()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

async function start() {
  const process = startProcess(
    {
      ...{
        DATABASE_URL: database.url,
        ENCRYPTION_KEYS: ENCRYPTION_KEY,
        PORT: '0',
        BOOTSTRAP_API_KEY,
        DATA_DIR: dataDir,
      },
      LOG_LEVEL: 'info',
    },
    'api',
  )
  const [, url] = await process.printed(/"url":"([^"]+)"/)
  return { process, client: createApi(url!).as(BOOTSTRAP_API_KEY) }
}

/** Sends requests until stopped or until the server is gone. @returns the time of each response, in ms */
function ask(client: Awaited<ReturnType<typeof start>>['client']) {
  const answered: number[] = []
  let stopped = false
  const loop = async () => {
    while (!stopped)
      try {
        await client.request('{ viewer { id } }')
        answered.push(performance.now())
      } catch {
        stopped = true
      }
  }
  const done = Promise.all([loop(), loop(), loop(), loop()])
  return {
    answered,
    until: async (count: number) => {
      while (answered.length < count) await new Promise(setImmediate)
    },
    async stop() {
      stopped = true
      await done
    },
  }
}

const recorded = async () =>
  (await pool.query('SELECT count(*)::int AS count FROM usage_records')).rows[0].count as number

describe('usage records of a crashed process', () => {
  test('a killed process loses at most the last second of usage records, and every bucket equals the stored records', async () => {
    let checked = 0
    for (let round = 0; round < 5; round++) {
      const { process, client } = await start()
      const before = await recorded()
      const asking = ask(client)
      // Continues until several hundred responses are older than one second.
      const old = 200 + randomInt(200)
      const isOld = () => asking.answered[old]! < performance.now() - 1_000
      await asking.until(old + 1)
      while (!isOld()) await asking.until(asking.answered.length + 1)
      const killedAt = performance.now()
      await process.end('SIGKILL')
      await asking.stop()
      const certain = asking.answered.filter((at) => at < killedAt - 1_000).length
      const written = (await recorded()) - before
      expect(written).toBeGreaterThanOrEqual(certain)
      // Four requests were in flight and may be recorded without a response.
      expect(written).toBeLessThanOrEqual(asking.answered.length + 4)
      checked += certain
    }
    expect(checked).toBeGreaterThan(1_000)
    // The next start rolls up the records that killed processes wrote.
    const { process } = await start()
    await process.end('SIGTERM')
    expect((await reconcile(pool)).differences).toEqual([])
  }, 120_000)

  test('a normal stop loses no usage record', async () => {
    const before = (await reconcile(pool)).requests
    const { process, client } = await start()
    const asking = ask(client)
    await asking.until(300)
    await asking.stop()
    await process.end('SIGTERM')
    expect(await reconcile(pool)).toEqual({ requests: before + asking.answered.length, differences: [] })
  })
})
