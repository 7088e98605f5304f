/** The bucket of what belongs to no attempt. */
export const NO_ATTEMPT = -1

/**
 * A CTE `counted` that counts new deliveries, for the statement that makes them: figures are then exact at any moment and
 * cost the same to read however many deliveries are stored.
 *
 * @param made the CTE that has the new deliveries
 * @param after what takes long, as it stands after FROM: it is run before the counts are locked
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
