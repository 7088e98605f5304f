/** Duration buckets: each is a fourth of a doubling wide, from 64 µs on. */
const BUCKETS_PER_DOUBLING = 4
const FIRST_MICROSECONDS = 64
const LAST_BUCKET = 100
/** The bucket of what belongs to no attempt. */
export const NO_ATTEMPT = -1

/** The bucket that an attempt's duration is counted in. */
export function bucketOf(microseconds: number): number {
  const bucket = Math.floor(Math.log2(Math.max(1, microseconds / FIRST_MICROSECONDS)) * BUCKETS_PER_DOUBLING)
  return Math.min(bucket, LAST_BUCKET)
}

/** The middle of a bucket, in microseconds: at most 9% from any duration in it. */
export function durationOf(bucket: number): number {
  return FIRST_MICROSECONDS * 2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING)
}

/**
 * A CTE `counted` that counts new deliveries, for the statement that makes them: figures are then exact at any moment and
 * cost the same to read however many deliveries are stored.
 *
 * @param made the CTE that has the new deliveries
 */
export function countCreated(made: string): string {
  return `
counted AS (
  INSERT INTO delivery_stats AS s (endpoint_id, day, bucket, organization_id, created)
  SELECT endpoint_id, (created_at AT TIME ZONE 'UTC')::date, ${NO_ATTEMPT}, organization_id, count(*)
  FROM ${made} GROUP BY 1, 2, 4 ORDER BY 1, 2
  ON CONFLICT (endpoint_id, day, bucket) DO UPDATE SET created = s.created + excluded.created
  RETURNING 1
)`
}
