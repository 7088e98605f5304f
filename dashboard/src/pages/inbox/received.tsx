import { Link } from 'wouter'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Code } from '../../ui/code.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Time } from '../../ui/time.tsx'
import { VerdictBadge, verdictText } from '../../ui/verdict-badge.tsx'
import type { InboxAttempt, InboxDelivery } from './inbox-state.ts'
import type { Answering } from './listen.ts'

const words = texts.inbox

/** One delivery that the tab received: its states, and every request with its signature. */
export function ReceivedDeliveries({ entry, answering }: { entry: InboxDelivery; answering: Answering }) {
  const { delivery, states, attempts } = entry
  const { id, event, status, explanation, nextAttemptAt, createdAt } = delivery
  return (
    <article className="attempt" aria-label={`${event.type} ${id}`}>
      <div className="row spread">
        <div className="row">
          <h3>{event.type}</h3>
          <span className="mono muted">{id}</span>
        </div>
        <Link href={`/deliveries/${id}`}>{words.openDelivery}</Link>
      </div>
      <ol className="track" aria-label={words.states} aria-live="polite">
        {states.map((state) => (
          <li key={`${state.status} ${state.at}`}>
            <StatusBadge status={state.status} />
            <span className="muted">{sinceText(createdAt, state.at)}</span>
          </li>
        ))}
      </ol>
      <p>
        {explanation}
        {status === 'RETRYING' && nextAttemptAt !== null && (
          <>
            {' '}
            {words.next} <Time at={nextAttemptAt} />
          </>
        )}
      </p>
      {attempts.map((attempt, index) => (
        <Request
          key={attempt.version}
          attempt={attempt}
          number={attempts.length - index}
          isNewest={index === 0}
          answering={answering}
        />
      ))}
    </article>
  )
}

/** Time after the creation of the delivery, by the clock of the server. */
function sinceText(createdAt: string, at: string): string {
  const ms = Math.max(0, Date.parse(at) - Date.parse(createdAt))
  return ms < 1_000
    ? `+${ms} ms`
    : `+${(ms / 1_000).toLocaleString(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`
}

interface RequestProps {
  attempt: InboxAttempt
  number: number
  isNewest: boolean
  answering: Answering
}

function Request({ attempt: { request, verdict, answer }, number, isNewest, answering }: RequestProps) {
  const body = new TextDecoder().decode(request.body)
  const waiting = answering === 'SLOW' ? words.waiting : words.answering
  return (
    <section className="stack request" aria-label={words.attempt(number)}>
      <div className="row">
        <strong>{words.attempt(number)}</strong>
        <VerdictBadge verdict={verdict} />
        {answer === undefined ? (
          <span className="muted pulse">{waiting}</span>
        ) : (
          <span className="muted">
            {answer.isStale ? words.stale : words.answered(answer.statusCode, answer.durationMs)}
          </span>
        )}
      </div>
      {verdict !== undefined && <p className="hint">{verdictText(verdict)}</p>}
      <details open={isNewest}>
        <summary>{words.request}</summary>
        <Code>{`${request.headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}\n\n${body}`}</Code>
        <Copy text={body} label={words.copyBody} />
      </details>
    </section>
  )
}
