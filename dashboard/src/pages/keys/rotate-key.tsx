import { useState } from 'react'
import { type ApiKeyRotateMode, keyRotate } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'

const words = texts.keys.rotate
const MODES = [
  ['SAME_ID', words.SAME_ID],
  ['NEW_ID', words.NEW_ID],
] as const

/** Gives a key a new secret without a moment in which no secret works. */
export function RotateKey({ id, onClose }: { id: string; onClose: () => void }) {
  const { send } = useChange(keyRotate)
  const [secret, setSecret] = useState<string>()

  if (secret !== undefined) return <SecretOnce title={texts.keys.rotatedTitle} secret={secret} onClose={onClose} />
  return (
    <Dialog title={words.title} onClose={onClose}>
      <Form
        submit={words.action}
        onCancel={onClose}
        send={(form) => {
          const [mode, overlapSeconds] = [form.get('mode') as ApiKeyRotateMode, Number(form.get('overlapSeconds'))]
          return send({ id, input: { mode, overlapSeconds } })
        }}
        onDone={(payload) => {
          if (payload.__typename === 'ApiKeyRotatePayload') setSecret(payload.secret)
        }}
      >
        {() => (
          <>
            <SelectField label={words.mode} name="mode" options={MODES} />
            <SelectField label={words.overlap} name="overlapSeconds" options={words.overlaps} defaultValue="86400" />
          </>
        )}
      </Form>
    </Dialog>
  )
}
