import { useMemo, useState } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import { type BulkActionKind, type DeadLettersQuery, type DeliveryStatus, deadLetters } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { BulkActions } from './bulk-actions.tsx'
import { ConfirmBulkAction } from './confirm-bulk-action.tsx'

const words = texts.deadLetters
const { columns: titles } = texts.deliveries
type Row = DeadLettersQuery['deliveries']['nodes'][number]

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  { title: titles.event, cell: ({ event }) => <span className="cell-line">{event.type}</span> },
  { title: titles.endpoint, cell: ({ endpoint }) => <span className="cell-line">{endpointName(endpoint)}</span> },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-line">{explanation}</span> },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** Deliveries that need a person, with retry and cancel of all that the filters find. */
export default function DeadLetters() {
  const { can } = useSession()
  const filters = useFilters()
  const [kind, setKind] = useState<BulkActionKind>()
  const [status, type, endpointId] = [filters.get('status') || 'DEAD', filters.get('type'), filters.get('endpoint')]
  const after = filters.given('after')
  const filter = useMemo(
    () => ({ statuses: [status as DeliveryStatus], ...(type && { types: [type] }), ...(endpointId && { endpointId }) }),
    [status, type, endpointId],
  )
  const answer = useRead(deadLetters, { filter, first: 50, ...(after && { after }) })
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {can('deliveries:write') && (answer.data?.deliveries.nodes.length ?? 0) > 0 && (
          <div className="row">
            <Button onClick={() => setKind('RETRY')}>{words.retryAll}</Button>
            <Button kind="danger" onClick={() => setKind('CANCEL')}>
              {words.cancelAll}
            </Button>
          </div>
        )}
      </div>
      <div className="filters">
        <SelectField
          label={words.status}
          options={words.states}
          value={status}
          onChange={(event) => filters.set('status', event.target.value)}
        />
        <SearchField label={titles.event} value={type} onSearch={(text) => filters.set('type', text)} />
        <SearchField label={titles.endpoint} value={endpointId} onSearch={(text) => filters.set('endpoint', text)} />
      </div>
      <Answered answer={answer}>
        {({ deliveries: { nodes, total, pageInfo }, bulkActions }) => (
          <>
            <BulkActions actions={bulkActions.nodes} onEnded={answer.refresh} />
            <Panel
              title={words.title}
              sent={answer.sent}
              aside={<span className="muted">{texts.total(total)}</span>}
              bare
            >
              {nodes.length === 0 ? (
                <Empty title={words.empty} hint={words.emptyHint} />
              ) : (
                <Table
                  label={words.title}
                  columns={COLUMNS}
                  rows={nodes}
                  keyOf={({ id }) => id}
                  hrefOf={({ id }) => `/deliveries/${id}`}
                />
              )}
              <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
            </Panel>
          </>
        )}
      </Answered>
      {kind !== undefined && (
        <ConfirmBulkAction kind={kind} filter={filter} onClose={() => setKind(undefined)} onStarted={answer.refresh} />
      )}
    </>
  )
}
