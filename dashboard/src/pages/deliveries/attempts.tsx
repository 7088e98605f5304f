import { formatDuration } from '../../graph/format.ts'
import type { DeliveryQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Time } from '../../ui/time.tsx'

type Attempt = Extract<NonNullable<DeliveryQuery['node']>, { __typename: 'Delivery' }>['attempts']['nodes'][number]
const words = texts.deliveries.detail

/** Attempts, the newest first, each with its response. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  return attempts.toReversed().map((attempt) => <OneAttempt key={attempt.id} attempt={attempt} />)
}

function OneAttempt({ attempt }: { attempt: Attempt }) {
  const { number, trigger, statusCode, errorCode, explanation, durationMicroseconds, startedAt } = attempt
  return (
    <article className="attempt" aria-label={words.attempt(number)}>
      <div className="row spread">
        <div className="row">
          <h3>{words.attempt(number)}</h3>
          <Badge tone={errorCode === null ? 'good' : 'bad'}>{String(statusCode ?? errorCode)}</Badge>
          <span className="muted">{words.triggers[trigger]}</span>
        </div>
        <span className="muted">
          {formatDuration(durationMicroseconds)} · <Time at={startedAt} />
        </span>
      </div>
      <p>{explanation}</p>
      {attempt.responseHeaders !== null && (
        <details>
          <summary>{words.response}</summary>
          <pre className="code">
            {attempt.responseHeaders.map(({ name, value }) => `${name}: ${value}`).join('\n')}
            {`\n\n${attempt.responseBody ?? ''}`}
          </pre>
        </details>
      )}
    </article>
  )
}
