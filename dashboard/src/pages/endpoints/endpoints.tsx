import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { type EndpointsQuery, endpoints, endpointUpdates } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { useSoon } from '../../ui/use-soon.ts'
import { BulkEndpoints } from './bulk-endpoints.tsx'
import { CreateEndpoint } from './create-endpoint.tsx'
import { EndpointState } from './endpoint-health.tsx'
import { EndpointHours } from './endpoint-hours.tsx'
import type { Change } from './endpoint-impact.tsx'

const words = texts.endpoints
const { columns: titles } = words
type Row = EndpointsQuery['webhookEndpoints']['nodes'][number]

/** Live messages come once a second for each endpoint; the list is read again at this pace. */
const REFRESH_MS = 1_000
/** Hours have no live message. */
const IDLE_REFRESH_MS = 15_000

const COLUMNS: readonly Column<Row>[] = [
  {
    title: titles.url,
    cell: ({ url, description }) => (
      <>
        <span className="cell-line">{endpointName({ url })}</span>
        <span className="cell-line muted">{description}</span>
      </>
    ),
  },
  { title: titles.health, cell: (row) => <EndpointState endpoint={row} /> },
  { title: titles.hours, cell: ({ recentHours }) => <EndpointHours hours={recentHours} /> },
  { title: titles.types, cell: ({ eventTypes }) => <span className="cell-line mono">{eventTypes.join(', ')}</span> },
  {
    title: titles.failure,
    cell: ({ health: { lastFailure, lastFailureAt } }) =>
      lastFailureAt !== null && (
        <>
          <span className="cell-text">{lastFailure}</span>
          <span className="muted">
            <Time at={lastFailureAt} />
          </span>
        </>
      ),
  },
]

/** Conditions of each tab. */
const TABS = { '': {}, active: { enabled: true }, disabled: { enabled: false }, failing: { failing: true } } as const
const TAB_TEXTS = [
  ['', words.tabs.all],
  ['active', words.tabs.active],
  ['disabled', words.tabs.disabled],
  ['failing', words.tabs.failing],
] as const

/** Endpoints of the organization with their health, kept current. */
export default function Endpoints() {
  const { can } = useSession()
  const filters = useFilters()
  const [isCreating, setCreating] = useState(false)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [, navigate] = useLocation()
  const [tab, search, type, after] = [
    filters.get('show'),
    filters.get('search'),
    filters.get('type'),
    filters.given('after'),
  ]
  const filter = useMemo(
    () => ({ ...TABS[tab as keyof typeof TABS], ...(search && { search }), ...(type && { type }) }),
    [tab, search, type],
  )
  const answer = useRead(endpoints, { filter, first: 50, ...(after && { after }) })
  const refreshSoon = useSoon(REFRESH_MS, answer.refresh)
  useEvery(IDLE_REFRESH_MS, answer.refresh)
  // A changed endpoint may enter or leave the tab, and a deleted one leaves every list.
  useUpdates(endpointUpdates, {}, refreshSoon)
  const mayChange = can('webhooks:write') || can('webhooks:delete')

  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {can('webhooks:write') && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            {words.create}
          </Button>
        )}
      </div>
      <Tabs label={words.title} tabs={TAB_TEXTS} selected={tab} onSelect={(name) => filters.set('show', name)} />
      <div className="filters">
        <SearchField label={words.filters.search} value={search} onSearch={(text) => filters.set('search', text)} />
        <SearchField label={words.filters.type} value={type} onSearch={(text) => filters.set('type', text)} />
      </div>
      <Answered answer={answer}>
        {({ webhookEndpoints: list }) => (
          <ListPanel
            words={words}
            list={list}
            filters={filters}
            bar={
              <SelectedEndpoints
                rows={list.nodes.filter(({ id }) => selected.has(id))}
                onSelect={setSelected}
                onDone={answer.refresh}
              />
            }
          >
            <Table
              label={words.title}
              columns={COLUMNS}
              rows={list.nodes}
              keyOf={({ id }) => id}
              hrefOf={({ id }) => `/endpoints/${id}`}
              selection={
                mayChange
                  ? {
                      ...{ selected, onSelect: setSelected, labelOfAll: words.bulk.selectAll },
                      labelOf: (row) => words.bulk.select(row.description || endpointName(row)),
                    }
                  : undefined
              }
            />
          </ListPanel>
        )}
      </Answered>
      {isCreating && (
        <CreateEndpoint onClose={() => setCreating(false)} onCreated={(id) => navigate(`/endpoints/${id}`)} />
      )}
    </>
  )
}

interface SelectedEndpointsProps {
  /** Selected rows that the page shows: a row that left the list cannot be changed unseen. */
  rows: readonly Row[]
  onSelect: (keys: ReadonlySet<string>) => void
  onDone: () => void
}

/** Changes of the selected endpoints. */
function SelectedEndpoints({ rows, onSelect, onDone }: SelectedEndpointsProps) {
  const { can } = useSession()
  const [change, setChange] = useState<Change>()
  const [begun, setBegun] = useState<readonly Row[]>([])
  function open(next: Change) {
    setBegun(rows)
    setChange(next)
  }
  return (
    <>
      {rows.length > 0 && (
        <fieldset className="chosen row" aria-label={words.bulk.selected(rows.length)}>
          <strong>{words.bulk.selected(rows.length)}</strong>
          {can('webhooks:write') && (
            <>
              <Button onClick={() => open('enable')}>{words.bulk.actions.enable}</Button>
              <Button onClick={() => open('disable')}>{words.bulk.actions.disable}</Button>
            </>
          )}
          {can('webhooks:delete') && (
            <Button kind="danger" onClick={() => open('delete')}>
              {words.bulk.actions.delete}
            </Button>
          )}
          <Button kind="quiet" onClick={() => onSelect(new Set())}>
            {words.bulk.clear}
          </Button>
        </fieldset>
      )}
      {change !== undefined && (
        <BulkEndpoints
          change={change}
          rows={begun}
          onClose={(failed) => {
            setChange(undefined)
            onSelect(new Set(failed))
            onDone()
          }}
        />
      )}
    </>
  )
}
