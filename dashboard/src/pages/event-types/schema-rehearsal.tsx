import { type FormEvent, useRef, useState } from 'react'
import { Link } from 'wouter'
import { exactJson, isJson } from '../../graph/json-text.ts'
import { eventTypeUpdate, type SchemaRehearsalQuery, schemaRehearsal } from '../../graph/operations.ts'
import type { EventTypeRow } from '../../graph/rows.ts'
import { useAsk } from '../../graph/use-ask.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextAreaField } from '../../ui/field.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.eventTypes.rehearsal
type Rehearsed = Extract<SchemaRehearsalQuery['schemaRehearsal'], { __typename: 'SchemaRehearsalPayload' }>

interface Props {
  eventType: EventTypeRow
  onClose: () => void
  onSaved: () => void
}

/** Tries a schema on the stored events of a type before it is saved. */
export function SchemaRehearsal({ eventType, onClose, onSaved }: Props) {
  const ask = useAsk(schemaRehearsal)
  const { can } = useSession()
  const { send, isSending } = useChange(eventTypeUpdate)
  const form = useRef<HTMLFormElement>(null)
  const [result, setResult] = useState<Rehearsed>()
  const [fault, setFault] = useState<string>()

  /** The schema as it is typed; undefined, with a fault at the field, when it is no JSON. */
  function readSchema(): unknown {
    const text = String(new FormData(form.current ?? undefined).get('schema'))
    setFault(isJson(text) ? undefined : texts.eventTypes.form.notJson)
    return isJson(text) ? exactJson(text) : undefined
  }

  async function rehearse(event: FormEvent) {
    event.preventDefault()
    setResult(undefined)
    const schema = readSchema()
    if (schema === undefined) return
    const outcome = await ask({ input: { eventType: eventType.name, schema } })
    if ('refusal' in outcome) setFault(outcome.refusal.issues.schema ?? outcome.refusal.message)
    else if ('examined' in outcome.payload) setResult(outcome.payload)
  }

  async function save() {
    const schema = readSchema()
    if (schema === undefined) return
    const outcome = await send({ id: eventType.id, expectedVersion: eventType.version, input: { schema } })
    if ('refusal' in outcome) return setFault(outcome.refusal.message)
    toast(texts.eventTypes.saved)
    onClose()
    onSaved()
  }

  return (
    <Dialog title={words.title} size="wide" onClose={onClose}>
      <form ref={form} className="stack" onSubmit={rehearse}>
        <p className="muted">{words.hint}</p>
        <TextAreaField
          label={words.schema}
          name="schema"
          rows={12}
          spellCheck={false}
          autoFocus
          defaultValue={JSON.stringify(eventType.schema ?? { type: 'object' }, null, 2)}
          fault={fault}
        />
        {result !== undefined && <Result result={result} />}
        <div className="actions">
          <Button onClick={onClose}>{texts.actions.close}</Button>
          {result !== undefined && eventType.source === 'ORGANIZATION' && can('events:write') && (
            <Button onClick={save} disabled={isSending}>
              {words.save}
            </Button>
          )}
          <Button kind="primary" type="submit">
            {words.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Result({ result }: { result: Rehearsed }) {
  const { examined, refused, isComplete, webhookEndpointCount, examples } = result
  const [all, bad] = [examined.toLocaleString(), refused.toLocaleString()]
  const summary = examined === 0 ? words.none : refused === 0 ? words.accepts(all) : words.refuses(bad, all)
  return (
    <section className="stack" role="status" aria-label={words.title}>
      <p className="notice" data-tone={refused > 0 ? 'bad' : 'good'}>
        {summary}
      </p>
      <p className="muted">
        {words.endpoints(webhookEndpointCount.toLocaleString())} {!isComplete && words.incomplete}
      </p>
      {examples.length > 0 && (
        <ul className="refused" aria-label={words.examples}>
          {examples.map(({ event, issues }) => (
            <li key={event.id}>
              <Link href={`/events/${event.id}`}>{event.id}</Link> <Time at={event.createdAt} />
              {issues.map(({ path, message }) => (
                <p key={path} className="muted">
                  <code>{path}</code> {message}
                </p>
              ))}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
