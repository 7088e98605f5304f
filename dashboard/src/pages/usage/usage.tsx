import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { useClient } from 'urql'
import { documentOf } from '../../graph/documents.ts'
import { formatDuration, formatShare } from '../../graph/format.ts'
import {
  type ApiKeyTier,
  invalidKeyUsage,
  keyNames,
  type PeopleUsageQuery,
  peopleUsage,
  type UsageFilter,
  type UsageQuery,
  usage,
} from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Panel } from '../../ui/panel.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { Answered, Empty, Loading } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Tile } from '../../ui/tile.tsx'
import { toast } from '../../ui/toasts.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { UnknownKeys } from '../operator/unknown-keys.tsx'
import { Shares } from './shares.tsx'
import { linesOf } from './usage-lines.ts'

const Chart = lazy(() => import('../../ui/chart.tsx'))
const words = texts.usage
const { tiles } = words
const HOUR_MS = 3_600_000
const REFRESH_MS = 5_000
const DEFAULT_HOURS = '24'
const NO_TIER = 'NONE'
const UNKNOWN_KEY = 'unknown'

/** What a person can pick in the tables, by the name of its filter in the address. */
const PICKED = ['operation', 'status', 'tier', 'key'] as const
type Picked = (typeof PICKED)[number]
type Figures = UsageQuery['usage'] | PeopleUsageQuery['peopleUsage']
type Source = keyof typeof words.tabs

/** Requests with the keys of the organization, and apart from them those of its people. */
export default function Usage() {
  const { can } = useSession()
  const filters = useFilters()
  const source = sourceOf(filters.get('of'), can('platform:read'))
  const sources = (Object.keys(words.tabs) as Source[]).filter((name) => name !== 'unknown' || can('platform:read'))
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Tabs
        label={words.tabsLabel}
        tabs={sources.map((name) => [name, words.tabs[name]])}
        selected={source}
        onSelect={(name) => filters.set('of', name)}
      />
      <p className="muted">{words.about[source]}</p>
      <UsageSource key={source} source={source} filters={filters} />
      {source === 'unknown' && <UnknownKeys />}
    </>
  )
}

function sourceOf(text: string, maySeeUnknown: boolean): Source {
  if (text === 'people') return text
  return text === 'unknown' && maySeeUnknown ? text : 'keys'
}

function UsageSource({ source, filters }: { source: Source; filters: ReturnType<typeof useFilters> }) {
  const client = useClient()
  const hours = filters.get('hours') || DEFAULT_HOURS
  const [operation, status, tier, keyId] = PICKED.map(filters.given)
  const isKeys = source === 'keys'
  const filter = useMemo(
    (): UsageFilter => ({
      // The start stands still while the page is open, so that the answer stays in the cache.
      from: new Date(Date.now() - Number(hours) * HOUR_MS).toISOString(),
      ...(operation && { operation }),
      ...(status && { status: Number(status) }),
      ...(isKeys && tier && { tier: tier as ApiKeyTier }),
      ...(isKeys && keyId && { keyId }),
    }),
    [hours, operation, status, tier, keyId, isKeys],
  )
  const answers = {
    keys: useRead(usage, { filter }, { pause: source !== 'keys' }),
    people: useRead(peopleUsage, { filter }, { pause: source !== 'people' }),
    unknown: useRead(invalidKeyUsage, { filter }, { pause: source !== 'unknown' }),
  }
  const answer = answers[source]
  useEvery(REFRESH_MS, answer.refresh)
  const figures: Figures | undefined = figuresOf(answers)
  const nameOf = useKeyNames(figures)

  async function exportCsv() {
    const operations = { keys: usage, people: peopleUsage, unknown: invalidKeyUsage }
    const { data, error } = await client
      .query(
        documentOf(operations[source] as typeof usage),
        { filter, withCsv: true },
        { requestPolicy: 'network-only' },
      )
      .toPromise()
    const csv = data && Object.values(data as Record<string, { csv?: string }>)[0]?.csv
    if (csv === undefined) toast(error?.message ?? '', 'bad')
    else saveFile(`usage-${source}.csv`, 'text/csv', csv)
  }

  const chosen = PICKED.filter(
    (name) => filters.get(name) !== '' && (isKeys || name === 'operation' || name === 'status'),
  )
  const nameOfChoice = (name: Picked) =>
    name === 'key' ? nameOf(filters.get(name)) : name === 'tier' ? tierName(filters.get(name)) : filters.get(name)
  return (
    <>
      <div className="filters">
        <SelectField
          label={words.range}
          options={words.ranges}
          value={hours}
          onChange={(event) => filters.set('hours', event.target.value)}
        />
        {chosen.map((name) => (
          <Button
            key={name}
            aria-label={words.unfilter(nameOfChoice(name))}
            onClick={() => filters.set(name, undefined)}
          >
            {words.filtered} {nameOfChoice(name)} ×
          </Button>
        ))}
        <Button onClick={exportCsv}>{words.export}</Button>
      </div>
      <Answered<Figures> answer={{ data: figures, fault: answer.fault, sent: answer.sent, refresh: answer.refresh }}>
        {(usage) => (
          <UsageFigures usage={usage}>
            <Shares
              title={words.byOperation}
              shares={usage.byOperation}
              onPick={(value) => filters.set('operation', value)}
            />
            <div className="columns">
              <Shares title={words.byStatus} shares={usage.byStatus} onPick={(value) => filters.set('status', value)} />
              {'byTier' in usage && <TierShares usage={usage} onPick={(value) => filters.set('tier', value)} />}
            </div>
            {'byKey' in usage && (
              <Shares
                title={words.byKey}
                shares={usage.byKey}
                nameOf={nameOf}
                onPick={(value) => filters.set('key', value)}
              />
            )}
          </UsageFigures>
        )}
      </Answered>
    </>
  )
}

