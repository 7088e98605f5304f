import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import type { DeliveryStatus } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { LiveMark } from '../../ui/live-mark.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useScrolled } from '../../ui/use-scrolled.ts'
import { type DeliveryRow, useDeliveries } from './use-deliveries.ts'

const words = texts.deliveries
const { columns: titles } = words
const STATUS_OPTIONS = [['', words.filters.all], ...Object.entries(words.status)] as const

const COLUMNS: readonly Column<DeliveryRow>[] = [
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  {
    title: titles.event,
    cell: ({ id, event }) => (
      <>
        <span className="cell-line">{event.type}</span>
        <span className="cell-line mono muted">{id}</span>
      </>
    ),
  },
  { title: titles.endpoint, cell: ({ endpoint }) => <span className="cell-line">{endpointName(endpoint)}</span> },
  { title: titles.attempts, isNumber: true, cell: ({ attemptCount }) => attemptCount.toLocaleString() },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-line">{explanation}</span> },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** The live list of deliveries, newest first. Its filters are in the address. */
export default function Deliveries() {
  const [params, setParams] = useSearchParams()
  const [status, type] = [params.get('status') ?? '', params.get('type') ?? '']
  const filter = useMemo(
    () => ({ ...(status && { statuses: [status as DeliveryStatus] }), ...(type && { types: [type] }) }),
    [status, type],
  )
  const isScrolled = useScrolled()
  const { answer, rows, waiting, state, isFresh } = useDeliveries(filter, isScrolled)

  function set(name: string, value: string) {
    setParams((before) => {
      const next = new URLSearchParams(before)
      if (value === '') next.delete(name)
      else next.set(name, value)
      return next
    })
  }

  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        <LiveMark state={state} />
      </div>
      <div className="filters">
        <SelectField
          label={words.filters.status}
          options={STATUS_OPTIONS}
          value={status}
          onChange={(event) => set('status', event.target.value)}
        />
        <TextField
          label={words.filters.type}
          defaultValue={type}
          placeholder="invoice.paid"
          onKeyDown={(event) => event.key === 'Enter' && set('type', event.currentTarget.value.trim())}
          onBlur={(event) => set('type', event.currentTarget.value.trim())}
        />
        {waiting > 0 && (
          <Button kind="primary" onClick={() => window.scrollTo({ top: 0 })}>
            {words.arrived(waiting)}
          </Button>
        )}
      </div>
      <Panel
        title={words.title}
        sent={answer.sent}
        aside={answer.data && <span className="muted">{texts.total(answer.data.deliveries.total)}</span>}
        bare
      >
        <Answered answer={answer}>
          {() =>
            rows.length === 0 ? (
              <Empty title={status || type ? words.emptyFiltered : words.empty} hint={words.emptyHint} />
            ) : (
              <Table
                label={words.title}
                columns={COLUMNS}
                rows={rows}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => `/deliveries/${id}`}
                isFresh={isFresh}
              />
            )
          }
        </Answered>
      </Panel>
    </>
  )
}
