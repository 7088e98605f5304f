import { useMemo } from 'react'
import { type DeliveryStatus, type OperatorDeliveriesQuery, operatorDeliveries } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { SelectField } from '../../ui/field.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { TimeField } from '../../ui/time-field.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'

const words = texts.operator
const { deliveryFilters } = words
const { columns: titles, filters: labels, status: statuses } = texts.deliveries
const REFRESH_MS = 5_000
type Row = OperatorDeliveriesQuery['operatorDeliveries']['nodes'][number]
const STATUSES = [['', labels.all], ...Object.entries(statuses)] as const

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.event, cell: ({ eventType }) => eventType },
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  { title: words.columns.name, cell: ({ organization }) => organization.name },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-text">{explanation}</span> },
  { title: words.attempts, isNumber: true, cell: ({ attemptCount }) => attemptCount.toLocaleString() },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** The newest deliveries of all organizations; a row leads to the delivery in its organization. */
export function OperatorDeliveries() {
  const filters = useFilters()
  const [status, organizationId, endpointId] = ['status', 'organization', 'endpoint'].map(filters.get)
  const [from, to, after] = ['from', 'to', 'after'].map(filters.given)
  const filter = useMemo(
    () => ({
      ...(status && { statuses: [status as DeliveryStatus] }),
      ...(organizationId && { organizationId }),
      ...(endpointId && { endpointId }),
      ...(from && { from }),
      ...(to && { to }),
    }),
    [status, organizationId, endpointId, from, to],
  )
  const answer = useRead(operatorDeliveries, { filter, first: 50, ...(after && { after }) })
  useEvery(REFRESH_MS, answer.refresh)
  return (
    <>
      <search className="filters">
        <SelectField
          label={labels.status}
          options={STATUSES}
          value={status}
          onChange={(event) => filters.set('status', event.target.value)}
        />
        <SearchField
          isId
          label={deliveryFilters.organization}
          value={organizationId ?? ''}
          onSearch={(text) => filters.set('organization', text)}
        />
        <SearchField
          isId
          label={deliveryFilters.endpoint}
          value={endpointId ?? ''}
          onSearch={(text) => filters.set('endpoint', text)}
        />
        <TimeField label={deliveryFilters.from} value={from} onChange={(time) => filters.set('from', time)} />
        <TimeField label={deliveryFilters.to} value={to} onChange={(time) => filters.set('to', time)} />
      </search>
      <Answered answer={answer}>
        {({ operatorDeliveries: list }) => (
          <ListPanel words={{ title: words.deliveries, empty: texts.deliveries.empty }} list={list} filters={filters}>
            <Table
              label={words.deliveries}
              columns={COLUMNS}
              rows={list.nodes}
              keyOf={({ id }) => id}
              hrefOf={({ id, organization }) => `~/dashboard/${organization.id}/deliveries/${id}`}
            />
          </ListPanel>
        )}
      </Answered>
    </>
  )
}
