import { useState } from 'react'
import { endpointRotateSecret } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'

const words = texts.endpoints.rotate

/** Gives an endpoint a new secret, and signs with both for a while. */
export function RotateSecret({ id, onClose }: { id: string; onClose: () => void }) {
  const { send } = useChange(endpointRotateSecret)
  const [secret, setSecret] = useState<string>()

  if (secret !== undefined) return <SecretOnce title={texts.endpoints.secretTitle} secret={secret} onClose={onClose} />
  return (
    <Dialog title={words.title} onClose={onClose}>
      <Form
        submit={words.action}
        onCancel={onClose}
        send={(form) => send({ id, overlapSeconds: Number(form.get('overlapSeconds')) })}
        onDone={(payload) => {
          if (payload.__typename !== 'WebhookEndpointRotateSecretPayload' || payload.secret === null) return onClose()
          setSecret(payload.secret)
        }}
      >
        {() => (
          <SelectField label={words.overlap} name="overlapSeconds" options={words.overlaps} defaultValue="86400" />
        )}
      </Form>
    </Dialog>
  )
}
