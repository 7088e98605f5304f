import { useState } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import { type ReplaysQuery, replayCancel, replays, replayUpdates } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { JobStatus } from '../../ui/job-status.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { CreateReplay } from './create-replay.tsx'

const words = texts.replays
const { columns: titles } = words
type Row = ReplaysQuery['replays']['nodes'][number]

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.endpoint, cell: ({ endpoint }) => <span className="cell-line">{endpointName(endpoint)}</span> },
  { title: titles.status, cell: (row) => <Progress row={row} /> },
  { title: titles.count, isNumber: true, cell: ({ count }) => texts.jobs.progress(count) },
  { title: titles.filter, cell: ({ types, statuses }) => [...types, ...statuses].join(', ') || words.allEvents },
  { title: titles.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: titles.by, cell: ({ createdBy }) => createdBy.name },
]

/** Replays of stored events, running ones live. */
export default function Replays() {
  const { can } = useSession()
  const filters = useFilters()
  const [isCreating, setCreating] = useState(false)
  const after = filters.given('after')
  const answer = useRead(replays, { first: 50, ...(after && { after }) })
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
        {({ replays: { nodes, pageInfo } }) => (
          <Panel title={words.title} sent={answer.sent} bare>
            {nodes.length === 0 ? (
              <Empty title={words.empty} hint={words.emptyHint} />
            ) : (
              <Table label={words.title} columns={COLUMNS} rows={nodes} keyOf={({ id }) => id} />
            )}
            <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
          </Panel>
        )}
      </Answered>
      {isCreating && <CreateReplay onClose={() => setCreating(false)} onCreated={answer.refresh} />}
    </>
  )
}

function Progress({ row }: { row: Row }) {
  if (row.status !== 'RUNNING') return <JobStatus status={row.status} />
  return <Running row={row} />
}

/** A running replay follows its progress and can be stopped. */
function Running({ row: { id, status } }: { row: Row }) {
  const { can } = useSession()
  const { send, isSending } = useChange(replayCancel)
  useUpdates(replayUpdates, { id }, () => {})

  async function stop() {
    const outcome = await send({ id })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(texts.jobs.canceled)
  }

  return (
    <span className="row">
      <JobStatus status={status} />
      {can('deliveries:write') && (
        <Button onClick={stop} disabled={isSending}>
          {texts.jobs.cancel}
        </Button>
      )}
    </span>
  )
}
