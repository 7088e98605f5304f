import { useState } from 'react'
import { useClient } from 'urql'
import { documentOf } from '../../graph/documents.ts'
import { endpointName } from '../../graph/endpoint-name.ts'
import {
  type DeliveryStatus,
  endpoints,
  type ReplayCreateInput,
  replayCreate,
  replayPreview,
} from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.replays.form

/** Starts a replay, after a look at how much it would send. */
export function CreateReplay({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const client = useClient()
  const { send } = useChange(replayCreate)
  const { data } = useRead(endpoints, { filter: {}, first: 100 })
  const [preview, setPreview] = useState<string>()
  const options = (data?.webhookEndpoints.nodes ?? []).map((endpoint) => [endpoint.id, endpointName(endpoint)] as const)

  async function look(form: HTMLFormElement | null) {
    if (form === null) return
    const input = readInput(new FormData(form))
    const { data: found, error } = await client.query(
      documentOf(replayPreview),
      { input },
      { requestPolicy: 'network-only' },
    )
    const result = found?.replayPreview
    if (error !== undefined || result === undefined) return toast(error?.message ?? '', 'bad')
    setPreview('count' in result ? texts.jobs.preview(result) : result.message)
  }

  return (
    <Dialog title={texts.replays.create} onClose={onClose}>
      <Form
        submit={words.submit}
        onCancel={onClose}
        send={(form) => send({ input: readInput(form) })}
        onDone={() => {
          onClose()
          onCreated()
        }}
      >
        {(faultOf) => (
          <>
            <SelectField label={words.endpoint} name="endpointId" options={options} fault={faultOf('endpointId')} />
            <TextAreaField label={words.types} name="types" rows={2} hint={words.typesHint} fault={faultOf('types')} />
            <SelectField
              label={words.statuses}
              name="status"
              options={words.statusOptions}
              fault={faultOf('statuses')}
            />
            <div className="columns">
              <TextField label={words.from} name="from" type="datetime-local" fault={faultOf('from')} />
              <TextField label={words.to} name="to" type="datetime-local" fault={faultOf('to')} />
            </div>
            {preview !== undefined && (
              <p className="notice" role="status">
                {preview}
              </p>
            )}
            <div>
              <Button onClick={(event) => look(event.currentTarget.form)}>{words.preview}</Button>
            </div>
          </>
        )}
      </Form>
    </Dialog>
  )
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
