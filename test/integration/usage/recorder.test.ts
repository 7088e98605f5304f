import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLocalBus } from '../../../src/bus/bus.ts'
import { createDatabase, type Database } from '../../../src/database/client.ts'
import { readConnection } from '../../../src/database/connection.ts'
import { createUsageRecorder, WAITING_RECORDS } from '../../../src/domain/usage/recorder.ts'
import { rollUp } from '../../../src/domain/usage/roll-up.ts'
import { createBatch } from '../../../src/domain/usage/usage-batch.ts'
import type { UsageRecord } from '../../../src/domain/usage/usage-record.ts'
import { writeBatch } from '../../../src/domain/usage/write-batch.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createTestClock } from '../../support/clock.ts'
import { cloneDatabase } from '../../support/database.ts'
import { reconcile } from '../../support/usage.ts'

// Every usage record is counted exactly once, and memory is bounded.
let database: Database
let clone: Awaited<ReturnType<typeof cloneDatabase>>
const clock = createTestClock()
const lines: string[] = []
const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } })

beforeAll(async () => {
  clone = await cloneDatabase()
  database = createDatabase({ pooled: readConnection(clone.url) })
})
afterAll(async () => {
  await database.stop()
  await clone.drop()
})
beforeEach(async () => {
  lines.length = 0
  await database.pool.query('TRUNCATE usage_chunks, usage_batches, usage_buckets, usage_series')
})

const newRecorder = () => createUsageRecorder({ pool: database.pool, bus: createLocalBus(), clock, log })
let made = 0
function record(more: Partial<UsageRecord> = {}): UsageRecord {
  made++
  return {
    ...{ organizationId: `org_${made % 3}`, keyId: `key_${made % 5}`, tier: 'STANDARD', at: clock.now() },
    ...{
      operation: `op${made % 4}`,
      outcome: made % 7 === 0 ? 'RATE_LIMITED' : 'OK',
      status: made % 7 === 0 ? 429 : 200,
    },
    ...{
      durationMicroseconds: made * 13,
      requestBytes: made,
      responseBytes: 2 * made,
      ip: null,
      userAgent: null,
      error: null,
    },
    ...more,
  }
}

function batchOf(...records: UsageRecord[]) {
  const batch = createBatch(clock.now())
  for (const record of records) batch.add(record)
  return batch
}

describe('usage recorder', () => {
  test('every usage record is counted once in every granularity', async () => {
    const recorder = newRecorder()
    for (let n = 0; n < 12_000; n++) {
      recorder.add(record(n % 11 === 0 ? { organizationId: null, keyId: null, tier: null } : {}))
      if (n % 100 === 0) clock.advance(97)
    }
    await recorder.stop()
    expect(await reconcile(database.pool)).toEqual({ requests: 12_000, differences: [] })
  })

  test('a batch that is written again after a lost response is counted once', async () => {
    const batch = batchOf(record(), record())
    await writeBatch(database.pool, batch, clock.now())
    await writeBatch(database.pool, batch, clock.now())
    await rollUp(database.pool)
    await writeBatch(database.pool, batch, clock.now())
    await rollUp(database.pool)
    expect(await reconcile(database.pool)).toEqual({ requests: 2, differences: [] })
  })

  test('concurrent processes count each batch once', async () => {
    const recorders = Array.from({ length: 4 }, newRecorder)
    for (let round = 0; round < 10; round++) {
      for (const recorder of recorders) for (let n = 0; n < 50; n++) recorder.add(record())
      await Promise.all(recorders.map((recorder) => recorder.flush()))
    }
    expect(await reconcile(database.pool)).toEqual({ requests: 2_000, differences: [] })
  })

  test('records that a process wrote and did not count are counted by the next process', async () => {
    await writeBatch(database.pool, batchOf(record()), clock.now())
    expect((await reconcile(database.pool)).differences).not.toEqual([])
    const recorder = newRecorder()
    recorder.start()
    await recorder.flush()
    expect(await reconcile(database.pool)).toEqual({ requests: 1, differences: [] })
  })

  test('records are kept with later ones while the database is away', async () => {
    const recorder = newRecorder()
    const query = vi.spyOn(database.pool, 'query').mockRejectedValue(new Error('away'))
    recorder.add(record())
    await expect(recorder.flush()).rejects.toThrow('away')
    recorder.add(record())
    await expect(recorder.flush()).rejects.toThrow('away')
    query.mockRestore()
    await recorder.stop()
    expect(await reconcile(database.pool)).toEqual({ requests: 2, differences: [] })
  })

  test('records past the buffer limit are dropped, counted and logged', async () => {
    const recorder = newRecorder()
    const one = record()
    for (let n = 0; n < WAITING_RECORDS + 7; n++) recorder.add(one)
    await recorder.stop()
    expect(await reconcile(database.pool)).toEqual({ requests: WAITING_RECORDS, differences: [] })
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', lost: 7 }])
  })

  test('operations beyond 500 of an organization are counted together', async () => {
    const recorder = newRecorder()
    for (let n = 0; n < 600; n++) recorder.add(record({ organizationId: 'org_x', operation: `GET:/invoices/${n}` }))
    recorder.add(record({ organizationId: 'org_y', operation: 'GET:/invoices/600' }))
    await recorder.stop()
    const { rows } = await database.pool.query(
      `SELECT organization_id, count(DISTINCT operation)::int AS operations, count(*) FILTER (WHERE operation = 'other')::int AS other
     FROM usage_records GROUP BY 1 ORDER BY 1`,
    )
    expect(rows).toEqual([
      { organization_id: 'org_x', operations: 501, other: 100 },
      { organization_id: 'org_y', operations: 1, other: 0 },
    ])
  })

  test('characters that PostgreSQL does not accept are removed from a record', async () => {
    const recorder = newRecorder()
    recorder.add(record({ userAgent: 'a\0b', error: 'cut in \ud83d', ip: 'fe80::1%\0', durationMicroseconds: 2 ** 40 }))
    await recorder.stop()
    const { rows } = await database.pool.query('SELECT user_agent, error, ip FROM usage_records')
    expect(rows).toEqual([{ user_agent: 'ab', error: 'cut in \ufffd', ip: 'fe80::1%' }])
  })

  test('records with any client input are stored and counted (property)', async () => {
    const text = fc.string({ unit: 'binary' })
    const nullable = fc.option(text)
    const odd = fc.record({ operation: text, outcome: text, userAgent: nullable, error: nullable, ip: nullable })
    const recorder = newRecorder()
    let added = 0
    fc.assert(
      fc.property(odd, fc.nat(2 ** 40), (more, size) => {
        recorder.add(record({ ...more, durationMicroseconds: size, responseBytes: size, requestBytes: size }))
        added++
      }),
    )
    await recorder.stop()
    expect(await reconcile(database.pool)).toEqual({ requests: added, differences: [] })
    expect(lines).toEqual([])
  })

  test('a batch that the database rejects is dropped, and the next batch is written', async () => {
    const recorder = newRecorder()
    recorder.add(record({ organizationId: 'org_\0' }))
    await recorder.flush()
    recorder.add(record())
    await recorder.stop()
    expect(await reconcile(database.pool)).toEqual({ requests: 1, differences: [] })
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'The database refused a batch of usage records; the batch was dropped',
      'Usage records were dropped',
    ])
  })
})
