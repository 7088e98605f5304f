import { type AccountQuery, sessionEnd, sessionsEndOthers } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.account.sessions
const { columns: titles } = words

/** Open sessions of the person, each of which can be ended. */
export function Sessions({ sessions, onEnded }: { sessions: AccountQuery['sessions']; onEnded: () => void }) {
  const [ending, endingOthers] = [useChange(sessionEnd), useChange(sessionsEndOthers)]

  async function end(id: string) {
    const outcome = await ending.send({ id })
    if ('refusal' in outcome) return toast(outcome.refusal.message, 'bad')
    toast(words.ended)
    onEnded()
  }

  async function endOthers() {
    const outcome = await endingOthers.send({})
    if ('refusal' in outcome) return toast(outcome.refusal.message, 'bad')
    if (outcome.payload.__typename === 'SessionsEndOthersPayload') toast(words.endedOthers(outcome.payload.ended))
    onEnded()
  }

  return (
    <Panel
      title={words.title}
      aside={sessions.length > 1 && <Button onClick={endOthers}>{words.endOthers}</Button>}
      bare
    >
      <Table
        label={words.title}
        columns={[
          {
            title: titles.device,
            cell: ({ device, isCurrent, twoFactor }) => (
              <span className="row">
                {device ?? words.unknown}
                {isCurrent && <Badge tone="good">{words.current}</Badge>}
                {twoFactor && <Badge tone="idle">{words.factor}</Badge>}
              </span>
            ),
          },
          { title: titles.address, cell: ({ address }) => address },
          { title: titles.used, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
          { title: titles.ends, cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          {
            title: texts.members.columns.actions,
            cell: ({ id, isCurrent, device }) =>
              !isCurrent && (
                <Button aria-label={words.endLabel(device ?? words.unknown)} onClick={() => end(id)}>
                  {words.end}
                </Button>
              ),
          },
        ]}
        rows={sessions}
        keyOf={({ id }) => id}
      />
    </Panel>
  )
}
