import { useMemo, useState } from 'react'
import {
  type ApiKeyEnvironment,
  type ApiKeyFilter,
  type ApiKeyStatus,
  type ApiKeyTier,
  type KeysQuery,
  keys,
  keyUpdates,
} from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { CreateKey, PlanForbidsKeys } from './create-key.tsx'
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
const TIERS = [ALL, ...Object.entries(words.tier)] as const
const UNUSED_MS = 90 * 86_400_000

/** The filter that the address holds. */
function useKeyFilter({ given }: ReturnType<typeof useFilters>): ApiKeyFilter {
  const [search, status, environment, tier, attention] = ['search', 'status', 'environment', 'tier', 'attention'].map(
    given,
  )
  return useMemo(
    () => ({
      ...(search && { search }),
      ...(status && { statuses: [status as ApiKeyStatus] }),
      ...(environment && { environment: environment as ApiKeyEnvironment }),
      ...(tier && { tiers: [tier as ApiKeyTier] }),
      ...(attention === 'unused' && { lastUsedBefore: new Date(Date.now() - UNUSED_MS).toISOString() }),
      ...(attention === 'left' && { creatorIsMember: false }),
    }),
    [search, status, environment, tier, attention],
  )
}

/** API keys of the organization, kept current. */
export default function Keys() {
  const { viewer, can } = useSession()
  const filters = useFilters()
  const [isCreating, setCreating] = useState(false)
  const after = filters.given('after')
  const filter = useKeyFilter(filters)
  const answer = useRead(keys, { filter, first: 50, ...(after && { after }) })
  useUpdates(keyUpdates, {}, ({ apiKeyUpdates: { gap, apiKey } }) => {
    const isShown = answer.data?.apiKeys.nodes.some(({ id }) => id === apiKey?.id)
    // A changed key may leave a filtered list.
    if (gap || !isShown || !filters.isEmpty) answer.refresh()
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
      {planForbids && <PlanForbidsKeys />}
      <search className="filters">
        <SearchField
          label={words.filters.search}
          value={filters.get('search')}
          onSearch={(text) => filters.set('search', text)}
        />
        {(
          [
            ['status', STATUSES],
            ['environment', ENVIRONMENTS],
            ['tier', TIERS],
            ['attention', words.attention],
          ] as const
        ).map(([name, options]) => (
          <SelectField
            key={name}
            label={words.filters[name]}
            options={options}
            value={filters.get(name)}
            onChange={(event) => filters.set(name, event.target.value)}
          />
        ))}
        {!filters.isEmpty && <Button onClick={filters.clear}>{words.filters.clear}</Button>}
      </search>
      <Answered answer={answer}>
        {({ apiKeys: list }) => (
          <ListPanel words={words} list={list} filters={filters}>
            <Table
              label={words.title}
              columns={COLUMNS}
              rows={list.nodes}
              keyOf={({ id }) => id}
              hrefOf={({ id }) => `/keys/${id}`}
            />
          </ListPanel>
        )}
      </Answered>
      {isCreating && <CreateKey onClose={() => setCreating(false)} onCreated={answer.refresh} />}
    </>
  )
}
