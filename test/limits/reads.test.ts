import { afterEach, expect, test } from 'vitest'
import { ALL_READS_AT_ONCE, createRead, READS_AT_ONCE, READS_WAITING } from '../../src/limits/reads.ts'
import { type App, startApp } from '../support/app.ts'

/** Work that goes on until it is told to end. */
function endless() {
  const ends: (() => void)[] = []
  return {
    begun: () => ends.length,
    work: () => new Promise<void>((resolve) => void ends.push(resolve)),
    end: () => ends.shift()!(),
  }
}

test('an organization reads a few at a time, the next when one is over, whatever came of it', async () => {
  const read = createRead()
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

test('others read beside it, and past what may wait it is told to ask for less', async () => {
  const read = createRead()
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

test('many that read much leave connections to what takes no time', async () => {
  const read = createRead()
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

let app: App | undefined
afterEach(async () => {
  await app?.stop()
  app = undefined
})

test('what takes too long is broken off and says so; meanwhile others publish, deliver and read', async () => {
  app = await startApp({ readSeconds: 1 })
  const [slow, other] = [await app.tenant(), await app.tenant()]
  await app.host.in(other.organizationId).createType('user.created')
  const blocker = await app.database.pool.connect()
  await blocker.query('BEGIN; LOCK TABLE usage_buckets IN ACCESS EXCLUSIVE MODE')
  const fields = Array.from({ length: 10 }, (_, n) => `u${n}: usage { totals { requests } }`)
  const reading = slow.request(`{ ${fields.join(' ')} }`)
  const meanwhile = Array.from({ length: 20 }, async () => {
    await app!.host.in(other.organizationId).publish('user.created')
    return other.deliveries()
  })
  await expect(Promise.all(meanwhile)).resolves.toHaveLength(20)
  const { errors } = await reading
  await blocker.query('COMMIT')
  blocker.release()
  expect(errors?.[0]?.extensions.code).toBe('TOO_SLOW')
  expect(errors?.[0]?.message).toMatch(/took too long to read and was broken off. Ask for less/)
  await expect(slow.ask('{ usage { totals { requests } } }')).resolves.toBeDefined()
})
