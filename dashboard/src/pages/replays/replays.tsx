import { useState } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import { type ReplaysQuery, replayCancel, replays, replayUpdates } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { JobStatus } from '../../ui/job-status.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { CreateReplay } from './create-replay.tsx'

const words = texts.replays
const { columns: titles } = words
type Row = ReplaysQuery['replays']['nodes'][number]

/** New replays of other people have no live message; running ones are followed each by its own. */
const REFRESH_MS = 5_000

const COLUMNS: readonly Column<Row>[] = [
  {
    title: titles.endpoint,
    cell: ({ endpoint }) => (
      <>
        <span className="cell-line">{endpointName(endpoint)}</span>
        <span className="cell-line muted">{endpoint.description}</span>
      </>
    ),
  },
  { title: titles.status, cell: (row) => <Progress row={row} /> },
  { title: titles.count, isNumber: true, cell: ({ count }) => texts.jobs.progress(count) },
  { title: titles.filter, cell: (row) => <ReplayFilter row={row} /> },
  {
    title: titles.created,
    cell: ({ createdAt, createdBy }) => (
      <>
        <Time at={createdAt} /> <span className="cell-line muted">{createdBy.name}</span>
      </>
    ),
  },
]

/** Replays of stored events, running ones live. The form opens with an endpoint that the address names. */
export default function Replays() {
  const { can } = useSession()
  const filters = useFilters()
  const [isCreating, setCreating] = useState(() => filters.given('endpoint') !== undefined)
  const after = filters.given('after')
  const answer = useRead(replays, { first: 50, ...(after && { after }) })
  useEvery(REFRESH_MS, answer.refresh)
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {can('deliveries:write') && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            {words.create}
          </Button>
        )}
      </div>
      <Answered answer={answer}>
        {({ replays: list }) => (
          <ListPanel words={words} list={list} filters={filters}>
            <Table label={words.title} columns={COLUMNS} rows={list.nodes} keyOf={({ id }) => id} />
          </ListPanel>
        )}
      </Answered>
      {isCreating && can('deliveries:write') && (
        <CreateReplay
          endpointId={filters.given('endpoint')}
          onClose={() => {
            setCreating(false)
            filters.set('endpoint', undefined)
          }}
          onCreated={answer.refresh}
        />
      )}
    </>
  )
}

/** The filter of a replay. */
function ReplayFilter({ row: { types, statuses, from, to } }: { row: Row }) {
  return (
    <>
      <span className="cell-line">
        {types.join(', ') || words.allEvents}
        {statuses.length > 0 && `, ${statuses.map((status) => texts.deliveries.status[status] ?? status).join(', ')}`}
      </span>
      {(from !== null || to !== null) && (
        <span className="cell-line muted">
          {from !== null && new Date(from).toLocaleString()} – {to !== null && new Date(to).toLocaleString()}
        </span>
      )}
    </>
  )
}

function Progress({ row }: { row: Row }) {
  if (row.status === 'RUNNING') return <RunningReplay row={row} />
  return (
    <>
      <JobStatus status={row.status} />
      {row.explanation !== null && <span className="cell-text muted">{row.explanation}</span>}
    </>
  )
}

/** A running replay follows its progress and can be stopped. */
function RunningReplay({ row: { id, status } }: { row: Row }) {
  const { can } = useSession()
  const [isStopping, setStopping] = useState(false)
  const { send } = useChange(replayCancel)
  useUpdates(replayUpdates, { id }, () => {})
  return (
    <span className="row">
      <JobStatus status={status} />
      {can('deliveries:write') && <Button onClick={() => setStopping(true)}>{texts.jobs.cancel}</Button>}
      {isStopping && (
        <Confirm {...words.stop} onClose={() => setStopping(false)} send={() => send({ id })}>
          <p>{words.stop.effect}</p>
        </Confirm>
      )}
    </span>
  )
}
