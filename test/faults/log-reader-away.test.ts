import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../support/api.ts'
import { ENCRYPTION_KEY } from '../support/app.ts'
import { cloneDatabase } from '../support/database.ts'
import { startProcess } from '../support/process.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

const BOOTSTRAP_API_KEY = 'the-key-of-the-log-test-1234567890'
let database: Awaited<ReturnType<typeof cloneDatabase>>
let dataDir: string
let receiver: Receiver

beforeAll(async () => {
  database = await cloneDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-log-'))
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.stop()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

describe('log reader', () => {
  test('the server continues to deliver and stops cleanly when its log reader is gone', async () => {
    const process = startProcess({
      ...{ DATABASE_URL: database.url, ENCRYPTION_KEYS: ENCRYPTION_KEY, DATA_DIR: dataDir, PORT: '0' },
      // The debug level logs one line for each request.
      ...{ BOOTSTRAP_API_KEY, LOG_LEVEL: 'debug' },
    })
    try {
      const [, url] = await process.printed(/"url":"([^"]+)"/)
      const { stdout } = process.child
      stdout!.destroy()
      await once(stdout!, 'close')
      const host = createApi(url!).as(BOOTSTRAP_API_KEY)
      await host.createType('a.b')
      await host.createEndpoint(receiver.url)
      for (let n = 0; n < 20; n++) await host.publish('a.b')
      await receiver.arrived(20)
      expect(await process.end('SIGTERM')).toEqual({ code: 0, signal: null })
    } finally {
      await process.end('SIGKILL')
    }
  })
})
