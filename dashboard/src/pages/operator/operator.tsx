import { formatSeconds, formatShare } from '../../graph/format.ts'
import { type OperatorOrganizationOrder, type OperatorQuery, operator } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Tile } from '../../ui/tile.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { tierText } from '../keys/key-status.tsx'
import { OperatorDeliveries } from './operator-deliveries.tsx'

const words = texts.operator
const { columns: titles, workerColumns, tierColumns } = words
const REFRESH_MS = 10_000
type Overview = OperatorQuery['operatorOverview']
type Row = OperatorQuery['operatorOrganizations']['nodes'][number]

const ORGANIZATIONS: readonly Column<Row>[] = [
  { title: titles.name, cell: ({ organization }) => organization.name },
  { title: titles.oldest, cell: ({ oldestDueAt }) => <Time at={oldestDueAt} never="–" /> },
  { title: titles.waiting, isNumber: true, cell: ({ waiting }) => texts.total(waiting) },
  { title: titles.failing, isNumber: true, cell: ({ failingEndpoints }) => failingEndpoints.toLocaleString() },
  { title: titles.failures, isNumber: true, cell: ({ failureShareToday }) => formatShare(failureShareToday) },
  { title: titles.limits, isNumber: true, cell: ({ limitHitsToday }) => limitHitsToday.toLocaleString() },
  { title: titles.requests, isNumber: true, cell: ({ requestsToday }) => requestsToday.toLocaleString() },
  {
    title: titles.tiers,
    cell: ({ keysByTier }) => keysByTier.map(({ tier, count }) => `${tierText(tier)} ${count}`).join(', '),
  },
]

const WORKER_TONES: Record<string, Tone> = { ALIVE: 'good', LOST: 'bad', STOPPED: 'idle' }
const WORKERS: readonly Column<Overview['workers'][number]>[] = [
  { title: workerColumns.host, cell: ({ host }) => host },
  { title: workerColumns.mode, cell: ({ mode }) => mode.toLowerCase() },
  {
    title: workerColumns.status,
    cell: ({ status }) => <Badge tone={WORKER_TONES[status] ?? 'idle'}>{words.workerStatus[status] ?? status}</Badge>,
  },
  { title: workerColumns.heartbeat, cell: ({ heartbeatAt }) => <Time at={heartbeatAt} /> },
  {
    title: workerColumns.load,
    isNumber: true,
    cell: ({ inFlight, concurrency }) => `${inFlight.toLocaleString()} / ${concurrency.toLocaleString()}`,
  },
  { title: workerColumns.version, cell: ({ version }) => version },
]

const TIERS: readonly Column<Overview['tiers'][number]>[] = [
  { title: tierColumns.tier, cell: ({ tier }) => tierText(tier) },
  { title: tierColumns.active, isNumber: true, cell: ({ active }) => active.toLocaleString() },
  { title: tierColumns.consumers, isNumber: true, cell: ({ consumersToday }) => consumersToday.toLocaleString() },
  { title: tierColumns.requests, isNumber: true, cell: ({ requestsToday }) => requestsToday.toLocaleString() },
  { title: tierColumns.limits, isNumber: true, cell: ({ limitHitsToday }) => limitHitsToday.toLocaleString() },
]

/** The whole installation, for the people of the operator. */
export default function Operator() {
  const filters = useFilters()
  const [order, after] = [filters.get('order'), filters.given('after')]
  const answer = useRead(operator, {
    first: 50,
    ...(order && { orderBy: order as OperatorOrganizationOrder }),
    ...(after && { after }),
  })
  useEvery(REFRESH_MS, answer.refresh)
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Answered answer={answer}>
        {({ operatorOverview, operatorOrganizations: { nodes, pageInfo } }) => (
          <>
            <Totals overview={operatorOverview} />
            <Panel
              title={words.organizations}
              sent={answer.sent}
              aside={
                <SelectField
                  label={words.order}
                  options={words.orders}
                  value={order}
                  onChange={(event) => filters.set('order', event.target.value)}
                />
              }
              bare
            >
              <Table
                label={words.organizations}
                columns={ORGANIZATIONS}
                rows={nodes}
                keyOf={({ organization }) => organization.id}
                hrefOf={({ organization }) => `~/dashboard/${organization.id}`}
              />
              <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
            </Panel>
            <div className="columns">
              <Panel title={words.workers} bare>
                <Table label={words.workers} columns={WORKERS} rows={operatorOverview.workers} keyOf={({ id }) => id} />
              </Panel>
              <Panel title={words.tiers} bare>
                <Table
                  label={words.tiers}
                  columns={TIERS}
                  rows={operatorOverview.tiers}
                  keyOf={({ tier }) => tier ?? 'none'}
                />
              </Panel>
            </div>
          </>
        )}
      </Answered>
      <OperatorDeliveries />
    </>
  )
}

function Totals({ overview: { day, queue } }: { overview: Overview }) {
  const { tiles, queueTiles } = words
  return (
    <div className="tiles">
      <Tile title={tiles.delivered} value={day.delivered.toLocaleString()} />
      <Tile title={tiles.failed} value={day.failedAttempts.toLocaleString()} />
      <Tile title={tiles.dead} value={day.dead.toLocaleString()} tone={day.dead > 0 ? 'bad' : undefined} />
      <Tile title={queueTiles.due} value={texts.total(queue.due)} />
      <Tile title={queueTiles.later} value={texts.total(queue.later)} />
      <Tile title={queueTiles.inFlight} value={texts.total(queue.inFlight)} />
      <Tile title={queueTiles.held} value={texts.total(queue.held)} />
      <Tile
        title={queueTiles.oldest}
        value={queue.oldestDueSeconds === null ? '–' : formatSeconds(Math.round(queue.oldestDueSeconds))}
      />
    </div>
  )
}
