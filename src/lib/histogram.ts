/** Duration buckets: each is a fourth of a doubling wide, from 64 µs on. Counts of the same bucket add up, whatever they count. */
const BUCKETS_PER_DOUBLING = 4
const FIRST_MICROSECONDS = 64
const LAST_BUCKET = 100

/** The bucket that a duration is counted in. */
export function bucketOf(microseconds: number): number {
  const bucket = Math.floor(Math.log2(Math.max(1, microseconds / FIRST_MICROSECONDS)) * BUCKETS_PER_DOUBLING)
  return Math.min(bucket, LAST_BUCKET)
}

/**
 * The duration within which a share of what was counted lies, in milliseconds: at most 9% from the exact one. Null when
 * nothing was counted.
 */
export function percentile(counts: readonly { bucket: number; count: number }[], share: number): number | null {
  const rank = counts.reduce((sum, { count }) => sum + count, 0) * share
  let seen = 0
  for (const { bucket, count } of counts.toSorted((a, b) => a.bucket - b.bucket)) {
    seen += count
    if (count > 0 && seen >= rank) return middleOf(bucket) / 1000
  }
  return null
}

/** In microseconds. */
function middleOf(bucket: number): number {
  return FIRST_MICROSECONDS * 2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING)
}
