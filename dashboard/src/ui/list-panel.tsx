import type { ReactNode } from 'react'
import { texts } from '../texts.ts'
import { Pager } from './pager.tsx'
import { Panel } from './panel.tsx'
import { Empty } from './states.tsx'
import type { useFilters } from './use-filters.ts'

interface Props {
  /** Texts of the list; those of a filtered list without rows default to those of an empty one. */
  words: { title: string; empty: string; emptyHint?: string; emptyFiltered?: string; emptyFilteredHint?: string }
  /** A page of the list. */
  list: {
    nodes: readonly unknown[]
    total?: Parameters<typeof texts.total>[0]
    pageInfo: Parameters<typeof Pager>[0]['pageInfo']
  }
  /** Filters of the page, which hold the cursor of the list. */
  filters: ReturnType<typeof useFilters>
  /** Stands above the table, and above an empty list. */
  bar?: ReactNode
  /** The table. */
  children: ReactNode
}

/** A list with its total and the steps through its pages. */
export function ListPanel({ words, list: { nodes, total, pageInfo }, filters, bar, children }: Props) {
  const { empty, emptyHint, emptyFiltered = empty, emptyFilteredHint = emptyHint } = words
  const [title, hint] = filters.isEmpty ? [empty, emptyHint] : [emptyFiltered, emptyFilteredHint]
  return (
    <Panel title={words.title} aside={total && <span className="muted">{texts.total(total)}</span>} bare>
      {bar}
      {nodes.length === 0 ? <Empty title={title} {...(hint && { hint })} /> : children}
      <Pager pageInfo={pageInfo} after={filters.given('after')} onPage={(cursor) => filters.set('after', cursor)} />
    </Panel>
  )
}
