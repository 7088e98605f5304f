import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { type EndpointsQuery, endpoints, endpointUpdates } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { CreateEndpoint } from './create-endpoint.tsx'
import { EndpointState } from './endpoint-health.tsx'

const words = texts.endpoints
const { columns: titles } = words
type Row = EndpointsQuery['webhookEndpoints']['nodes'][number]

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
  { title: titles.types, cell: ({ eventTypes }) => <span className="cell-line mono">{eventTypes.join(', ')}</span> },
  { title: titles.failure, cell: ({ health }) => <span className="cell-line">{health.lastFailure}</span> },
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
  useUpdates(endpointUpdates, {}, ({ webhookEndpointUpdates: { gap, webhookEndpoint } }) => {
    const isShown = answer.data?.webhookEndpoints.nodes.some(({ id }) => id === webhookEndpoint?.id)
    if (gap || !isShown) answer.refresh()
  })

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
        {({ webhookEndpoints: { nodes, total, pageInfo } }) => (
          <Panel
            title={words.title}
            sent={answer.sent}
            aside={<span className="muted">{texts.total(total)}</span>}
            bare
          >
            {nodes.length === 0 ? (
              <Empty title={filters.isEmpty ? words.empty : words.emptyFiltered} hint={words.emptyHint} />
            ) : (
              <Table
                label={words.title}
                columns={COLUMNS}
                rows={nodes}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => `/endpoints/${id}`}
              />
            )}
            <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
          </Panel>
        )}
      </Answered>
      {isCreating && (
        <CreateEndpoint onClose={() => setCreating(false)} onCreated={(id) => navigate(`/endpoints/${id}`)} />
      )}
    </>
  )
}
