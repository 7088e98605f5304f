import { useMemo } from 'react'
import { type DeliveryStatus, type OperatorDeliveriesQuery, operatorDeliveries } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'

const words = texts.operator
const { columns: titles, filters: labels, status: statuses } = texts.deliveries
type Row = OperatorDeliveriesQuery['operatorDeliveries']['nodes'][number]
const STATUSES = [['', labels.all], ...Object.entries(statuses)] as const

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  { title: words.columns.name, cell: ({ organization }) => organization.name },
  { title: titles.event, cell: ({ eventType }) => eventType },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-line">{explanation}</span> },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** The newest deliveries of all organizations. */
export function OperatorDeliveries() {
  const filters = useFilters()
  const status = filters.get('status')
  const filter = useMemo(() => (status === '' ? {} : { statuses: [status as DeliveryStatus] }), [status])
  const answer = useRead(operatorDeliveries, { filter, first: 20 })
  return (
    <Panel
      title={words.deliveries}
      sent={answer.sent}
      aside={
        <SelectField
          label={labels.status}
          options={STATUSES}
          value={status}
          onChange={(event) => filters.set('status', event.target.value)}
        />
      }
      bare
    >
      <Answered answer={answer}>
        {({ operatorDeliveries: { nodes } }) =>
          nodes.length === 0 ? (
            <Empty title={texts.deliveries.empty} />
          ) : (
            <Table label={words.deliveries} columns={COLUMNS} rows={nodes} keyOf={({ id }) => id} />
          )
        }
      </Answered>
    </Panel>
  )
}
