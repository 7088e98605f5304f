import pg from 'pg'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  ALL_READS_AT_ONCE,
  createReadConcurrency,
  READS_AT_ONCE,
  READS_WAITING,
} from '../../../src/domain/limits/read-concurrency.ts'
import { type App, startApp } from '../../support/app.ts'

/** Work that runs until `end` is called. */
function endless() {
  const ends: (() => void)[] = []
  return {
    begun: () => ends.length,
    work: () => new Promise<void>((resolve) => void ends.push(resolve)),
    end: () => ends.shift()!(),
  }
}

describe('read concurrency', () => {
  test('an organization runs a few reads at once, and the next starts when one ends, even with an error', async () => {
    const read = createReadConcurrency()
    const { begun, work, end } = endless()
    const all = Array.from({ length: READS_AT_ONCE + 1 }, () => read('org_a', work))
    await new Promise(setImmediate)
    expect(begun()).toBe(READS_AT_ONCE)
    end()
    await all[0]
    await new Promise(setImmediate)
    for (let n = 0; n < READS_AT_ONCE; n++) end()
    await Promise.all(all)
    for (let n = 0; n < 2 * READS_AT_ONCE; n++)
      await expect(read('org_a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(read('org_a', async () => 'read')).resolves.toBe('read')
  })

  test('an organization past its waiting limit is rejected as OVERLOADED, and other organizations still read', async () => {
    const read = createReadConcurrency()
    const { work, begun, end } = endless()
    const all = Array.from({ length: READS_AT_ONCE + READS_WAITING }, () => read('org_a', work))
    await new Promise(setImmediate)
    await expect(read('org_a', work)).rejects.toMatchObject({ code: 'OVERLOADED' })
    await expect(read('org_b', async () => 'read')).resolves.toBe('read')
    while (begun() > 0) {
      end()
      await new Promise(setImmediate)
    }
    await Promise.all(all)
  })

  test('a read that waited too long is rejected, so that the reads behind it start', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const read = createReadConcurrency()
    const { work, begun, end } = endless()
    const all = Array.from({ length: READS_AT_ONCE }, () => read('org_a', work))
    const late = Promise.allSettled(Array.from({ length: 20 }, () => read('org_a', work)))
    await new Promise(setImmediate)
    vi.advanceTimersByTime(10_001)
    const next = read('org_a', async () => 'read')
    end()
    await expect(next).resolves.toBe('read')
    for (const result of await late)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'OVERLOADED' } })
    while (begun() > 0) end()
    await Promise.all(all)
  })

  test('expensive reads of many organizations leave database connections to cheap statements', async () => {
    const read = createReadConcurrency()
    const { work, begun, end } = endless()
    const all = Array.from({ length: 10 * READS_AT_ONCE }, (_, n) => read(`org_${n % 10}`, work))
    await new Promise(setImmediate)
    expect(begun()).toBe(ALL_READS_AT_ONCE)
    while (begun() > 0) {
      end()
      await new Promise(setImmediate)
    }
    await Promise.all(all)
  })
})

let app: App | undefined
let blocker: pg.Client | undefined
afterEach(async () => {
  await blocker?.end()
  await app?.stop()
  app = blocker = undefined
})

/** An app whose usage cannot be read until `release` is called. */
async function startBlocked(readSeconds: number) {
  app = await startApp({ readSeconds })
  const client = new pg.Client(app.database.url)
  blocker = client
  await client.connect()
  await client.query('BEGIN; LOCK TABLE usage_buckets, usage_series IN ACCESS EXCLUSIVE MODE')
  return { app, release: () => client.query('COMMIT') }
}

const USAGE = 'usage { totals { requests } }'
const tenTimes = `{ ${Array.from({ length: 10 }, (_, n) => `f${n}: ${USAGE}`).join(' ')} }`

describe('slow reads', () => {
  test('other organizations look up, read and publish while some run slow reads', async () => {
    const { app, release } = await startBlocked(60)
    const other = await app.tenant()
    await other.createType('user.created')
    const slow = [await app.tenant(), await app.tenant()]
    let isOver = false
    const reading = slow.map(async (tenant) => {
      const answer = await tenant.request(tenTimes)
      isOver = true
      return answer
    })
    const waiting = async () => {
      const text = `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%sum(requests)::float8%'`
      return (await app.database.pool.query(text)).rowCount
    }
    await expect.poll(waiting).toBe(ALL_READS_AT_ONCE)
    for (const by of [other, app.host.in(other.organizationId)])
      expect(await by.publish('user.created', {}, { idempotencyKey: 'a' })).toMatch(/^evt_/)
    expect((await other.ask('{ eventTypes(first: 1) { nodes { name } } }')).nodes).toHaveLength(1)
    expect(isOver).toBe(false)
    await release()
    for (const { errors } of await Promise.all(reading)) expect(errors).toBeUndefined()
  })

  test('a read past its time limit is canceled with advice', async () => {
    const { app, release } = await startBlocked(0.5)
    const tenant = await app.tenant()
    const { errors } = await tenant.request(tenTimes)
    expect(errors?.[0]?.extensions.code).toBe('TOO_SLOW')
    expect(errors?.[0]?.message).toMatch(/took too long and was canceled. Request less/)
    await release()
    await expect(tenant.ask(`{ ${USAGE} }`)).resolves.toBeDefined()
  })
})
