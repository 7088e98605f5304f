import { useState } from 'react'
import { endpointCreate, type SignatureScheme } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'
import { EndpointFields } from './endpoint-fields.tsx'
import { predicateRefusal, readEndpoint } from './endpoint-input.ts'

/** Adds an endpoint, shows its secret once, and leads to its page. */
export function CreateEndpoint({ onClose, onCreated }: { onClose: () => void; onCreated: (id: string) => void }) {
  const { send } = useChange(endpointCreate)
  const [made, setMade] = useState<{ id: string; secret: string }>()

  async function create(form: FormData) {
    try {
      const signatureScheme = form.get('signatureScheme') as SignatureScheme
      return await send({ input: { ...readEndpoint(form), signatureScheme } })
    } catch (error) {
      return { refusal: predicateRefusal(error) }
    }
  }

  if (made !== undefined)
    return <SecretOnce title={texts.endpoints.secretTitle} secret={made.secret} onClose={() => onCreated(made.id)} />
  return (
    <Dialog title={texts.endpoints.create} size="wide" onClose={onClose}>
      <Form
        submit={texts.endpoints.form.submit}
        onCancel={onClose}
        send={create}
        onDone={(payload) => {
          if (payload.__typename !== 'WebhookEndpointCreatePayload') return
          const { secret, webhookEndpoint } = payload
          if (secret === null) onCreated(webhookEndpoint.id)
          else setMade({ id: webhookEndpoint.id, secret })
        }}
      >
        {(faultOf) => <EndpointFields faultOf={faultOf} />}
      </Form>
    </Dialog>
  )
}
