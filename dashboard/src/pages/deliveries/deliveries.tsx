import { useMemo } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import type { DeliveryStatus } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { LiveMark } from '../../ui/live-mark.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { useScrolled } from '../../ui/use-scrolled.ts'
import { DeliveryFilters } from './delivery-filters.tsx'
import type { DeliveryFilter, DeliveryRow } from './merge-rows.ts'
import { useDeliveries } from './use-deliveries.ts'

const words = texts.deliveries
const { columns: titles } = words

const COLUMNS: readonly Column<DeliveryRow>[] = [
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  {
    title: titles.event,
    isLink: true,
    cell: ({ id, event }) => (
      <>
        <span className="cell-line">{event.type}</span>
        <span className="cell-line mono muted">{id}</span>
      </>
    ),
  },
  { title: titles.endpoint, cell: ({ endpoint }) => <span className="cell-line">{endpointName(endpoint)}</span> },
  { title: titles.attempts, isNumber: true, cell: ({ attemptCount }) => attemptCount.toLocaleString() },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-text">{explanation}</span> },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** The live list of deliveries, newest first. Its filters are in the address. */
export default function Deliveries() {
  const filters = useFilters()
  const after = filters.given('after')
  const filter = useDeliveryFilter(filters)
  const { answer, rows, waiting, state, isFresh } = useDeliveries(filter, after, useScrolled())

  function turn(cursor: string | undefined) {
    filters.set('after', cursor)
    window.scrollTo({ top: 0 })
  }

  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        <LiveMark state={state} />
      </div>
      <DeliveryFilters filters={filters} />
      {waiting > 0 && (
        <div className="arrived">
          <Button kind="primary" onClick={() => window.scrollTo({ top: 0 })}>
            {words.arrived(waiting)}
          </Button>
        </div>
      )}
      <Panel
        title={words.title}
        sent={answer.sent}
        aside={answer.data && <span className="muted">{texts.total(answer.data.deliveries.total)}</span>}
        bare
      >
        <Answered answer={answer}>
          {({ deliveries: { pageInfo } }) => (
            <>
              {rows.length === 0 ? (
                <Empty
                  title={filters.isEmpty ? words.empty : words.emptyFiltered}
                  hint={filters.isEmpty ? words.emptyHint : words.emptyFilteredHint}
                />
              ) : (
                <Table
                  label={words.title}
                  columns={COLUMNS}
                  rows={rows}
                  keyOf={({ id }) => id}
                  hrefOf={({ id }) => `/deliveries/${id}`}
                  isFresh={isFresh}
                />
              )}
              <Pager pageInfo={pageInfo} after={after} onPage={turn} />
            </>
          )}
        </Answered>
      </Panel>
    </>
  )
}

function useDeliveryFilter({ get }: ReturnType<typeof useFilters>): DeliveryFilter {
  const [status, type, endpointId] = [get('status'), get('type'), get('endpoint')]
  const [publishedById, eventId, from, to] = [get('principal'), get('event'), get('from'), get('to')]
  return useMemo(
    () => ({
      ...(status && { statuses: [status as DeliveryStatus] }),
      ...(type && { types: [type] }),
      ...(endpointId && { endpointId }),
      ...(publishedById && { publishedById }),
      ...(eventId && { eventId }),
      ...(from && { from }),
      ...(to && { to }),
    }),
    [status, type, endpointId, publishedById, eventId, from, to],
  )
}
