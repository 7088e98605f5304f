import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPool } from '../../../src/database/client.ts'
import { createLane, type Lane } from '../../../src/database/lane.ts'
import { cloneDatabase } from '../../support/database.ts'

// Transactions sent one behind the other on a connection, before the earlier ones are answered.
let database: Awaited<ReturnType<typeof cloneDatabase>>
let pool: pg.Pool
let lane: Lane
let connection: pg.Connection
/** Holds the lock that the lane's transactions wait for, and observes them. */
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

/** Resolves when a transaction of the lane waits for the lock. */
const waits = () =>
  vi.waitUntil(async () => {
    const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    return (await other.query(waiting)).rowCount === 1
  })

describe('lane', () => {
  test('a transaction sees the changes of earlier ones that were not answered when it was sent', async () => {
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

  test('a second transaction reaches PostgreSQL while the answer to the first is unread', async () => {
    await lane(count)
    await other.query('SELECT pg_advisory_lock(1)')
    const first = lane(lock, insert(1))
    await waits()
    const second = lane(insert(2))
    // Nothing is read from now on, so a second transaction that waited for the first answer would never be sent.
    connection.stream.pause()
    await other.query('SELECT pg_advisory_unlock(1)')
    await vi.waitUntil(async () => (await other.query('SELECT FROM numbers')).rowCount === 2)
    connection.stream.resume()
    await Promise.all([first, second])
  })

  test('a transaction that fails affects neither the next one nor the connection', async () => {
    await lane(insert(1))
    const { pid } = await counted()
    const [refused, next] = await Promise.allSettled([lane(insert(1)), counted()])
    expect(refused).toMatchObject({ reason: { code: '23505' } })
    expect(next).toMatchObject({ value: { count: 1, pid } })
    expect(await counted()).toEqual({ count: 1, pid })
  })

  test('all open transactions fail when the connection dies, and later ones use a new connection', async () => {
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

  test('a transaction without an answer times out, and the ones behind it fail', async () => {
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

  test('the lane returns its connection to the pool when no transaction is open', async () => {
    await Promise.all([lane(insert(21)), lane(insert(22))])
    await vi.waitUntil(() => pool.idleCount === 1)
    const client = await pool.connect()
    const later = lane(insert(23))
    client.release()
    await later
  })

  test('every transaction fails with the reason when no connection can be opened', async () => {
    const nowhere = createPool({ connectionString: 'postgres://nobody@127.0.0.1:9/none', max: 1 })
    const lane = createLane(nowhere)
    const all = await Promise.allSettled([lane(count), lane(count)])
    for (const outcome of all) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ECONNREFUSED' } })
    await nowhere.end()
  })
})
