import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/domain/limits/limit-config.ts'
import { KEYS_NEAR_LIMIT_AT_MOST } from '../../../src/domain/overview/keys-near-limit.ts'
import { type App, startApp } from '../../support/app.ts'

// Keys near a limit, on a test clock. The platform key, which has no limits, reads the list.
const LIMIT = 10
let app: App
beforeAll(async () => {
  app = await startApp({
    allowances: { ...DEFAULT_LIMITS, tiers: { ...DEFAULT_LIMITS.tiers, ELEVATED: { minute: LIMIT, hour: 1_000 } } },
  })
})
afterAll(() => app.stop())

const rowsOf = async (table: string, organizationId: string) =>
  (await app.database.pool.query(`SELECT * FROM ${table} WHERE organization_id = $1`, [organizationId])).rows

describe('overview of keys near a limit', () => {
  test('a key is listed from 80 % of a window on, and reading the list spends nothing', async () => {
    const organizationId = await app.host.createOrganization('Limited')
    const owner = app.host.in(organizationId)
    const near = async () =>
      (await owner.ask('{ overview { keysNearLimit { apiKey { id } window { name limit resetAt } used usedShare } } }'))
        .keysNearLimit
    const { secret, apiKey } = await owner.createKey({ events: ['read'] }, { tier: 'ELEVATED' })
    await owner.createKey({ events: ['read'] }, { tier: 'ELEVATED' })
    const client = app.api.as(secret)
    const use = async (times: number) => {
      for (let n = 0; n < times; n++) await client.ask('{ viewer { id } }')
      // The time of the last use is written without a wait.
      await expect
        .poll(async () => (await rowsOf('api_keys', organizationId)).some((key) => key.last_used_at !== null))
        .toBe(true)
    }
    await use(LIMIT * 0.8 - 1)
    expect(await near()).toEqual([])
    await use(1)
    const window = { name: 'minute', limit: LIMIT, resetAt: expect.any(String) }
    const listed = [{ apiKey: { id: apiKey.id }, window, used: 8, usedShare: 0.8 }]
    expect(await near()).toEqual(listed)
    expect(await near()).toEqual(listed)
    app.clock.advance(120)
    expect(await near()).toEqual([])
  })

  test('of more keys near a limit than are listed, those with the fullest windows are', async () => {
    const organizationId = await app.host.createOrganization('Busy')
    await app.database.pool.query(
      `INSERT INTO api_keys (id, organization_id, name, environment, display_prefix, permissions, tier, created_by, created_at, last_used_at)
       SELECT 'key_' || n, $1, n, 'LIVE', 'sb_live_1', '{}', 'ELEVATED', 'system', $2, $2 FROM generate_series(0, ${KEYS_NEAR_LIMIT_AT_MOST + 4}) n`,
      [organizationId, app.clock.now()],
    )
    for (let n = 0; n < KEYS_NEAR_LIMIT_AT_MOST + 5; n++)
      await app.services.limits.spend(
        { id: `key_${n}`, tier: 'ELEVATED', plan: 'GROWTH' },
        { requests: n < 5 ? 8 : 9, points: 0 },
      )
    const { keysNearLimit } = await app.host.in(organizationId).ask('{ overview { keysNearLimit { used } } }')
    expect(keysNearLimit).toEqual(Array(KEYS_NEAR_LIMIT_AT_MOST).fill({ used: 9 }))
  })
})
