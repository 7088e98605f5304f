/** Duration buckets from 64 µs up, four per doubling. Counts of equal buckets add up across series. */
const BUCKETS_PER_DOUBLING = 4
const FIRST_MICROSECONDS = 64
const LAST_BUCKET = 100

/** The bucket of a duration. */
export function bucketOf(microseconds: number): number {
  const bucket = Math.floor(Math.log2(Math.max(1, microseconds / FIRST_MICROSECONDS)) * BUCKETS_PER_DOUBLING)
  return Math.min(bucket, LAST_BUCKET)
}

/** The percentile of a distribution in microseconds, at most 9 % off; null without counts. */
export function percentile(counts: readonly { bucket: number; count: number }[], share: number): number | null {
  const rank = counts.reduce((sum, { count }) => sum + count, 0) * share
  let seen = 0
  for (const { bucket, count } of counts.toSorted((a, b) => a.bucket - b.bucket)) {
    seen += count
    if (count > 0 && seen >= rank) return middleOf(bucket)
  }
  return null
}

/** Microseconds. */
function middleOf(bucket: number): number {
  return FIRST_MICROSECONDS * 2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING)
}
