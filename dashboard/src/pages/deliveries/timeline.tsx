import { formatDuration } from '../../graph/format.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { Time } from '../../ui/time.tsx'
import type { Attempt } from './attempts.tsx'

const words = texts.deliveries.timeline

interface Props {
  publishedAt: string
  createdAt: string
  status: string
  updatedAt: string
  nextAttemptAt: string | null
  attempts: readonly Attempt[]
}

/** Everything that happened to a delivery, oldest first, and the next planned step. */
export function Timeline(props: Props) {
  return (
    <Panel title={words.title}>
      <ol className="timeline">
        {entriesOf(props).map(({ at, text, tone }) => (
          <li key={`${at} ${text}`} data-tone={tone}>
            <span>{text}</span>
            <Time at={at} />
          </li>
        ))}
      </ol>
    </Panel>
  )
}

interface Entry {
  at: string
  text: string
  tone?: 'good' | 'bad' | 'busy'
}

function entriesOf({ publishedAt, createdAt, status, updatedAt, nextAttemptAt, attempts }: Props): Entry[] {
  const last = attempts.at(-1)
  const entries: Entry[] = [
    { at: publishedAt, text: words.published },
    ...(createdAt === publishedAt ? [] : [{ at: createdAt, text: words.created }]),
    ...attempts.map(
      ({ number, startedAt, statusCode, errorCode, durationMicroseconds }): Entry => ({
        at: startedAt,
        text: words.attempt(number, String(statusCode ?? errorCode), formatDuration(durationMicroseconds)),
        tone: errorCode === null ? 'good' : 'bad',
      }),
    ),
  ]
  const ended = words.ended[status]
  if (ended !== undefined && (last === undefined || updatedAt >= last.startedAt))
    entries.push({ at: updatedAt, text: ended })
  if (nextAttemptAt !== null) entries.push({ at: nextAttemptAt, text: words.next, tone: 'busy' })
  return entries
}
