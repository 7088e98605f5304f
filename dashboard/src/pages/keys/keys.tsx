import { useMemo, useState } from 'react'
import { type ApiKeyEnvironment, type ApiKeyStatus, type KeysQuery, keys, keyUpdates } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { CreateKey } from './create-key.tsx'
import { KeyStatus, tierText } from './key-status.tsx'

const words = texts.keys
const { columns: titles } = words
type Row = KeysQuery['apiKeys']['nodes'][number]

const COLUMNS: readonly Column<Row>[] = [
  {
    title: titles.name,
    cell: ({ name, displayPrefix }) => (
      <>
        <span className="cell-line">{name}</span>
        <span className="cell-line mono muted">{displayPrefix}…</span>
      </>
    ),
  },
  { title: titles.status, cell: ({ status }) => <KeyStatus status={status} /> },
  { title: titles.environment, cell: ({ environment }) => words.environment[environment] },
  { title: titles.tier, cell: ({ tier }) => tierText(tier) },
  { title: titles.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} never={words.neverUsed} /> },
  { title: titles.expires, cell: ({ expiresAt }) => <Time at={expiresAt} never={words.neverExpires} /> },
]

const ALL = ['', words.filters.all] as const
const STATUSES = [ALL, ...Object.entries(words.status)] as const
const ENVIRONMENTS = [ALL, ...Object.entries(words.environment)] as const

/** API keys of the organization, kept current. */
export default function Keys() {
  const { viewer, can } = useSession()
  const filters = useFilters()
  const [isCreating, setCreating] = useState(false)
  const [search, status, environment, after] = ['search', 'status', 'environment', 'after'].map(filters.given)
  const filter = useMemo(
    () => ({
      ...(search && { search }),
      ...(status && { statuses: [status as ApiKeyStatus] }),
      ...(environment && { environment: environment as ApiKeyEnvironment }),
    }),
    [search, status, environment],
  )
  const answer = useRead(keys, { filter, first: 50, ...(after && { after }) })
  useUpdates(keyUpdates, {}, ({ apiKeyUpdates: { gap, apiKey } }) => {
    const isShown = answer.data?.apiKeys.nodes.some(({ id }) => id === apiKey?.id)
    if (gap || !isShown) answer.refresh()
  })
  // Only the operator creates keys under this plan.
  const planForbids = viewer.organization.plan === 'STARTER' && !can('platform:write')

  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {can('keys:write') && !planForbids && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            {words.create}
          </Button>
        )}
      </div>
      {planForbids && (
        <p className="notice" data-tone="warn" role="alert">
          {words.planForbids}
        </p>
      )}
      <div className="filters">
        <SearchField
          label={words.filters.search}
          value={filters.get('search')}
          onSearch={(text) => filters.set('search', text)}
        />
        <SelectField
          label={words.filters.status}
          options={STATUSES}
          value={filters.get('status')}
          onChange={(event) => filters.set('status', event.target.value)}
        />
        <SelectField
          label={words.filters.environment}
          options={ENVIRONMENTS}
          value={filters.get('environment')}
          onChange={(event) => filters.set('environment', event.target.value)}
        />
      </div>
      <Answered answer={answer}>
        {({ apiKeys: { nodes, total, pageInfo } }) => (
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
                hrefOf={({ id }) => `/keys/${id}`}
              />
            )}
            <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
          </Panel>
        )}
      </Answered>
      {isCreating && <CreateKey onClose={() => setCreating(false)} onCreated={answer.refresh} />}
    </>
  )
}
