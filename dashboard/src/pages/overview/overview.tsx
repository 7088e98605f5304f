import { lazy, Suspense, useMemo } from 'react'
import { formatDuration, formatPerSecond, formatShare } from '../../graph/format.ts'
import { endpointUpdates, type OverviewQuery, overview } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty, Loading } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Tile } from '../../ui/tile.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { EndpointState } from '../endpoints/endpoint-health.tsx'
import { FirstSteps } from './first-steps.tsx'

const Chart = lazy(() => import('../../ui/chart.tsx'))
const words = texts.overview
const { tiles, series, columns: titles } = words
/** Minutes are counted a few times a minute, so that reading more often shows nothing new. */
const REFRESH_MS = 10_000
const DAYS_SHOWN = 30
const DAY_MS = 86_400_000

/** How the organization is doing now: rates, backlog, and what needs a person. */
export default function Overview() {
  const answer = useRead(overview, {})
  useEvery(REFRESH_MS, answer.refresh)
  useUpdates(endpointUpdates, {}, () => answer.refresh())
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Answered answer={answer}>{(data) => <Figures data={data} />}</Answered>
    </>
  )
}

type KeyNearLimit = NonNullable<OverviewQuery['overview']['keysNearLimit']>[number]
type Endpoint = OverviewQuery['webhookEndpoints']['nodes'][number]

const KEYS: readonly Column<KeyNearLimit>[] = [
  { title: titles.key, cell: ({ apiKey }) => apiKey.name },
  { title: titles.window, cell: ({ window }) => window.name },
  { title: titles.used, isNumber: true, cell: ({ usedShare }) => formatShare(usedShare) },
  { title: titles.reset, cell: ({ window }) => <Time at={window.resetAt} /> },
]
const ENDPOINTS: readonly Column<Endpoint>[] = [
  { title: texts.endpoints.columns.url, cell: ({ url }) => <span className="cell-line">{url}</span> },
  { title: texts.endpoints.columns.health, cell: (row) => <EndpointState endpoint={row} /> },
  {
    title: texts.endpoints.columns.failure,
    cell: ({ health }) => <span className="cell-text">{health.lastFailure}</span>,
  },
]

function Figures({ data }: { data: OverviewQuery }) {
  const { lastHour, backlog, keysNearLimit } = data.overview
  const { nodes: failing, total } = data.webhookEndpoints
  const { days } = data.deliveryStats
  const isNew = days.every(({ total }) => total === 0)
  return (
    <>
      <div className="tiles">
        {/* The last whole minute: the current one is still being counted. */}
        <Tile title={tiles.perSecond} value={formatPerSecond(lastHour.minutes.at(-2)?.created ?? 0)} />
        <Tile title={tiles.success} value={formatShare(lastHour.successShare)} />
        <Tile title={tiles.p95} value={formatDuration(lastHour.p95Duration)} />
        <Tile title={tiles.due} value={texts.total(backlog.due)} />
        <Tile title={tiles.later} value={texts.total(backlog.later)} />
        <Tile title={tiles.held} value={texts.total(backlog.held)} />
        <Tile title={tiles.dead} value={texts.total(backlog.dead)} tone={backlog.dead.count > 0 ? 'bad' : undefined} />
        <Tile title={tiles.failing} value={texts.total(total)} tone={total.count > 0 ? 'bad' : undefined} />
      </div>
      {isNew && <FirstSteps />}
      <div className="columns">
        <Panel title={words.lastHour}>
          <Minutes minutes={lastHour.minutes} />
        </Panel>
        <Panel title={words.days}>
          <Days days={days} />
        </Panel>
      </div>
      <div className="columns">
        <Panel title={words.failing} bare>
          {failing.length === 0 ? (
            <Empty title={words.allWell} hint={words.allWellHint} />
          ) : (
            <Table
              label={words.failing}
              columns={ENDPOINTS}
              rows={failing}
              keyOf={({ id }) => id}
              hrefOf={({ id }) => `/endpoints/${id}`}
            />
          )}
        </Panel>
        {keysNearLimit !== null && (
          <Panel title={words.nearLimit} bare>
            {keysNearLimit.length === 0 ? (
              <Empty title={words.noneNear} hint={words.noneNearHint} />
            ) : (
              <Table
                label={words.nearLimit}
                columns={KEYS}
                rows={keysNearLimit}
                keyOf={({ apiKey }) => apiKey.id}
                hrefOf={({ apiKey }) => `/keys/${apiKey.id}`}
              />
            )}
          </Panel>
        )}
      </div>
    </>
  )
}

function Minutes({ minutes }: { minutes: OverviewQuery['overview']['lastHour']['minutes'] }) {
  const times = useMemo(() => minutes.map(({ at }) => at), [minutes])
  const lines = useMemo(
    () => [
      { name: series.created, color: '--busy', values: minutes.map(({ created }) => created) },
      { name: series.succeeded, color: '--good', values: minutes.map(({ succeeded }) => succeeded) },
      { name: series.failed, color: '--bad', values: minutes.map(({ failed }) => failed) },
    ],
    [minutes],
  )
  return (
    <Suspense fallback={<Loading />}>
      <Chart title={words.lastHour} times={times} series={lines} />
    </Suspense>
  )
}

function Days({ days }: { days: OverviewQuery['deliveryStats']['days'] }) {
  const shown = useMemo(() => withEmptyDays(days), [days])
  const times = useMemo(() => shown.map(({ day }) => day), [shown])
  const lines = useMemo(
    () => [
      { name: series.succeeded, color: '--good', values: shown.map(({ succeeded }) => succeeded) },
      { name: series.dead, color: '--bad', values: shown.map(({ dead }) => dead) },
    ],
    [shown],
  )
  return (
    <Suspense fallback={<Loading />}>
      <Chart title={words.days} times={times} series={lines} />
    </Suspense>
  )
}

type Day = Pick<OverviewQuery['deliveryStats']['days'][number], 'day' | 'succeeded' | 'dead'>

/** The last 30 days, of which the server leaves out those without deliveries. */
function withEmptyDays(days: readonly Day[]): Day[] {
  const known = new Map(days.map((day) => [day.day.slice(0, 10), day]))
  return Array.from({ length: DAYS_SHOWN }, (_, n) => {
    const day = new Date(Date.now() - (DAYS_SHOWN - 1 - n) * DAY_MS).toISOString().slice(0, 10)
    return known.get(day) ?? { day: `${day}T00:00:00.000Z`, succeeded: 0, dead: 0 }
  })
}
