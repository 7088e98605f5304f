import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClaimer, LOCK } from '../../../worker/claim.ts'
import { cloneDatabase } from '../../support/database.ts'

// Claims take turns by a lock, so no worker may keep the lock.
let database: Awaited<ReturnType<typeof cloneDatabase>>
let claimer: ReturnType<typeof createClaimer>

beforeAll(async () => {
  database = await cloneDatabase()
  claimer = createClaimer(database.url)
})
afterAll(async () => {
  await claimer.stop()
  await database.drop()
})

describe('claim lock', () => {
  test('a worker whose network is cut in the middle of a claim loses the lock', async () => {
    const patience = LOCK.text.replace("'30s'", "'1s'")
    expect(patience).not.toBe(LOCK.text)
    const cut = new pg.Client({ connectionString: database.url })
    // The messages below bypass the client, which therefore does not expect their answers.
    cut.on('error', () => {})
    await cut.connect()
    const { connection } = cut
    // The lock arrives, and the claim behind it never does.
    connection.parse({ name: 'lock', text: patience, types: [] }, true)
    connection.bind({ statement: 'lock' }, true)
    connection.execute({}, true)
    const refused = new Promise<Error>((resolve) => connection.once('errorMessage', resolve))
    const locked = new Promise((resolve) => connection.once('commandComplete', resolve))
    connection.flush()
    await locked

    const waiting = { now: null, limit: 1, leaseSeconds: 15, fullOrganizations: [] }
    expect((await claimer.claim(waiting)).deliveries).toEqual([])
    expect((await refused).message).toContain('transaction timeout')
  })
})
