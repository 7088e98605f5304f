import type { UsageInterval } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import type { Series } from '../../ui/chart.tsx'

const { series } = texts.usage
const MINUTE_MS = 60_000
const LENGTHS: Record<Exclude<UsageInterval, 'MONTH'>, number> = {
  MINUTE: MINUTE_MS,
  HOUR: 60 * MINUTE_MS,
  DAY: 1_440 * MINUTE_MS,
}

interface Point {
  at: string
  requests: number
  failed: number
  rateLimited: number
}

interface Range {
  from: string
  to: string
  interval: UsageInterval
  /** Buckets with requests. */
  series: readonly Point[]
}

/** The lines of a chart of requests. Buckets without requests are zeros, so that a line has no leaps. */
export function linesOf(range: Range): { times: string[]; lines: Series[] } {
  const points = new Map(range.series.map((point) => [Date.parse(point.at), point]))
  const times = bucketsOf(range)
  const valuesOf = (of: (point: Point) => number) =>
    times.map((time) => {
      const point = points.get(time)
      return point === undefined ? 0 : of(point)
    })
  return {
    times: times.map((time) => new Date(time).toISOString()),
    lines: [
      { name: series.requests, color: '--busy', values: valuesOf(({ requests }) => requests) },
      { name: series.failed, color: '--bad', values: valuesOf(({ failed }) => failed) },
      { name: series.rateLimited, color: '--warn', values: valuesOf(({ rateLimited }) => rateLimited) },
    ],
  }
}

/** Starts of all buckets of a range; the server bounds their number. */
function bucketsOf({ from, to, interval }: Range): number[] {
  const end = Date.parse(to)
  const buckets: number[] = []
  for (let time = Date.parse(from); time < end; time = after(time, interval)) buckets.push(time)
  return buckets
}

function after(time: number, interval: UsageInterval): number {
  if (interval !== 'MONTH') return time + LENGTHS[interval]
  const date = new Date(time)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}
