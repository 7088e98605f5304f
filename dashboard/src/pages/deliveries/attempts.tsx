import { formatDuration } from '../../graph/format.ts'
import type { DeliveryQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Code } from '../../ui/code.tsx'
import { Time } from '../../ui/time.tsx'

export type Attempt = Extract<
  NonNullable<DeliveryQuery['node']>,
  { __typename: 'Delivery' }
>['attempts']['nodes'][number]
const words = texts.deliveries.detail

/** Attempts, the newest first, each with its request and response. */
export function Attempts({ attempts, body }: { attempts: readonly Attempt[]; body: string }) {
  return attempts.toReversed().map((attempt) => <OneAttempt key={attempt.id} attempt={attempt} body={body} />)
}

function OneAttempt({ attempt, body }: { attempt: Attempt; body: string }) {
  const { number, trigger, statusCode, errorCode, explanation, durationMicroseconds, startedAt, request } = attempt
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
      <details>
        <summary>{words.request}</summary>
        {request === null ? (
          <p className="muted">{words.noRequest}</p>
        ) : (
          <Code>{`POST ${request.url}\n${headerLines(request.headers)}\n\n${body}`}</Code>
        )}
      </details>
      <details>
        <summary>{words.response}</summary>
        {statusCode === null ? (
          <p className="muted">{words.noResponse}</p>
        ) : (
          <Code>{`${statusCode}\n${headerLines(attempt.responseHeaders ?? [])}\n\n${attempt.responseBody ?? ''}`}</Code>
        )}
      </details>
    </article>
  )
}

const headerLines = (headers: readonly { name: string; value: string }[]): string =>
  headers.map(({ name, value }) => `${name}: ${value}`).join('\n')
