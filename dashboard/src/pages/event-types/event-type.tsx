import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { eventPublish, eventType } from '../../graph/operations.ts'
import type { EventTypeRow } from '../../graph/rows.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Code } from '../../ui/code.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { toast } from '../../ui/toasts.tsx'
import { EditEventType } from './edit-event-type.tsx'
import { SchemaRehearsal } from './schema-rehearsal.tsx'

const words = texts.eventTypes

/** One event type with its schema and example. */
export default function EventType({ id }: { id: string }) {
  const answer = useRead(eventType, { id })
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'EventType' ? (
          <EventTypeDetail row={node} onSaved={answer.refresh} />
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

function EventTypeDetail({ row, onSaved }: { row: EventTypeRow; onSaved: () => void }) {
  const { can } = useSession()
  const [open, setOpen] = useState<'edit' | 'rehearsal'>()
  const close = () => setOpen(undefined)
  const isOwn = row.source === 'ORGANIZATION'
  return (
    <>
      <div className="page-head">
        <div className="row">
          <h1>{row.name}</h1>
          {row.deprecated && <Badge tone="warn">{words.deprecated}</Badge>}
        </div>
        <div className="row">
          <Button onClick={() => setOpen('rehearsal')}>{words.rehearsal.action}</Button>
          {can('events:write') && row.example !== null && <PublishExample row={row} />}
          {can('events:write') && isOwn && <Button onClick={() => setOpen('edit')}>{words.edit}</Button>}
        </div>
      </div>
      <p className="muted">{row.description}</p>
      {row.replacesOperatorType && <p className="notice">{words.replacesOperatorType}</p>}
      {!isOwn && <p className="notice">{words.operatorType}</p>}
      <div className="columns">
        <JsonPanel title={words.schema} value={row.schema} empty={words.noSchema} />
        <JsonPanel title={words.example} value={row.example} empty={words.noExample} />
      </div>
      <SubscribedEndpoints row={row} />
      {open === 'edit' && <EditEventType eventType={row} onClose={close} onSaved={onSaved} />}
      {open === 'rehearsal' && <SchemaRehearsal eventType={row} onClose={close} onSaved={onSaved} />}
    </>
  )
}

/** Endpoints that are subscribed to the type. */
function SubscribedEndpoints({ row: { webhookEndpoints } }: { row: EventTypeRow }) {
  const { nodes, total } = webhookEndpoints
  const { wanted } = words
  return (
    <Panel
      title={wanted.title}
      aside={
        nodes.length < total.count && <span className="muted">{wanted.more(nodes.length, texts.total(total))}</span>
      }
      bare
    >
      {nodes.length === 0 ? (
        <Empty title={wanted.nobody} hint={wanted.nobodyHint} />
      ) : (
        nodes.map((endpoint) => (
          <article key={endpoint.id} className="attempt" aria-label={endpointName(endpoint)}>
            <div className="row spread">
              <div className="row">
                <Link href={`/endpoints/${endpoint.id}`}>{endpointName(endpoint)}</Link>
                <span className="muted">{endpoint.description}</span>
              </div>
              <Badge tone={endpoint.enabled ? 'good' : 'idle'}>
                {endpoint.enabled ? wanted.enabled : wanted.disabled}
              </Badge>
            </div>
            <p className="muted">
              {endpoint.channels.length > 0 || endpoint.predicate !== null ? wanted.filtered : wanted.every}
            </p>
          </article>
        ))
      )}
    </Panel>
  )
}

function JsonPanel({ title, value, empty }: { title: string; value: unknown; empty: string }) {
  const text = value === null ? undefined : JSON.stringify(value, null, 2)
  return (
    <Panel title={title} aside={text !== undefined && <Copy text={text} />}>
      {text === undefined ? <p className="muted">{empty}</p> : <Code>{text}</Code>}
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
