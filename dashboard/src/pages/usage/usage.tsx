import { lazy, Suspense, useMemo } from 'react'
import { useClient } from 'urql'
import { documentOf } from '../../graph/documents.ts'
import { formatDuration, formatShare } from '../../graph/format.ts'
import { type UsageQuery, usage, usageCsv } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Panel } from '../../ui/panel.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { Answered, Empty, Loading } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Tile } from '../../ui/tile.tsx'
import { toast } from '../../ui/toasts.tsx'
import { useFilters } from '../../ui/use-filters.ts'

const Chart = lazy(() => import('../../ui/chart.tsx'))
const words = texts.usage
const { tiles, series, columns: titles } = words
const HOUR_MS = 3_600_000
const DEFAULT_HOURS = '24'
type Share = UsageQuery['usage']['byOperation'][number]

const SHARES: readonly Column<Share>[] = [
  { title: titles.value, cell: ({ value }) => value },
  { title: titles.requests, isNumber: true, cell: ({ requests }) => requests.toLocaleString() },
  { title: titles.errors, isNumber: true, cell: ({ errorRate }) => formatShare(errorRate) },
  { title: titles.p95, isNumber: true, cell: ({ p95Duration }) => formatDuration(p95Duration) },
]

/** Requests with the keys of the organization. */
export default function Usage() {
  const filters = useFilters()
  const client = useClient()
  const hours = filters.get('hours') || DEFAULT_HOURS
  // The start stands still while the page is open, so that the answer stays in the cache.
  const filter = useMemo(() => ({ from: new Date(Date.now() - Number(hours) * HOUR_MS).toISOString() }), [hours])
  const answer = useRead(usage, { filter })

  async function exportCsv() {
    const { data, error } = await client.query(documentOf(usageCsv), { filter })
    if (data === undefined) toast(error?.message ?? '', 'bad')
    else saveFile('usage.csv', 'text/csv', data.usage.csv)
  }

  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        <Button onClick={exportCsv}>{words.export}</Button>
      </div>
      <div className="filters">
        <SelectField
          label={words.range}
          options={words.ranges}
          value={hours}
          onChange={(event) => filters.set('hours', event.target.value)}
        />
      </div>
      <Answered answer={answer}>{({ usage }) => <Figures usage={usage} />}</Answered>
    </>
  )
}

function Figures({ usage: { totals, series: points, uniqueKeys, byOperation, byStatus, byTier } }: UsageQuery) {
  const times = useMemo(() => points.map(({ at }) => at), [points])
  const lines = useMemo(
    () => [
      { name: series.requests, color: '--busy', values: points.map(({ requests }) => requests) },
      { name: series.failed, color: '--bad', values: points.map(({ failed }) => failed) },
      { name: series.rateLimited, color: '--warn', values: points.map(({ rateLimited }) => rateLimited) },
    ],
    [points],
  )
  if (totals.requests === 0) return <Empty title={words.empty} hint={words.emptyHint} />
  return (
    <>
      <div className="tiles">
        <Tile title={tiles.requests} value={totals.requests.toLocaleString()} />
        <Tile title={tiles.errors} value={formatShare(totals.errorRate)} />
        <Tile title={tiles.limited} value={totals.rateLimited.toLocaleString()} />
        <Tile title={tiles.keys} value={uniqueKeys.toLocaleString()} />
        <Tile title={tiles.p50} value={formatDuration(totals.p50Duration)} />
        <Tile title={tiles.p95} value={formatDuration(totals.p95Duration)} />
        <Tile title={tiles.p99} value={formatDuration(totals.p99Duration)} />
      </div>
      <Panel title={words.chart}>
        <Suspense fallback={<Loading />}>
          <Chart title={words.chart} times={times} series={lines} />
        </Suspense>
      </Panel>
      <Panel title={words.byOperation} bare>
        <Table label={words.byOperation} columns={SHARES} rows={byOperation} keyOf={({ value }) => value} />
      </Panel>
      <div className="columns">
        <Shares title={words.byStatus} shares={byStatus} />
        <Shares title={words.byTier} shares={byTier} />
      </div>
    </>
  )
}

type Counted = Pick<Share, 'value' | 'requests'>
const COUNTS: readonly Column<Counted>[] = [
  { title: titles.value, cell: ({ value }) => value || texts.keys.noTier },
  { title: titles.requests, isNumber: true, cell: ({ requests }) => requests.toLocaleString() },
]

function Shares({ title, shares }: { title: string; shares: readonly Counted[] }) {
  return (
    <Panel title={title} bare>
      <Table label={title} columns={COUNTS} rows={shares} keyOf={({ value }) => value} />
    </Panel>
  )
}
