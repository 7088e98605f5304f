import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/client.ts'
import { readConnection } from '../../../src/database/connection.ts'
import { createClaimer } from '../../../worker/claim.ts'
import { cloneDatabase } from '../../support/database.ts'

let database: Awaited<ReturnType<typeof cloneDatabase>>
let claimer: ReturnType<typeof createClaimer>

beforeAll(async () => {
  database = await cloneDatabase()
  claimer = createClaimer(readConnection(database.url))
})
afterAll(async () => {
  await claimer.stop()
  await database.drop()
})

const CLAIM = "SELECT * FROM claim_deliveries_v2(NULL, 1, 15, '{}')"
const waiting = { now: null, limit: 1, leaseSeconds: 15, fullOrganizations: [] }

describe('claim lock', () => {
  test.each([
    ['transaction_timeout', 'transaction timeout'],
    ['idle_in_transaction_session_timeout', 'idle-in-transaction timeout'],
  ])('a worker that is cut off before the commit of its claim loses the lock after %s', async (setting, message) => {
    const { promise: refused, resolve } = Promise.withResolvers<Error>()
    const cut = createPool({ connectionString: database.url, max: 1 }, resolve)
    const client = await cut.connect()
    await client.query(`SET ${setting} = '1s'`)
    await client.query('BEGIN')
    await client.query(CLAIM)

    expect((await claimer.claim(waiting)).deliveries).toEqual([])
    expect((await refused).message).toContain(message)
    client.release(true)
    await cut.end()
  })

  test('a claim does not wait for the disk, bounds its transaction, and changes no setting of the session', async () => {
    const pool = createPool({ connectionString: database.url, max: 1 })
    const settings = async () =>
      (
        await pool.query(
          `SELECT name, setting FROM pg_settings WHERE name IN ('synchronous_commit', 'transaction_timeout') ORDER BY name`,
        )
      ).rows.map(({ setting }) => setting)
    await pool.query("SET synchronous_commit = 'on'")
    const before = await settings()
    await pool.query('BEGIN')
    await pool.query(CLAIM)
    expect(await settings()).toEqual(['off', '30000'])
    await pool.query('COMMIT')
    expect(await settings()).toEqual(before)
    await pool.end()
  })
})
