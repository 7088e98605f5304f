import type pg from 'pg'
import type { Clock } from '../src/lib/clock.ts'
import type { ClaimedDelivery } from './claim.ts'

/** True when leases taken at a time are past half and need a renewal before the worker relies on them. */
export const isPastHalfLease = (since: Date, now: Date, leaseSeconds: number) =>
  now.getTime() - since.getTime() > (leaseSeconds * 1000) / 2

const EXTEND = `
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
 * Renews leases that this worker still holds.
 *
 * @param options.underWay true for requests in flight, which count at their receivers: an expired lease that nobody
 *   took over is renewed as well. Deliveries not yet sent are given up then
 * @returns the ids with a renewed lease
 */
export async function renewLeases(
  pool: pg.Pool,
  held: readonly { id: string; version: number }[],
  options: { now: Date | null; leaseSeconds: number; underWay: boolean },
): Promise<Set<string>> {
  const { now, leaseSeconds, underWay } = options
  const values = [now, leaseSeconds, held.map(({ id }) => id), held.map(({ version }) => version), underWay]
  const { rows } = await pool.query<{ id: string }>({ name: 'extend-leases', text: EXTEND, values })
  return new Set(rows.map(({ id }) => id))
}

/**
 * Keeps the claimed deliveries that this worker still holds. After a slow answer or a stall the leases may have
 * expired, and another worker may send the deliveries by now.
 */
export async function renewClaimed(
  pool: pg.Pool,
  claimed: readonly ClaimedDelivery[],
  { began, clock, leaseSeconds }: { began: Date; clock: Clock; leaseSeconds: number },
): Promise<readonly ClaimedDelivery[]> {
  let ours = claimed
  for (let since = began; ours.length > 0 && isPastHalfLease(since, clock.now(), leaseSeconds); ) {
    since = clock.now()
    const kept = await renewLeases(pool, ours, { now: clock.forQueue(), leaseSeconds, underWay: false })
    ours = ours.filter(({ id }) => kept.has(id))
  }
  return ours
}
