import type pg from 'pg'
import { vi } from 'vitest'

/** A table read by a statement. */
export interface Scan {
  node: string
  table: string
  index: string | undefined
  /** Rows that were read, those that a filter removed included. */
  rows: number
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

/** Runs `work`, then explains and runs each of its reads through the pool again. @returns the scans of all plans */
export async function explainReads(pool: pg.Pool, work: () => Promise<unknown>): Promise<Scan[]> {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>
  const reads: pg.QueryConfig[] = []
  const spy = vi.spyOn(pool, 'query').mockImplementation(((read: pg.QueryConfig, ...rest: unknown[]) => {
    if (/^\s*(SELECT|WITH)/.test(read.text)) reads.push(read)
    return query(read, ...rest)
  }) as never)
  await work()
  spy.mockRestore()
  const scans: Scan[] = []
  for (const { text, values } of reads) {
    const { rows } = await query({ text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values })
    scans.push(...scansOf(rows[0]['QUERY PLAN'][0].Plan))
  }
  return scans
}

function scansOf(plan: PlanNode): Scan[] {
  const below = (plan.Plans ?? []).flatMap(scansOf)
  const table = plan['Relation Name']
  if (table === undefined) return below
  const each =
    (plan['Actual Rows'] ?? 0) + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0)
  const rows = Math.round(each * (plan['Actual Loops'] ?? 0))
  return [{ node: plan['Node Type'], table, index: plan['Index Name'], rows }, ...below]
}
