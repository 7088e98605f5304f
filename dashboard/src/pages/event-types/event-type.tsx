import { useState } from 'react'
import { useLocation } from 'wouter'
import { type EventTypeQuery, eventPublish, eventType } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { toast } from '../../ui/toasts.tsx'
import { EditEventType } from './edit-event-type.tsx'

const words = texts.eventTypes
export type EventTypeRow = Extract<NonNullable<EventTypeQuery['node']>, { __typename: 'EventType' }>

/** One event type with its schema and example. */
export default function EventType({ id }: { id: string }) {
  const answer = useRead(eventType, { id })
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'EventType' ? (
          <Shown row={node} onSaved={answer.refresh} />
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

function Shown({ row, onSaved }: { row: EventTypeRow; onSaved: () => void }) {
  const { can } = useSession()
  const [isEditing, setEditing] = useState(false)
  const isOwn = row.source === 'ORGANIZATION'
  return (
    <>
      <div className="page-head">
        <div className="row">
          <h1>{row.name}</h1>
          {row.deprecated && <Badge tone="warn">{words.deprecated}</Badge>}
        </div>
        {can('events:write') && (
          <div className="row">
            {row.example !== null && <PublishExample row={row} />}
            {isOwn && <Button onClick={() => setEditing(true)}>{words.edit}</Button>}
          </div>
        )}
      </div>
      <p className="muted">{row.description}</p>
      {row.replacesOperatorType && <p className="notice">{words.replacesOperatorType}</p>}
      {!isOwn && <p className="notice">{words.operatorType}</p>}
      <div className="columns">
        <JsonPanel title={words.schema} value={row.schema} empty={words.noSchema} />
        <JsonPanel title={words.example} value={row.example} empty={words.noExample} />
      </div>
      {isEditing && <EditEventType eventType={row} onClose={() => setEditing(false)} onSaved={onSaved} />}
    </>
  )
}

function JsonPanel({ title, value, empty }: { title: string; value: unknown; empty: string }) {
  const text = value === null ? undefined : JSON.stringify(value, null, 2)
  return (
    <Panel title={title} aside={text !== undefined && <Copy text={text} />}>
      {text === undefined ? <p className="muted">{empty}</p> : <pre className="code">{text}</pre>}
    </Panel>
  )
}

function PublishExample({ row }: { row: EventTypeRow }) {
  const { send, isSending } = useChange(eventPublish)
  const [, navigate] = useLocation()

  async function publish() {
    const outcome = await send({ input: { type: row.name, data: row.example } })
    if ('refusal' in outcome) return toast(outcome.refusal.message, 'bad')
    toast(words.publish.done)
    if (outcome.payload.__typename === 'EventPublishPayload') navigate(`/events/${outcome.payload.event.id}`)
  }

  return (
    <Button onClick={publish} disabled={isSending}>
      {words.publish.action}
    </Button>
  )
}
