/** Bucket of counters that belong to no attempt. */
export const NO_ATTEMPT = -1

/**
 * CTE `counted`: counts new deliveries inside the statement that creates them. Statistics are exact at any moment and
 * cost the same to read however many deliveries are stored.
 *
 * @param made the CTE with the new deliveries
 * @param after a slow source of rows, as it stands after FROM; runs before the counter rows are locked
 */
export function countCreated(made: string, after?: string): string {
  return `
counted AS (
  INSERT INTO delivery_stats AS s (endpoint_id, day, bucket, organization_id, created)
  SELECT endpoint_id, (created_at AT TIME ZONE 'UTC')::date, ${NO_ATTEMPT}, organization_id, count(*)
  FROM ${made} ${after ? `WHERE (SELECT count(*) FROM ${after}) >= 0` : ''} GROUP BY 1, 2, 4 ORDER BY 1, 2
  ON CONFLICT (endpoint_id, day, bucket) DO UPDATE SET created = s.created + excluded.created
  RETURNING 1
)`
}
