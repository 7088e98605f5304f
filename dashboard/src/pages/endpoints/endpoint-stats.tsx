import { lazy, Suspense } from 'react'
import { formatDuration, formatShare } from '../../graph/format.ts'
import type { EndpointQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { Loading } from '../../ui/states.tsx'
import { Tile } from '../../ui/tile.tsx'

const Chart = lazy(() => import('../../ui/chart.tsx'))
const words = texts.endpoints.stats
type Stats = EndpointQuery['deliveryStats']

const DAYS = 30
const DAY_MS = 86_400_000

export function EndpointStats({ stats }: { stats: Stats }) {
  return (
    <div className="tiles">
      <Tile title={words.total} value={stats.total.toLocaleString()} />
      <Tile title={words.success} value={formatShare(stats.successRate)} />
      <Tile title={words.waiting} value={(stats.pending + stats.retrying).toLocaleString()} />
      <Tile title={words.held} value={stats.held.toLocaleString()} />
      <Tile title={words.dead} value={stats.dead.toLocaleString()} tone={stats.dead > 0 ? 'bad' : undefined} />
      <Tile title={words.p95} value={formatDuration(stats.p95Duration)} />
      <Tile
        title={words.retries}
        value={stats.meanRetries?.toLocaleString(undefined, { maximumFractionDigits: 2 }) ?? '–'}
      />
    </div>
  )
}

/** Deliveries of the last 30 days, days without any included. */
export function EndpointDays({ days }: { days: Stats['days'] }) {
  const known = new Map(days.map((day) => [Date.parse(day.day), day]))
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const times = Array.from({ length: DAYS }, (_, index) => today - (DAYS - 1 - index) * DAY_MS)
  const values = (of: (day: Stats['days'][number]) => number) =>
    times.map((time) => {
      const day = known.get(time)
      return day === undefined ? 0 : of(day)
    })
  const series = [
    { name: words.succeeded, color: '--good', values: values((day) => day.succeeded) },
    { name: words.failed, color: '--warn', values: values((day) => day.failed) },
    { name: words.dead, color: '--bad', values: values((day) => day.dead) },
  ]
  return (
    <Panel title={texts.endpoints.statistics}>
      <Suspense fallback={<Loading />}>
        <Chart
          title={texts.endpoints.statistics}
          times={times.map((time) => new Date(time).toISOString())}
          series={series}
        />
      </Suspense>
    </Panel>
  )
}
