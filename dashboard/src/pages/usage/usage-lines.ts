import { texts } from '../../texts.ts'
import type { Series } from '../../ui/chart.tsx'

const { series } = texts.usage

interface Point {
  at: string
  requests: number
  failed: number
  rateLimited: number
}

/** The lines of a chart of requests. */
export function linesOf(points: readonly Point[]): { times: string[]; lines: Series[] } {
  return {
    times: points.map(({ at }) => at),
    lines: [
      { name: series.requests, color: '--busy', values: points.map(({ requests }) => requests) },
      { name: series.failed, color: '--bad', values: points.map(({ failed }) => failed) },
      { name: series.rateLimited, color: '--warn', values: points.map(({ rateLimited }) => rateLimited) },
    ],
  }
}
