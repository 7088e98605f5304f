import { type InvalidKeyAttemptsQuery, invalidKeyAttempts } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'

const words = texts.usage.unknown
const { columns: titles } = texts.usage.records
const REFRESH_MS = 5_000
type Row = InvalidKeyAttemptsQuery['invalidKeyAttempts']['nodes'][number]

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.at, cell: ({ at }) => <Time at={at} /> },
  { title: titles.ip, cell: ({ ip }) => ip ?? '–' },
  { title: titles.operation, cell: ({ operation }) => <code>{operation}</code> },
  { title: titles.outcome, cell: ({ error, outcome }) => <span className="cell-line">{error ?? outcome}</span> },
  { title: titles.userAgent, cell: ({ userAgent }) => <span className="cell-line">{userAgent ?? '–'}</span> },
]

/** Requests with keys that nobody has, which show attempts to guess one. */
export function UnknownKeys() {
  const filters = useFilters()
  const after = filters.given('after')
  const answer = useRead(invalidKeyAttempts, { first: 20, ...(after && { after }) })
  useEvery(REFRESH_MS, answer.refresh)
  return (
    <Panel title={words.title} sent={answer.sent} bare>
      <Answered answer={answer}>
        {({ invalidKeyAttempts: { nodes, pageInfo } }) => (
          <>
            {nodes.length === 0 ? (
              <Empty title={words.empty} hint={words.emptyHint} />
            ) : (
              // Requests have no id; several of one moment differ by their place only.
              <Table label={words.title} columns={COLUMNS} rows={nodes} keyOf={(row) => String(nodes.indexOf(row))} />
            )}
            <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
          </>
        )}
      </Answered>
    </Panel>
  )
}
