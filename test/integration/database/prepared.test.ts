import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/client.ts'
import { pipeline } from '../../../src/database/prepared.ts'
import { cloneDatabase } from '../../support/database.ts'

// Named statements are described once per connection, and a pipeline of several takes one round trip.
let database: Awaited<ReturnType<typeof cloneDatabase>>
let pool: pg.Pool
let client: pg.PoolClient
/** Names of the messages that the server sent over the connection. */
let heard: string[]

beforeAll(async () => {
  database = await cloneDatabase()
  pool = createPool({ connectionString: database.url, max: 1 })
  await pool.query('CREATE TABLE numbers (n int PRIMARY KEY)')
})
beforeEach(async () => {
  await pool.query('TRUNCATE numbers')
  client = await pool.connect()
  client.release()
  heard = []
  const { connection } = client
  connection.removeAllListeners('message')
  connection.on('message', ({ name }) => heard.push(name))
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const insert = (n: number) => ({ name: 'insert', text: 'INSERT INTO numbers VALUES ($1)', values: [n] })
const all = async () => (await pool.query('SELECT n FROM numbers ORDER BY n')).rows.map(({ n }) => n)

describe('named statement', () => {
  test('rows equal those of pg, at the first execution and later', async () => {
    const text = `SELECT $1::int AS int, $2::text[] AS list, $3::timestamptz AS time, $4::jsonb AS json, $5::bytea AS bytes,
    NULL AS nothing, 'x' AS unknown, generate_series(1, 2) AS nth`
    const values = [7, ['a,b', 'c"d', null], new Date('2026-01-02T03:04:05.678Z'), { a: [1] }, Buffer.from([0, 255])]
    const { rows: expected } = await pool.query(text, values)
    expect(expected).toHaveLength(2)
    for (let time = 0; time < 3; time++) {
      const answer = await pool.query({ name: 'values', text, values })
      expect(answer.rows).toEqual(expected)
      expect(answer.rowCount).toBe(2)
    }
  })

  test('a statement is prepared and described at its first execution only', async () => {
    for (let n = 0; n < 3; n++) await pool.query({ name: 'described', text: 'SELECT $1::int AS n', values: [n] })
    expect(heard.filter((name) => name === 'parseComplete')).toHaveLength(1)
    expect(heard.filter((name) => name === 'rowDescription')).toHaveLength(1)
    expect(heard.filter((name) => name === 'dataRow')).toHaveLength(3)
  })

  test('a statement without result rows returns the number of changed rows', async () => {
    for (const n of [1, 2]) expect(await pool.query(insert(n))).toEqual({ rows: [], rowCount: 1 })
    expect(await all()).toEqual([1, 2])
  })

  test('a different text under the same name is a different statement with its own columns', async () => {
    const one = { name: 'shared', text: 'SELECT 1 AS one' }
    const two = { name: 'shared', text: 'SELECT 2 AS two' }
    for (const [statement, row] of [
      [one, { one: 1 }],
      [two, { two: 2 }],
      [one, { one: 1 }],
    ] as const)
      expect((await client.query(statement)).rows).toEqual([row])
    expect((await pipeline(client, one, two, one)).rows).toEqual([{ one: 1 }])
    await expect(client.query({ name: 'shared', text: 'SELEC' })).rejects.toThrow('syntax error')
    expect((await client.query(one)).rows).toEqual([{ one: 1 }])
  })

  test('a failed statement throws the SQLSTATE with the stack of the caller, and the connection stays usable', async () => {
    await client.query(insert(1))
    const error = await client.query(insert(1)).catch((refused) => refused)
    expect(error).toBeInstanceOf(pg.DatabaseError)
    expect(error).toMatchObject({ code: '23505', stack: expect.stringContaining('prepared.test.ts') })
    await client.query('BEGIN')
    await client.query(insert(2))
    await expect(client.query({ name: 'wrong', text: 'SELEC' })).rejects.toThrow('syntax error')
    await client.query('ROLLBACK')
    await client.query(insert(3))
    expect(await all()).toEqual([1, 3])
  })

  test('a value that cannot be serialized fails before anything is sent', async () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const json = (value: unknown) => ({ name: 'json', text: 'SELECT $1::json AS json', values: [value] })
    await expect(client.query(json(circular))).rejects.toThrow('circular')
    await expect(pipeline(client, insert(1), json(circular))).rejects.toThrow('circular')
    expect(heard).toEqual([])
    expect((await client.query(json({}))).rows).toEqual([{ json: {} }])
    expect(await all()).toEqual([])
  })

  test('a value that the parser of pg rejects is thrown, and the next answer is parsed', async () => {
    let fails = true
    pg.types.setTypeParser(pg.types.builtins.MACADDR, (text) => {
      if (fails) throw new Error('No such address.')
      return text
    })
    const address = {
      name: 'address',
      text: "SELECT '08:00:2b:01:02:03'::macaddr AS address FROM generate_series(1, 2)",
    }
    await expect(client.query(address)).rejects.toThrow('No such address.')
    fails = false
    expect((await client.query(address)).rowCount).toBe(2)
  })

  test('a query with further options is executed by pg', async () => {
    const text = 'SELECT $1::int AS n'
    expect((await client.query({ name: 'rows-as-arrays', text, values: [1], rowMode: 'array' })).rows).toEqual([[1]])
    expect((await client.query({ name: 'values-apart', text }, [2])).rows).toEqual([{ n: 2 }])
    expect((await client.query({ name: '', text, values: [3] })).rows).toEqual([{ n: 3 }])
    expect((await client.query(text, [4])).rows).toEqual([{ n: 4 }])
  })

  test('the last of two columns with the same name counts, as in pg', async () => {
    const text = 'SELECT 1 AS n, $1::int AS n'
    for (const value of [null, 2, null]) {
      const { rows } = await client.query(text, [value])
      expect((await client.query({ name: 'twice', text, values: [value] })).rows).toEqual(rows)
    }
  })

  test('a pipeline is one transaction and returns the rows of its last statement', async () => {
    const transaction = { name: 'transaction', text: 'SELECT pg_current_xact_id()::text AS id' }
    const same = {
      name: 'same',
      text: 'SELECT pg_current_xact_id()::text AS id, count(*)::int AS numbers FROM numbers',
    }
    const ids = new Set<string>()
    for (let n = 0; n < 3; n++) {
      const { rows, rowCount } = await pipeline<{ id: string; numbers: number }>(client, transaction, insert(n), same)
      expect(rowCount).toBe(1)
      expect(rows).toEqual([{ id: expect.any(String), numbers: n + 1 }])
      ids.add(rows[0]!.id)
    }
    expect(ids.size).toBe(3)
    expect(heard.filter((name) => name === 'readyForQuery')).toHaveLength(3)
  })

  test('a pipeline is rolled back when one of its statements fails', async () => {
    const refused = pipeline(client, insert(1), { name: 'zero', text: 'SELECT 1 / $1::int', values: [0] }, insert(2))
    await expect(refused).rejects.toThrow('division by zero')
    expect(await all()).toEqual([])
  })

  test('a statement in a pipeline sees commits made while the statement before it waited', async () => {
    const other = new pg.Client({ connectionString: database.url })
    await other.connect()
    const lock = { name: 'lock', text: 'SELECT pg_advisory_xact_lock(1)' }
    const count = { name: 'count', text: 'SELECT count(*)::int AS count FROM numbers' }
    const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    for (const n of [1, 2, 3]) {
      await other.query('SELECT pg_advisory_lock(1)')
      const counted = pipeline(client, lock, count)
      await expect.poll(async () => (await other.query(waiting)).rowCount).toBe(1)
      await other.query('INSERT INTO numbers VALUES ($1)', [n])
      await other.query('SELECT pg_advisory_unlock(1)')
      expect((await counted).rows).toEqual([{ count: n }])
    }
    await other.end()
  })

  test('a query fails when its connection dies, and the pool opens another one', async () => {
    const asked = pool.query({ name: 'die', text: 'SELECT pg_terminate_backend(pg_backend_pid())' })
    await expect(asked).rejects.toThrow(/terminat/i)
    expect((await pool.query({ name: 'alive', text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }])
  })

  test('a query times out when its answer does not come in time', async () => {
    const impatient = createPool({ connectionString: database.url, max: 1, query_timeout: 50 })
    await expect(impatient.query({ name: 'sleep', text: 'SELECT pg_sleep(10)' })).rejects.toThrow('timeout')
    expect((await impatient.query({ name: 'one', text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }])
    await impatient.end()
  })
})
