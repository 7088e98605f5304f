import { cpus, release, totalmem } from 'node:os'
import type pg from 'pg'

/** What one benchmark found: each ratio with the figure of every round, so that the noise can be seen. */
export interface Figures {
  benchmark: string
  rows: Row[]
}

export interface Row {
  /** What ours is compared with, or what is counted. */
  name: string
  /** One a round. */
  values: readonly number[]
  /** Met when the median is on the right side. */
  target?: { atLeast: number } | { atMost: number }
  /** What both sides did in each round, for the reader. */
  note?: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Enough digits to compare, no more. */
export function round(value: number): number {
  return Number(value.toPrecision(3))
}

export function isMet({ values, target }: Row): boolean | undefined {
  if (target === undefined) return undefined
  return 'atLeast' in target ? median(values) >= target.atLeast : median(values) <= target.atMost
}

/** As a Markdown table, with the machine it was measured on. */
export async function table({ benchmark, rows }: Figures, pool: pg.Pool): Promise<string> {
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`
  const { rows: server } = await pool.query('SHOW server_version')
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`
  return [
    `## ${benchmark}`,
    '',
    `Node ${process.versions.node}, PostgreSQL ${server[0].server_version} · ${machine}`,
    '',
    line(['figure', 'median', 'spread', 'asked', '', 'rounds']),
    line(['---', '---:', '---', '---', '---', '---']),
    ...rows.map((row) => {
      const { name, values, target } = row
      const asked = target === undefined ? '' : 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`
      const met = isMet(row)
      const spread = `${round(Math.min(...values))} to ${round(Math.max(...values))}`
      return line([
        name,
        round(median(values)),
        spread,
        asked,
        met === undefined ? '' : met ? 'met' : 'MISSED',
        row.note ?? values.length,
      ])
    }),
    '',
  ].join('\n')
}

/** The last line of `--json`. */
export function toJson({ benchmark, rows }: Figures): string {
  const each = (of: (row: Row) => unknown) => Object.fromEntries(rows.map((row) => [row.name, of(row)]))
  return JSON.stringify({
    benchmark,
    ratios: each(({ values }) => round(median(values))),
    spread: each(({ values }) => [round(Math.min(...values)), round(Math.max(...values))]),
    rounds: each(({ values }) => values.map(round)),
    met: rows.every((row) => isMet(row) !== false),
  })
}
