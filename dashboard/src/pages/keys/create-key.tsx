import { type FormEvent, useState } from 'react'
import { type ApiKeyCreateInput, type ApiKeyEnvironment, type ApiKeyTier, keyCreate } from '../../graph/operations.ts'
import { type Refusal, useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'
import { PermissionEditor, readPermissions } from './permission-editor.tsx'

const words = texts.keys
const fields = words.form

/** Creates a key, and shows its secret once. */
export function CreateKey({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const { viewer } = useSession()
  const { send, isSending } = useChange(keyCreate)
  const [refusal, setRefusal] = useState<Refusal>()
  const [secret, setSecret] = useState<string>()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const outcome = await send({ input: readInput(new FormData(event.currentTarget)) })
    if ('refusal' in outcome) return setRefusal(outcome.refusal)
    if (outcome.payload.__typename === 'ApiKeyCreatePayload') setSecret(outcome.payload.secret)
    onCreated()
  }

  if (secret !== undefined) return <SecretOnce title={words.createdTitle} secret={secret} onClose={onClose} />
  return (
    <Dialog title={words.create} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={fields.name}
          name="name"
          required
          autoFocus
          hint={fields.nameHint}
          fault={refusal?.issues.name}
        />
        <PermissionEditor grantable={viewer.permissions} />
        <div className="columns">
          <SelectField label={fields.environment} name="environment" options={Object.entries(words.environment)} />
          <SelectField label={fields.tier} name="tier" options={Object.entries(words.tier)} />
        </div>
        <TextField
          label={fields.expires}
          name="expiresAt"
          type="datetime-local"
          hint={fields.expiresHint}
          fault={refusal?.issues.expiresAt}
        />
        <TextAreaField
          label={fields.allowedIps}
          name="allowedIps"
          hint={fields.allowedIpsHint}
          fault={findIssue(refusal, 'allowedIps')}
        />
        <CheckField label={fields.persistedOnly} name="persistedOnly" />
        {refusal !== undefined && (
          <p className="fault" role="alert">
            {refusal.message}
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button kind="primary" type="submit" disabled={isSending}>
            {fields.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function readInput(form: FormData): ApiKeyCreateInput {
  const expiresAt = String(form.get('expiresAt'))
  const allowedIps = String(form.get('allowedIps')).split(/\s+/)
  return {
    name: String(form.get('name')),
    permissions: readPermissions(form),
    environment: form.get('environment') as ApiKeyEnvironment,
    tier: form.get('tier') as ApiKeyTier,
    allowedIps: allowedIps.filter((entry) => entry !== ''),
    persistedOnly: form.get('persistedOnly') === 'on',
    ...(expiresAt !== '' && { expiresAt: new Date(expiresAt).toISOString() }),
  }
}

/** The first issue of a list field, whichever entry it is about. */
const findIssue = (refusal: Refusal | undefined, field: string): string | undefined =>
  Object.entries(refusal?.issues ?? {}).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1]
