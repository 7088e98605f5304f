import { useEffect } from 'react'
import { type OperatorQuery, operator } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { tierText } from '../keys/key-status.tsx'
import { OperatorDeliveries } from './operator-deliveries.tsx'
import { OperatorOrganizations } from './operator-organizations.tsx'
import { QueueTiles, TodayTiles } from './operator-tiles.tsx'
import { UnknownKeys } from './unknown-keys.tsx'
import { rememberOperatorPage } from './visit-banner.tsx'

const words = texts.operator
const { workerColumns, tierColumns } = words
/** Figures of the installation are counted every ten seconds, so that half of that shows each of them soon. */
const REFRESH_MS = 5_000
type Overview = OperatorQuery['operatorOverview']

const WORKER_TONES: Record<string, Tone> = { ALIVE: 'good', LOST: 'bad', STOPPED: 'idle' }
const WORKERS: readonly Column<Overview['workers'][number]>[] = [
  { title: workerColumns.host, cell: ({ host }) => host },
  { title: workerColumns.mode, cell: ({ mode }) => mode.toLowerCase() },
  {
    title: workerColumns.status,
    cell: ({ status }) => <Badge tone={WORKER_TONES[status] ?? 'idle'}>{words.workerStatus[status] ?? status}</Badge>,
  },
  { title: workerColumns.started, cell: ({ startedAt }) => <Time at={startedAt} /> },
  { title: workerColumns.heartbeat, cell: ({ heartbeatAt }) => <Time at={heartbeatAt} /> },
  {
    title: workerColumns.load,
    isNumber: true,
    cell: ({ inFlight, concurrency }) => `${inFlight.toLocaleString()} / ${concurrency.toLocaleString()}`,
  },
  { title: workerColumns.version, cell: ({ version }) => version },
]

const count = (value: number) => value.toLocaleString()
const TIERS: readonly Column<Overview['tiers'][number]>[] = [
  { title: tierColumns.tier, cell: ({ tier }) => tierText(tier) },
  { title: tierColumns.requests, isNumber: true, cell: ({ requestsToday }) => count(requestsToday) },
  { title: tierColumns.consumers, isNumber: true, cell: ({ consumersToday }) => count(consumersToday) },
  { title: tierColumns.limits, isNumber: true, cell: ({ limitHitsToday }) => count(limitHitsToday) },
  { title: tierColumns.active, isNumber: true, cell: ({ active }) => count(active) },
  {
    title: tierColumns.inactive,
    isNumber: true,
    cell: ({ disabled, expired, revoked }) => count(disabled + expired + revoked),
  },
]

/** The whole installation, for the people of the operator. */
export default function Operator() {
  const { viewer, visit } = useSession()
  const filters = useFilters()
  const answer = useRead(operator, {})
  useEvery(REFRESH_MS, answer.refresh)
  useEffect(() => {
    if (visit === undefined) rememberOperatorPage(viewer.organization.id)
  }, [visit, viewer])
  const tab = filters.get('tab')
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Answered answer={answer}>
        {({ operatorOverview }) => (
          <>
            <QueueTiles queue={operatorOverview.queue} />
            <TodayTiles day={operatorOverview.day} tiers={operatorOverview.tiers} />
          </>
        )}
      </Answered>
      <Tabs label={words.tabsLabel} tabs={words.tabs} selected={tab} onSelect={(value) => filters.set('tab', value)} />
      {tab === '' && <OperatorOrganizations />}
      {tab === 'deliveries' && <OperatorDeliveries />}
      {tab === 'keys' && (
        <>
          <Answered answer={answer}>
            {({ operatorOverview: { tiers } }) => (
              <Panel title={words.tiers} bare>
                <Table label={words.tiers} columns={TIERS} rows={tiers} keyOf={({ tier }) => tier ?? 'none'} />
              </Panel>
            )}
          </Answered>
          <UnknownKeys />
        </>
      )}
      {tab === 'workers' && (
        <Answered answer={answer}>
          {({ operatorOverview: { workers } }) => (
            <Panel title={words.workers} bare>
              {workers.length === 0 ? (
                <Empty title={words.noWorkers} hint={words.noWorkersHint} />
              ) : (
                <Table label={words.workers} columns={WORKERS} rows={workers} keyOf={({ id }) => id} />
              )}
            </Panel>
          )}
        </Answered>
      )}
    </>
  )
}
