import { formatDuration } from '../../graph/format.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

const words = texts.usage.records
const { columns: titles } = words

interface Row {
  at: string
  operation: string
  outcome: string
  error: string | null
  status: number
  durationMicroseconds: number
  ip: string | null
  userAgent: string | null
}

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.operation, cell: ({ operation }) => <code>{operation}</code> },
  {
    title: titles.outcome,
    cell: ({ outcome, error }) =>
      outcome === words.fine ? (
        <Badge tone="good">{words.fine}</Badge>
      ) : (
        <span title={error ?? undefined}>
          <Badge tone="bad">{outcome}</Badge>
        </span>
      ),
  },
  { title: titles.status, isNumber: true, cell: ({ status }) => status },
  { title: titles.duration, isNumber: true, cell: ({ durationMicroseconds }) => formatDuration(durationMicroseconds) },
  { title: titles.ip, cell: ({ ip }) => ip ?? '–' },
  { title: titles.userAgent, cell: ({ userAgent }) => <span className="cell-line">{userAgent ?? '–'}</span> },
  { title: titles.at, cell: ({ at }) => <Time at={at} /> },
]

/** Single requests. They have no id, and several of one moment differ by their place only. */
export function Records({ label, records }: { label: string; records: readonly Row[] }) {
  return <Table label={label} columns={COLUMNS} rows={records} keyOf={(row) => String(records.indexOf(row))} />
}
