import { useState } from 'react'
import { endpointUpdate } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'
import type { EndpointRow } from './endpoint.tsx'
import { EndpointFields, readEndpoint } from './endpoint-fields.tsx'

/** Edits an endpoint on the version that the form shows: an edit of another person is never overwritten. */
export function EditEndpoint({ endpoint, onClose }: { endpoint: EndpointRow; onClose: () => void }) {
  const { send } = useChange(endpointUpdate)
  const [isBehind, setBehind] = useState(false)

  async function save(form: FormData) {
    const outcome = await send({ id: endpoint.id, input: readEndpoint(form), expectedVersion: endpoint.version })
    if ('refusal' in outcome && outcome.refusal.code === 'VERSION_CONFLICT') setBehind(true)
    return outcome
  }

  return (
    <Dialog title={texts.endpoints.edit} onClose={onClose}>
      {isBehind && (
        <p className="notice" data-tone="warn" role="alert">
          {texts.endpoints.conflict}
        </p>
      )}
      <Form
        key={endpoint.version}
        submit={texts.endpoints.form.save}
        onCancel={onClose}
        send={save}
        onDone={() => {
          toast(texts.endpoints.saved)
          onClose()
        }}
      >
        {(faultOf) => <EndpointFields endpoint={endpoint} faultOf={faultOf} />}
      </Form>
    </Dialog>
  )
}
