import type pg from 'pg'

const RENEW = `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), kept AS (
  SELECT d.id FROM unnest($3::text[], $4::int[]) AS mine(id, version) CROSS JOIN clock CROSS JOIN LATERAL (
    -- Skips locked rows: their results are being recorded, and waiting for the lock could end in a deadlock.
    SELECT * FROM deliveries d WHERE d.id = mine.id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) d WHERE d.version = mine.version AND d.status = 'SENDING' AND ($5 OR d.lease_until >= clock.now)
)
UPDATE deliveries d SET lease_until = clock.now + $2::int * interval '1 second'
FROM kept, clock WHERE d.id = kept.id RETURNING d.id`

/**
 * Renews leases that the caller still holds.
 *
 * @param options.includeExpired true also renews expired leases that no worker has reclaimed, because their requests are
 *   still open; deliveries that are not sent yet are given up instead
 * @returns the ids with a renewed lease
 */
export async function renewLeases(
  pool: pg.Pool,
  claimed: readonly { id: string; version: number }[],
  options: { now: Date | null; leaseSeconds: number; includeExpired: boolean },
): Promise<Set<string>> {
  const { now, leaseSeconds, includeExpired } = options
  const values = [now, leaseSeconds, claimed.map(({ id }) => id), claimed.map(({ version }) => version), includeExpired]
  const { rows } = await pool.query<{ id: string }>({ text: RENEW, values })
  return new Set(rows.map(({ id }) => id))
}