const figuresOf = ({
  keys,
  people,
  unknown,
}: {
  keys: { data: UsageQuery | undefined }
  people: { data: PeopleUsageQuery | undefined }
  unknown: { data: { invalidKeyUsage: Figures } | undefined }
}): Figures | undefined => keys.data?.usage ?? people.data?.peopleUsage ?? unknown.data?.invalidKeyUsage

const tierName = (value: string): string =>
  value === NO_TIER || value === '' ? words.noTier : (texts.keys.tier[value] ?? value)

/** Keys without a tier cannot be filtered for, so that their row leads nowhere. */
function TierShares({ usage: { byTier }, onPick }: { usage: UsageQuery['usage']; onPick: (value: string) => void }) {
  const isPickable = byTier.every(({ value }) => value !== NO_TIER)
  return <Shares title={words.byTier} shares={byTier} nameOf={tierName} onPick={isPickable ? onPick : undefined} />
}

/** Names of the keys of an answer; ids until they are known. */
function useKeyNames(figures: Figures | undefined): (id: string) => string {
  const { can } = useSession()
  const ids = figures !== undefined && 'byKey' in figures ? figures.byKey.map(({ value }) => value) : []
  const list = ids.filter((id) => id !== UNKNOWN_KEY).toSorted()
  const { data } = useRead(keyNames, { ids: list }, { pause: list.length === 0 || !can('keys:read') })
  const names = new Map(
    data?.nodes.flatMap((node) => (node?.__typename === 'ApiKey' ? [[node.id, node.name] as const] : [])),
  )
  return (id) => (id === UNKNOWN_KEY ? words.unknownKey : (names.get(id) ?? id))
}

interface FiguresProps {
  usage: Figures
  /** The tables by property. */
  children: ReactNode
}

function UsageFigures({ usage, children }: FiguresProps) {
  const { totals } = usage
  const { times, lines } = useMemo(() => linesOf(usage), [usage])
  if (totals.requests === 0) return <Empty title={words.empty} hint={words.emptyHint} />
  return (
    <>
      <div className="tiles">
        <Tile title={tiles.requests} value={totals.requests.toLocaleString()} />
        <Tile title={tiles.errors} value={formatShare(totals.errorRate)} />
        <Tile title={tiles.limited} value={totals.rateLimited.toLocaleString()} />
        {'uniqueKeys' in usage && <Tile title={tiles.keys} value={usage.uniqueKeys.toLocaleString()} />}
        <Tile title={tiles.p50} value={formatDuration(totals.p50Duration)} />
        <Tile title={tiles.p95} value={formatDuration(totals.p95Duration)} />
        <Tile title={tiles.p99} value={formatDuration(totals.p99Duration)} />
      </div>
      <Panel title={words.chart}>
        <Suspense fallback={<Loading />}>
          <Chart title={words.chart} times={times} series={lines} />
        </Suspense>
      </Panel>
      {children}
    </>
  )
}
