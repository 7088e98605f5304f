import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createPool } from '../../../src/database/client.ts'
import { createLane, type Lane } from '../../../src/database/lane.ts'
import { cloneDatabase } from '../../support/database.ts'

// W3, W7, W11: transactions that follow one another on a connection, without waiting for us in between.
let database: Awaited<ReturnType<typeof cloneDatabase>>
let pool: pg.Pool
let lane: Lane
let connection: pg.Connection
/** Holds what the lane's transactions wait for, and looks on. */
let other: pg.Client

beforeAll(async () => {
  database = await cloneDatabase()
  other = new pg.Client({ connectionString: database.url })
  await other.connect()
  await other.query('CREATE TABLE numbers (n int PRIMARY KEY)')
})
beforeEach(async () => {
  await other.query('TRUNCATE numbers')
  pool = createPool({ connectionString: database.url, max: 1 })
  pool.on('connect', (client) => {
    connection = client.connection
  })
  lane = createLane(pool)
  return () => pool.end()
})
afterAll(async () => {
  await other.end()
  await database.drop()
})

const insert = (n: number) => ({ name: 'insert', text: 'INSERT INTO numbers VALUES ($1)', values: [n] })
const count = { name: 'count', text: 'SELECT count(*)::int AS count, pg_backend_pid() AS pid FROM numbers' }
const lock = { name: 'lock', text: 'SELECT pg_advisory_xact_lock(1)' }
const counted = async () => (await lane<{ count: number; pid: number }>(count)).rows[0]!

/** Until a transaction of the lane waits for the lock. */
const waits = () =>
  vi.waitUntil(async () => {
    const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    return (await other.query(waiting)).rowCount === 1
  })

test('what is asked for last sees what those before it did, though it was sent before they were answered', async () => {
  await other.query('SELECT pg_advisory_lock(1)')
  const answered: string[] = []
  const first = lane(lock, insert(1)).then(() => answered.push('first'))
  await waits()
  const second = lane(count).then(({ rows }) => answered.push(`second sees ${rows[0]!.count}`))
  expect(answered).toEqual([])
  await other.query('SELECT pg_advisory_unlock(1)')
  await Promise.all([first, second])
  expect(answered).toEqual(['first', 'second sees 1'])
})

test('it needs nobody to wait for an answer: PostgreSQL has both when only the first was answered', async () => {
  await lane(count)
  await other.query('SELECT pg_advisory_lock(1)')
  const first = lane(lock, insert(1))
  await waits()
  const second = lane(insert(2))
  // Nothing is read from now on: were the second sent only after the answer to the first, it would never be.
  connection.stream.pause()
  await other.query('SELECT pg_advisory_unlock(1)')
  await vi.waitUntil(async () => (await other.query('SELECT FROM numbers')).rowCount === 2)
  connection.stream.resume()
  await Promise.all([first, second])
})

test('one that is refused leaves those behind it alone, and the connection goes on', async () => {
  await lane(insert(1))
  const { pid } = await counted()
  const [refused, next] = await Promise.allSettled([lane(insert(1)), counted()])
  expect(refused).toMatchObject({ reason: { code: '23505' } })
  expect(next).toMatchObject({ value: { count: 1, pid } })
  expect(await counted()).toEqual({ count: 1, pid })
})

test('when the connection dies, all that is under way fails, and what follows has another', async () => {
  const { pid } = await counted()
  await other.query('SELECT pg_advisory_lock(1)')
  const underWay = Promise.allSettled([lane(lock, insert(1)), lane(insert(2))])
  await waits()
  await other.query('SELECT pg_terminate_backend($1)', [pid])
  expect((await underWay).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await other.query('SELECT pg_advisory_unlock(1)')
  const row = await counted()
  expect(row).toMatchObject({ count: 0 })
  expect(row.pid).not.toBe(pid)
})

test('an answer that does not come is given up, and with it what is under way behind it', async () => {
  const hurried = createPool({ connectionString: database.url, max: 1, query_timeout: 200 })
  const lane = createLane(hurried)
  await other.query('SELECT pg_advisory_lock(1)')
  const first = lane(lock, insert(1))
  const second = lane(insert(2))
  await expect(first).rejects.toThrow('Query read timeout')
  await expect(second).rejects.toThrow('Connection terminated')
  await other.query('SELECT pg_advisory_unlock(1)')
  expect((await lane(insert(3))).rowCount).toBe(1)
  await hurried.end()
})

test('it holds no connection while nothing is under way', async () => {
  await Promise.all([lane(insert(21)), lane(insert(22))])
  await vi.waitUntil(() => pool.idleCount === 1)
  const client = await pool.connect()
  const later = lane(insert(23))
  client.release()
  await later
})

test('when there is no connection to be had, that is what it says', async () => {
  const nowhere = createPool({ connectionString: 'postgres://nobody@127.0.0.1:9/none', max: 1 })
  const lane = createLane(nowhere)
  const all = await Promise.allSettled([lane(count), lane(count)])
  for (const outcome of all) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ECONNREFUSED' } })
  await nowhere.end()
})
