import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPool } from '../../../src/database/client.ts'
import { createClaimer } from '../../../worker/claim.ts'
import { type App, startApp } from '../../support/app.ts'

// A claim selects deliveries by its snapshot and locks the rows afterwards.
const PAUSE = 4_711
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('claim', () => {
  test('a delivery that changes during a claim is left for the next claim, and the other deliveries are claimed complete', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint('http://127.0.0.1:9/')
    await tenant.publishMany([1, 2, 3].map((data) => ({ type: 'a.b', data })))
    const { pool, url } = app.database
    // The claim pauses after its snapshot and before its row locks.
    const text = await readFile('prisma/functions/claim_deliveries_v2.sql', 'utf8')
    const paused = text
      .replace('FUNCTION claim_deliveries_v2', 'FUNCTION paused_claim')
      .replace('FROM able\n', `FROM able, pg_advisory_xact_lock_shared(${PAUSE})\n`)
    expect(paused).toContain(`(${PAUSE})`)
    await pool.query(paused)
    // Each uses its own connection, because an advisory lock belongs to a connection.
    const own = () => createPool({ connectionString: url, max: 1 })
    const [holder, claim] = [own(), own()] as const
    try {
      await holder.query(`SELECT pg_advisory_lock(${PAUSE})`)
      const claiming = claim.query('SELECT * FROM paused_claim($1, $2, $3, $4)', [app.clock.now(), 10, 60, []])
      const isPaused = () => pool.query(`SELECT FROM pg_locks WHERE objid = ${PAUSE} AND NOT granted`)
      await vi.waitUntil(async () => (await isPaused()).rowCount === 1)
      // Stands for the late result of a paused worker: the first delivery of the queue changes and stays due.
      const first = await pool.query<{ id: string }>(
        'UPDATE deliveries SET attempt_count = 1 WHERE id = (SELECT id FROM deliveries ORDER BY next_attempt_at, id LIMIT 1) RETURNING id',
      )
      await holder.query(`SELECT pg_advisory_unlock(${PAUSE})`)
      const { rows } = await claiming
      expect(rows).toHaveLength(2)
      expect(rows.some(({ endpoint }) => endpoint !== null)).toBe(true)
      // The claim reports that another claim is needed.
      expect(rows[0].truncated).toBe(true)
      expect(rows[0].undeliverable).toBe(null)

      const claimer = createClaimer(app.database.pooled)
      const next = await claimer.claim({ now: app.clock.now(), limit: 10, leaseSeconds: 60, fullOrganizations: [] })
      await claimer.stop()
      expect(next.deliveries.map(({ id }) => id)).toEqual(first.rows.map(({ id }) => id))
      expect(next.truncated).toBe(false)
    } finally {
      await Promise.all([holder.end(), claim.end()])
    }
  })
})
