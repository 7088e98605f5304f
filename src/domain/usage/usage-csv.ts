import type { UsageFigures } from './usage.ts'

const COLUMNS = [
  ...(['requests', 'failed', 'rateLimited', 'errorRate', 'meanDuration', 'p50Duration', 'p95Duration'] as const),
  ...(['p99Duration', 'requestBytes', 'responseBytes'] as const),
]

/**
 * A series as CSV (RFC 4180): a header line, then a line for each point. Every value is a time or a number, so that no
 * value needs quotes and none is a formula of a spreadsheet.
 */
export function toCsv(series: readonly (UsageFigures & { at: Date })[]): string {
  const lines = series.map((point) =>
    [point.at.toISOString(), ...COLUMNS.map((column) => point[column] ?? '')].join(','),
  )
  return [['at', ...COLUMNS].join(','), ...lines].map((line) => `${line}\r\n`).join('')
}
