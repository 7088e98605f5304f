import type { ReactNode } from 'react'
import { formatDuration, formatShare } from '../../graph/format.ts'
import type { UsageQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Table } from '../../ui/table.tsx'

const words = texts.usage
const { columns: titles } = words
export type Share = UsageQuery['usage']['byOperation'][number]

interface Props {
  title: string
  shares: readonly Share[]
  /** Name of a value; default the value. */
  nameOf?: (value: string) => string
  /** Called for a value to filter by; absent where nothing filters. */
  onPick?: ((value: string) => void) | undefined
}

/** Requests by one property, as bars in a table: the figures are the chart for screen readers as well. */
export function Shares({ title, shares, nameOf = (value) => value, onPick }: Props) {
  const most = Math.max(1, ...shares.map(({ requests }) => requests))
  const name = ({ value }: Share): ReactNode =>
    onPick === undefined ? (
      nameOf(value)
    ) : (
      <Button kind="text" aria-label={words.filterBy(nameOf(value))} onClick={() => onPick(value)}>
        {nameOf(value)}
      </Button>
    )
  return (
    <Panel title={title} bare>
      <Table
        label={title}
        columns={[
          { title: titles.value, cell: name },
          {
            title: titles.share,
            cell: ({ requests }) => <progress className="share" aria-hidden="true" max={most} value={requests} />,
          },
          { title: titles.requests, isNumber: true, cell: ({ requests }) => requests.toLocaleString() },
          { title: titles.errors, isNumber: true, cell: ({ errorRate }) => formatShare(errorRate) },
          { title: titles.p95, isNumber: true, cell: ({ p95Duration }) => formatDuration(p95Duration) },
        ]}
        rows={shares}
        keyOf={({ value }) => value}
      />
    </Panel>
  )
}
