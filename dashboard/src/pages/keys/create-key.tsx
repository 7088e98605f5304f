import { useState } from 'react'
import { Link } from 'wouter'
import { type ApiKeyEnvironment, keyCreate } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'
import { KeyFields, readKey } from './key-fields.tsx'

const words = texts.keys

/** Creates a key, and shows its secret once. */
export function CreateKey({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const { send } = useChange(keyCreate)
  const [secret, setSecret] = useState<string>()

  if (secret !== undefined) return <SecretOnce title={words.createdTitle} secret={secret} onClose={onClose} />
  return (
    <Dialog title={words.create} size="wide" onClose={onClose}>
      <Form
        submit={words.form.submit}
        onCancel={onClose}
        send={(form) =>
          send({ input: { ...readKey(form), environment: form.get('environment') as ApiKeyEnvironment } })
        }
        onDone={(payload) => {
          if (payload.__typename === 'ApiKeyCreatePayload') setSecret(payload.secret)
          onCreated()
        }}
      >
        {(faultOf) => <KeyFields faultOf={faultOf} />}
      </Form>
    </Dialog>
  )
}

/** Stands in the place of the form where the plan lets only the operator create keys. */
export function PlanForbidsKeys() {
  return (
    <div className="notice" data-tone="warn" role="alert">
      <span>{words.planForbids}</span>
      <Link href="/settings">{words.seePlan}</Link>
    </div>
  )
}
