import pg from 'pg'
import { describe, expect, test } from 'vitest'
import type { AttemptResult } from '../../../src/domain/deliveries/attempt-outcome.ts'
import { createResultBatcher } from '../../../src/domain/deliveries/result-batcher.ts'
import { createLog } from '../../../src/lib/log.ts'

const result = (id: string) => ({ delivery: { id } }) as AttemptResult

/** Longer than any test runs, so a batch written earlier was not written by the interval. */
const LONG_MS = 600_000

/** A result batcher that writes through `write`, with the ids of each written batch and of all recorded results. */
function start(
  write: (ids: string[]) => void,
  options: { everyMs?: number; isBlocking?: (result: AttemptResult) => boolean } = {},
) {
  const written: string[][] = []
  const settled: string[] = []
  const ids = (batch: readonly AttemptResult[]) => batch.map(({ delivery }) => delivery.id)
  const settler = createResultBatcher({
    log: createLog({ level: 'silent' }),
    ...options,
    async write(batch) {
      write(ids(batch))
      written.push(ids(batch))
    },
    release: (batch) => settled.push(...ids(batch)),
  })
  return { settler, written, settled }
}

/** Adds all results in one turn of the event loop and waits until they are recorded. */
async function settleAll(results: AttemptResult[], write: (ids: string[]) => void) {
  const { settler, written, settled } = start(write)
  for (const entry of results) settler.add(entry)
  await settler.idle()
  return { written, settled }
}

describe('result batch', () => {
  test('results that finish together are written together, each delivery at most once in a batch', async () => {
    const { written } = await settleAll(['a', 'b', 'a', 'c'].map(result), () => {})
    expect(written).toEqual([['a', 'b', 'c'], ['a']])
  })

  test('results are kept and written later when the database is away', async () => {
    let times = 0
    const { written, settled } = await settleAll(['a', 'b'].map(result), () => {
      if (times++ < 1) throw new Error('connect ECONNREFUSED')
    })
    expect(written).toEqual([['a', 'b']])
    expect(settled).toEqual(['a', 'b'])
  })

  test('a result that the database rejects does not hold up the other results', async () => {
    const { written, settled } = await settleAll(['a', 'bad', 'b'].map(result), (ids) => {
      if (ids.includes('bad'))
        throw Object.assign(new pg.DatabaseError('invalid byte sequence', 1, 'error'), { code: '22021' })
    })
    expect(written).toEqual([['a'], ['b']])
    expect(settled).toEqual(['a', 'bad', 'b'])
  })

  test('a batch that fails with a duplicate key is written again as a whole', async () => {
    const duplicate = Object.assign(new pg.DatabaseError('duplicate key', 1, 'error'), { code: '23505' })
    let times = 0
    const { written, settled } = await settleAll(['a', 'b'].map(result), () => {
      if (times++ === 0) throw duplicate
    })
    expect(written).toEqual([['a', 'b']])
    expect(settled).toEqual(['a', 'b'])
  })

  test('a result that fails with a duplicate key twice is dropped', async () => {
    const { written, settled } = await settleAll(['a', 'bad'].map(result), (ids) => {
      if (ids.includes('bad')) throw Object.assign(new pg.DatabaseError('duplicate key', 1, 'error'), { code: '23505' })
    })
    expect(written).toEqual([['a']])
    expect(settled).toEqual(['a', 'bad'])
  })

  test('a lone result is written at once and later results share the next statement', async () => {
    let isBlocking = false
    const { settler, written } = start(() => {}, { everyMs: LONG_MS, isBlocking: () => isBlocking })
    settler.add(result('a'))
    await settler.idle()
    for (const id of ['b', 'c']) settler.add(result(id))
    await new Promise(setImmediate)
    settler.add(result('d'))
    await new Promise(setImmediate)
    expect(written).toEqual([['a']])
    isBlocking = true
    settler.flushIfBlocked()
    await settler.idle()
    expect(written).toEqual([['a'], ['b', 'c', 'd']])
  })

  test('buffered results are written when the batching interval ends', async () => {
    const { settler, written } = start(() => {}, { everyMs: 50 })
    for (const id of ['a', 'b']) {
      settler.add(result(id))
      await settler.idle()
    }
    expect(written).toEqual([['a'], ['b']])
  })

  test('a result that frees a saturated endpoint or worker is written at once, together with the buffered results', async () => {
    const isBlocking = ({ delivery }: AttemptResult) => delivery.id.startsWith('full')
    const { settler, written } = start(() => {}, { everyMs: LONG_MS, isBlocking })
    for (const id of ['a', 'full 1']) {
      settler.add(result(id))
      await settler.idle()
    }
    settler.add(result('b'))
    await new Promise(setImmediate)
    expect(written).toEqual([['a'], ['full 1']])
    settler.add(result('full 2'))
    await settler.idle()
    expect(written).toEqual([['a'], ['full 1'], ['b', 'full 2']])
  })

  test('a batch that reaches its size limit is written before the interval ends', async () => {
    const { settler, written } = start(() => {}, { everyMs: LONG_MS })
    settler.add(result('a'))
    await settler.idle()
    settler.add(result('b'))
    await new Promise(setImmediate)
    for (let n = 0; n < 49; n++) settler.add(result(`c${n}`))
    await settler.idle()
    expect(written.map((batch) => batch.length)).toEqual([1, 50])
  })
})
