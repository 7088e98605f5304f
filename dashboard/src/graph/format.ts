/** A duration of microseconds as people read it; `–` for null. */
export function formatDuration(microseconds: number | null): string {
  if (microseconds === null) return '–'
  if (microseconds < 1_000) return `${microseconds} µs`
  if (microseconds < 1_000_000)
    return `${(microseconds / 1_000).toLocaleString(undefined, { maximumSignificantDigits: 3 })} ms`
  return `${(microseconds / 1_000_000).toLocaleString(undefined, { maximumFractionDigits: 2 })} s`
}

/** @param count number in one minute */
export const formatPerSecond = (count: number): string =>
  (count / 60).toLocaleString(undefined, { maximumSignificantDigits: 3 })

/** A share from 0 to 1 in percent; `–` for null. */
export const formatShare = (share: number | null): string =>
  share === null ? '–' : share.toLocaleString(undefined, { style: 'percent', maximumFractionDigits: 2 })

const SPANS: [size: number, unit: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
]

/** Seconds in the largest unit that divides them, such as `5 min`. */
export function formatSeconds(seconds: number): string {
  const [size, unit] = SPANS.find(([size]) => seconds % size === 0 && seconds > 0) ?? [1, 's']
  return `${(seconds / size).toLocaleString()} ${unit}`
}

/** A distance in time in its largest unit, such as `40 s`. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  const [size, unit] = SPANS.find(([size]) => seconds >= size) ?? [1, 's']
  return `${Math.floor(seconds / size).toLocaleString()} ${unit}`
}
