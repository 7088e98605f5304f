import { useEffect, useMemo, useState } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import { openDeliveries } from '../../graph/live.ts'
import {
  type AttemptErrorCode,
  type BulkActionKind,
  type DeadLettersQuery,
  type DeliveryFilter,
  type DeliveryStatus,
  deadLetters,
  deliveryRetry,
} from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { useSoon } from '../../ui/use-soon.ts'
import { BulkActions } from './bulk-actions.tsx'
import { ConfirmBulkAction } from './confirm-bulk-action.tsx'
import { DeadLetterFilters } from './dead-letter-filters.tsx'

const words = texts.deadLetters
const { columns: titles } = texts.deliveries
type Row = DeadLettersQuery['deliveries']['nodes'][number]

/** Pace at which the list follows live changes of deliveries. */
const REFRESH_MS = 1_000
/** Pace at which actions of other people appear. */
const ACTIONS_MS = 10_000

/** The actions that are possible in each state that the page shows. */
const ACTIONS: Record<string, readonly BulkActionKind[]> = {
  DEAD: ['RETRY'],
  EXPIRED: ['RETRY'],
  CANCELED: ['RETRY'],
  RETRYING: ['RETRY', 'CANCEL'],
  HELD: ['CANCEL'],
}

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.event, cell: ({ event }) => <span className="cell-line">{event.type}</span> },
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  {
    title: titles.endpoint,
    cell: ({ endpoint }) => <span className="cell-line">{endpoint.description || endpointName(endpoint)}</span>,
  },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-text">{explanation}</span> },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]
const RETRY: Column<Row> = { title: words.row, cell: (row) => <RetryOne row={row} /> }

/** Deliveries that need a person, with retry and cancel of all that the filters find. */
export default function DeadLetters() {
  const { can, graph } = useSession()
  const filters = useFilters()
  const [kind, setKind] = useState<BulkActionKind>()
  const status = filters.get('status') || 'DEAD'
  const [type, endpointId, error] = [filters.get('type'), filters.get('endpoint'), filters.get('error')]
  const after = filters.given('after')
  const filter = useMemo<DeliveryFilter>(
    () => ({
      statuses: [status as DeliveryStatus],
      ...(type && { types: [type] }),
      ...(endpointId && { endpointId }),
      ...(error && (status === 'DEAD' || status === 'RETRYING') && { errorCodes: [error as AttemptErrorCode] }),
    }),
    [status, type, endpointId, error],
  )
  const answer = useRead(deadLetters, { filter, first: 50, ...(after && { after }) })
  const refreshSoon = useSoon(REFRESH_MS, answer.refresh)
  useEvery(ACTIONS_MS, answer.refresh)
  useEffect(() => {
    const listener = { onStart: refreshSoon, onGap: refreshSoon, onChanges: refreshSoon }
    return openDeliveries(graph, endpointId ? { endpointId } : {}, listener)
  }, [graph, endpointId, refreshSoon])
  const isFull = (answer.data?.deliveries.nodes.length ?? 0) > 0

  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {can('deliveries:write') && isFull && (
          <div className="row">
            {ACTIONS[status]?.map((action) => (
              <Button
                key={action}
                {...(action === 'CANCEL' && { kind: 'danger' as const })}
                onClick={() => setKind(action)}
              >
                {words.all[action]}
              </Button>
            ))}
          </div>
        )}
      </div>
      <DeadLetterFilters filters={filters} />
      <Answered answer={answer}>
        {({ deliveries, bulkActions }) => (
          <>
            <BulkActions actions={bulkActions.nodes} onEnded={answer.refresh} />
            <ListPanel
              words={{
                title: words.found[status] ?? words.title,
                empty: words.empty[status] ?? '',
                emptyHint: words.emptyHint,
                emptyFilteredHint: words.emptyFiltered,
              }}
              list={deliveries}
              filters={filters}
            >
              <Table
                label={words.title}
                columns={can('deliveries:write') && ACTIONS[status]?.includes('RETRY') ? [...COLUMNS, RETRY] : COLUMNS}
                rows={deliveries.nodes}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => `/deliveries/${id}`}
              />
            </ListPanel>
          </>
        )}
      </Answered>
      {kind !== undefined && (
        <ConfirmBulkAction kind={kind} filter={filter} onClose={() => setKind(undefined)} onStarted={answer.refresh} />
      )}
    </>
  )
}

/** Makes one delivery due; the row then shows its state until it leaves the list. */
function RetryOne({ row }: { row: Row }) {
  const { send, isSending } = useChange(deliveryRetry)
  async function retry() {
    const outcome = await send({ id: row.id })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(texts.deliveries.detail.retried)
  }
  if (ACTIONS[row.status]?.includes('RETRY') !== true) return null
  return (
    <Button onClick={retry} disabled={isSending} aria-label={words.retryOne(row.event.type)}>
      {words.retry}
    </Button>
  )
}
