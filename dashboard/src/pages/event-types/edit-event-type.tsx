import { exactJson, isJson } from '../../graph/json-text.ts'
import { type EventTypeUpdateInput, eventTypeCreate, eventTypeUpdate } from '../../graph/operations.ts'
import type { EventTypeRow } from '../../graph/rows.ts'
import { type Outcome, type Refusal, useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, TextAreaField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.eventTypes
const fields = words.form

/** The default of the server. */
const SENSITIVE_FIELDS = ['password', 'token', 'secret', 'accessToken', 'client_secret', 'apiKey', 'authorization']

interface Props {
  /** The type to edit; undefined for a new one. */
  eventType?: EventTypeRow
  onClose: () => void
  onSaved: (id: string) => void
}

/** Registers an event type, or edits one on the version that the form shows. */
export function EditEventType({ eventType, onClose, onSaved }: Props) {
  const [creating, updating] = [useChange(eventTypeCreate), useChange(eventTypeUpdate)]

  function save(form: FormData): Promise<Outcome<unknown>> {
    const read = readInput(form)
    if ('refusal' in read) return Promise.resolve(read)
    const { input } = read
    if (eventType === undefined) return creating.send({ input: { name: String(form.get('name')), ...input } })
    const deprecated = form.get('deprecated') === 'on'
    return updating.send({ id: eventType.id, expectedVersion: eventType.version, input: { ...input, deprecated } })
  }

  function done(payload: unknown) {
    toast(words.saved)
    onClose()
    const { eventType: saved } = payload as { eventType: { id: string } }
    onSaved(saved.id)
  }

  return (
    <Dialog title={eventType === undefined ? words.create : words.edit} size="wide" onClose={onClose}>
      <Form submit={eventType === undefined ? fields.submit : fields.save} onCancel={onClose} send={save} onDone={done}>
        {(faultOf) => (
          <>
            {eventType === undefined && (
              <TextField
                label={fields.name}
                name="name"
                required
                autoFocus
                hint={fields.nameHint}
                fault={faultOf('name')}
              />
            )}
            <TextField
              label={fields.category}
              name="category"
              hint={eventType === undefined ? fields.categoryHint : undefined}
              defaultValue={eventType?.category}
              fault={faultOf('category')}
            />
            <TextField
              label={fields.description}
              name="description"
              defaultValue={eventType?.description}
              fault={faultOf('description')}
            />
            <div className="columns">
              <TextAreaField
                label={fields.schema}
                name="schema"
                rows={10}
                spellCheck={false}
                defaultValue={textOf(eventType?.schema)}
                hint={fields.schemaHint}
                fault={faultOf('schema')}
              />
              <TextAreaField
                label={fields.example}
                name="example"
                rows={10}
                spellCheck={false}
                defaultValue={textOf(eventType?.example)}
                fault={faultOf('example')}
              />
            </div>
            <TextAreaField
              label={fields.sensitive}
              name="sensitiveFields"
              rows={2}
              defaultValue={(eventType?.sensitiveFields ?? SENSITIVE_FIELDS).join('\n')}
              hint={fields.sensitiveHint}
              fault={faultOf('sensitiveFields')}
            />
            {eventType !== undefined && (
              <CheckField label={fields.deprecated} name="deprecated" defaultChecked={eventType.deprecated} />
            )}
          </>
        )}
      </Form>
    </Dialog>
  )
}

const textOf = (value: unknown): string => (value == null ? '' : JSON.stringify(value, null, 2))

/** The fields of the form; a refusal at the field whose text is no JSON. */
function readInput(form: FormData): { refusal: Refusal } | { input: EventTypeUpdateInput } {
  const json: Record<string, unknown> = {}
  for (const name of ['schema', 'example'] as const) {
    const text = String(form.get(name)).trim()
    if (text !== '' && !isJson(text)) {
      const message = `${fields[name]} ${fields.notJson}`
      return { refusal: { code: 'VALIDATION_FAILED', message, issues: { [name]: fields.notJson } } }
    }
    json[name] = text === '' ? null : exactJson(text)
  }
  const [category, description] = [String(form.get('category')), String(form.get('description'))]
  const sensitiveFields = String(form.get('sensitiveFields')).split(/\s+/).filter(Boolean)
  // Without a category, a new type gets the first word of its name.
  return { input: { ...(category.trim() && { category }), description, sensitiveFields, ...json } }
}
