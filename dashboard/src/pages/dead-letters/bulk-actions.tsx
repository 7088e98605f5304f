import { bulkActionCancel, bulkActionUpdates, type DeadLettersQuery } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { JobStatus } from '../../ui/job-status.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'

type Action = DeadLettersQuery['bulkActions']['nodes'][number]
const words = texts.deadLetters

/** The newest actions on many deliveries, running ones live. */
export function BulkActions({ actions, onEnded }: { actions: readonly Action[]; onEnded: () => void }) {
  if (actions.length === 0) return null
  return (
    <Panel title={words.actions} bare>
      {actions.map((action) => (
        <article key={action.id} className="attempt" aria-label={words.kind[action.kind]}>
          <div className="row spread">
            <div className="row">
              <h3>{words.kind[action.kind]}</h3>
              <JobStatus status={action.status} />
              <span className="muted">
                {texts.jobs.progress(action.count)} · {states(action.filter)}
              </span>
              {action.status === 'RUNNING' && <RunningBulkAction id={action.id} onEnded={onEnded} />}
            </div>
            <span className="muted">
              {action.createdBy.name} · <Time at={action.createdAt} />
            </span>
          </div>
        </article>
      ))}
    </Panel>
  )
}

/** States of the deliveries that an action chose. */
function states(filter: unknown): string {
  const { statuses = [] } = filter as { statuses?: string[] }
  return statuses.map((status) => texts.deliveries.status[status] ?? status).join(', ')
}

/** Follows a running action and lets it be stopped. */
function RunningBulkAction({ id, onEnded }: { id: string; onEnded: () => void }) {
  const { can } = useSession()
  const { send, isSending } = useChange(bulkActionCancel)
  useUpdates(bulkActionUpdates, { id }, ({ bulkActionUpdates: action }) => {
    if (action !== null && action.status !== 'RUNNING') onEnded()
  })

  async function stop() {
    const outcome = await send({ id })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(texts.jobs.canceled)
  }

  if (!can('deliveries:write')) return null
  return (
    <Button onClick={stop} disabled={isSending}>
      {texts.jobs.cancel}
    </Button>
  )
}
