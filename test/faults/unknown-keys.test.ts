import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/keys/token.ts'
import { UNKNOWN_CHUNKS } from '../../src/domain/retention/prune-usage-and-audit.ts'
import { createRetention } from '../../src/domain/retention/retention.ts'
import { REFUSED_RECORDS } from '../../src/domain/usage/recorder.ts'
import { type App, silentLog, startApp } from '../support/app.ts'

// Strangers send requests with keys that do not exist, or with keys that were revoked.
let app: App
const REQUESTS = 2_000
const AT_ONCE = 50
const DAYS = { retentionDays: 0, usageRetentionDays: 0, auditRetentionDays: 0 }

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

/** Sends requests, each with another key or the same one, and writes their usage. */
async function flood(keyOf: () => string): Promise<void> {
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE)
    await Promise.all(
      Array.from({ length: AT_ONCE }, () =>
        fetch(`${app.url}/graphql?query={viewer{__typename}}`, { headers: { 'x-api-key': keyOf() } }).then((answer) =>
          answer.arrayBuffer(),
        ),
      ),
    )
  await app.services.usageRecorder.flush()
}

async function storedRecords(organizationId: string): Promise<{ count: number; bytes: number }> {
  const { rows } = await app.database.pool.query(
    `SELECT coalesce(sum(json_array_length(requests::json)), 0)::int AS count,
      coalesce(sum(octet_length(kinds) + octet_length(requests)), 0)::int AS bytes
     FROM usage_chunks WHERE organization_id = $1`,
    [organizationId],
  )
  return rows[0]
}

describe('flood of refused keys', () => {
  test('every request with an unknown key is counted, and a bounded number of a minute is stored', async () => {
    await flood(() => createToken('sb', 'LIVE'))
    const { totals } = await app.host.ask('{ invalidKeyUsage { totals { requests failed } } }')
    expect(totals).toEqual({ requests: REQUESTS, failed: REQUESTS })
    const { count, bytes } = await storedRecords('')
    expect(count).toBe(REFUSED_RECORDS)
    expect(bytes).toBeLessThan(REFUSED_RECORDS * 1_000)
    app.clock.advance(60)
    await app.api.as(createToken('sb', 'LIVE')).request('{ viewer { __typename } }')
    await app.services.usageRecorder.flush()
    expect((await storedRecords('')).count).toBe(REFUSED_RECORDS + 1)
  })

  test('requests with a revoked key are counted and bounded as well, and those with a valid key are all stored', async () => {
    const tenant = await app.tenant()
    const { secret, apiKey } = await tenant.createKey({ events: ['read'] })
    await tenant.ask(`mutation { apiKeyRevoke(id: "${apiKey.id}") { __typename ... on Error { code message } } }`)
    await flood(() => secret)
    for (let count = 0; count < 2 * REFUSED_RECORDS; count++) await tenant.ask('{ viewer { __typename } }')
    await app.services.usageRecorder.flush()
    const { totals } = await tenant.ask(`{ usage(filter: { keyId: "${apiKey.id}" }) { totals { requests } } }`)
    expect(totals).toEqual({ requests: REQUESTS })
    const { nodes } = await tenant.ask(`{ usageRecords(keyId: "${apiKey.id}", first: 100) { nodes { outcome } } }`)
    expect(nodes).toHaveLength(REFUSED_RECORDS)
    // The valid key: its creation and revocation of the other one, and one request each.
    expect((await storedRecords(tenant.organizationId)).count).toBeGreaterThan(3 * REFUSED_RECORDS)
  })

  test('retention keeps the newest records of unknown keys, and no more than a fixed number', async () => {
    await app.database.pool.query(
      `INSERT INTO usage_chunks (batch_id, organization_id, key_ids, kinds, requests)
       SELECT gen_random_uuid(), '', '{}', '[]', '[]' FROM generate_series(1, $1)`,
      [3 * UNKNOWN_CHUNKS],
    )
    const retention = createRetention({ pool: app.database.pool, clock: app.clock, log: silentLog, ...DAYS })
    await retention.removeAll()
    const { rows } = await app.database.pool.query(
      `SELECT count(*)::int AS chunks FROM usage_chunks WHERE organization_id = ''`,
    )
    expect(rows).toEqual([{ chunks: UNKNOWN_CHUNKS }])
  })
})
