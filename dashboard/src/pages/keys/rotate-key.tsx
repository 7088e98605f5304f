import { type FormEvent, useState } from 'react'
import { type ApiKeyRotateMode, keyRotate } from '../../graph/operations.ts'
import { type Refusal, useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'

const words = texts.keys.rotate
const MODES = [
  ['SAME_ID', words.SAME_ID],
  ['NEW_ID', words.NEW_ID],
] as const

/** Gives a key a new secret without a moment in which no secret works. */
export function RotateKey({ id, onClose }: { id: string; onClose: () => void }) {
  const { send, isSending } = useChange(keyRotate)
  const [refusal, setRefusal] = useState<Refusal>()
  const [secret, setSecret] = useState<string>()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const input = {
      mode: form.get('mode') as ApiKeyRotateMode,
      overlapSeconds: Number(form.get('overlapSeconds')),
    }
    const outcome = await send({ id, input })
    if ('refusal' in outcome) setRefusal(outcome.refusal)
    else if (outcome.payload.__typename === 'ApiKeyRotatePayload') setSecret(outcome.payload.secret)
  }

  if (secret !== undefined) return <SecretOnce title={texts.keys.rotatedTitle} secret={secret} onClose={onClose} />
  return (
    <Dialog title={words.title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <SelectField label={words.mode} name="mode" options={MODES} />
        <SelectField label={words.overlap} name="overlapSeconds" options={words.overlaps} defaultValue="86400" />
        {refusal !== undefined && (
          <p className="fault" role="alert">
            {refusal.message}
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button kind="primary" type="submit" disabled={isSending}>
            {words.action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
