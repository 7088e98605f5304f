import type { ReactNode } from 'react'
import { texts } from '../texts.ts'
import { Pager } from './pager.tsx'
import { Panel } from './panel.tsx'
import { Empty } from './states.tsx'
import type { useFilters } from './use-filters.ts'

interface Props {
  title: string
  /** A page of the list. */
  list: {
    nodes: readonly unknown[]
    total?: Parameters<typeof texts.total>[0]
    pageInfo: Parameters<typeof Pager>[0]['pageInfo']
  }
  /** Filters of the page, which hold the cursor of the list. */
  filters: ReturnType<typeof useFilters>
  /** Stands in place of a list without rows. */
  empty: string
  emptyHint?: string
  /** Stands above the table, and above an empty list. */
  bar?: ReactNode
  /** The table. */
  children: ReactNode
}

/** A list with its total and the steps through its pages. */
export function ListPanel({
  title,
  list: { nodes, total, pageInfo },
  filters,
  empty,
  emptyHint,
  bar,
  children,
}: Props) {
  return (
    <Panel title={title} aside={total && <span className="muted">{texts.total(total)}</span>} bare>
      {bar}
      {nodes.length === 0 ? <Empty title={empty} {...(emptyHint && { hint: emptyHint })} /> : children}
      <Pager pageInfo={pageInfo} after={filters.given('after')} onPage={(cursor) => filters.set('after', cursor)} />
    </Panel>
  )
}
