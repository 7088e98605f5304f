import { useState } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import {
  type DeliveryStatus,
  endpoints,
  type ReplayCreateInput,
  replayCreate,
  replayPreview,
} from '../../graph/operations.ts'
import { useAsk } from '../../graph/use-ask.ts'
import { type Outcome, type Refusal, useChange, useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'

const words = texts.replays.form

interface Props {
  /** Endpoint to begin with; the first one by default. */
  endpointId?: string | undefined
  onClose: () => void
  onCreated: () => void
}

/** Starts a replay, after a look at how much it would send. */
export function CreateReplay({ endpointId, onClose, onCreated }: Props) {
  const { send } = useChange(replayCreate)
  const ask = useAsk(replayPreview)
  const { data } = useRead(endpoints, { filter: {}, first: 100 })
  const [preview, setPreview] = useState<{ text: string } | { refusal: Refusal }>()
  const listed = (data?.webhookEndpoints.nodes ?? []).map(
    (endpoint) => [endpoint.id, endpoint.description || endpointName(endpoint)] as const,
  )
  const isListed = endpointId === undefined || listed.some(([id]) => id === endpointId)
  const options = isListed ? listed : [[endpointId, endpointId] as const, ...listed]

  async function look(form: HTMLFormElement | null) {
    if (form === null) return
    const outcome = await ask({ input: readInput(new FormData(form)) })
    if ('refusal' in outcome) return setPreview(outcome)
    if (outcome.payload.__typename === 'ReplayPreviewPayload')
      setPreview({ text: texts.jobs.previewReplay(outcome.payload) })
  }

  async function start(form: FormData): Promise<Outcome<unknown>> {
    setPreview(undefined)
    return send({ input: readInput(form) })
  }

  if (data === undefined) return null
  return (
    <Dialog title={texts.replays.create} onClose={onClose}>
      <Form
        submit={words.submit}
        onCancel={onClose}
        send={start}
        onDone={() => {
          onClose()
          onCreated()
        }}
      >
        {(faultOfSent) => {
          const faultOf = (field: string) => faultOfSent(field) ?? faultIn(preview, field)
          return (
            <>
              <SelectField
                label={words.endpoint}
                name="endpointId"
                options={options}
                defaultValue={endpointId}
                fault={faultOf('endpointId')}
              />
              <TextAreaField
                label={words.types}
                name="types"
                rows={2}
                hint={words.typesHint}
                fault={faultOf('types')}
              />
              <SelectField
                label={words.statuses}
                name="status"
                options={words.statusOptions}
                fault={faultOf('statuses')}
              />
              <div className="fields">
                <TextField label={words.from} name="from" type="datetime-local" fault={faultOf('from')} />
                <TextField label={words.to} name="to" type="datetime-local" fault={faultOf('to')} />
              </div>
              <div className="row">
                <Button onClick={(event) => look(event.currentTarget.form)}>{words.preview}</Button>
                <span role="status">{preview !== undefined && 'text' in preview && preview.text}</span>
                {preview !== undefined && 'refusal' in preview && (
                  <span className="fault" role="alert">
                    {preview.refusal.message}
                  </span>
                )}
              </div>
            </>
          )
        }}
      </Form>
    </Dialog>
  )
}

/** The broken rule of a field in a refused preview, or of an entry of a list. */
function faultIn(preview: { text: string } | { refusal: Refusal } | undefined, field: string): string | undefined {
  if (preview === undefined || 'text' in preview) return undefined
  const { issues } = preview.refusal
  return Object.entries(issues).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1]
}

function readInput(form: FormData): ReplayCreateInput {
  const [status, types] = [String(form.get('status')), String(form.get('types')).split(/\s+/).filter(Boolean)]
  const timeOf = (name: string) => {
    const text = String(form.get(name))
    return text === '' ? {} : { [name]: new Date(text).toISOString() }
  }
  return {
    endpointId: String(form.get('endpointId')),
    ...(types.length > 0 && { types }),
    ...(status !== '' && { statuses: [status as DeliveryStatus] }),
    ...timeOf('from'),
    ...timeOf('to'),
  }
}
