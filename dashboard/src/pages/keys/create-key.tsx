import { useState } from 'react'
import { type ApiKeyCreateInput, type ApiKeyEnvironment, type ApiKeyTier, keyCreate } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'
import { PermissionEditor, readPermissions } from './permission-editor.tsx'

const words = texts.keys
const fields = words.form

/** Creates a key, and shows its secret once. */
export function CreateKey({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const { viewer } = useSession()
  const { send } = useChange(keyCreate)
  const [secret, setSecret] = useState<string>()

  if (secret !== undefined) return <SecretOnce title={words.createdTitle} secret={secret} onClose={onClose} />
  return (
    <Dialog title={words.create} onClose={onClose}>
      <Form
        submit={fields.submit}
        onCancel={onClose}
        send={(form) => send({ input: readInput(form) })}
        onDone={(payload) => {
          if (payload.__typename === 'ApiKeyCreatePayload') setSecret(payload.secret)
          onCreated()
        }}
      >
        {(faultOf) => (
          <>
            <TextField
              label={fields.name}
              name="name"
              required
              autoFocus
              hint={fields.nameHint}
              fault={faultOf('name')}
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
              fault={faultOf('expiresAt')}
            />
            <TextAreaField
              label={fields.allowedIps}
              name="allowedIps"
              rows={2}
              hint={fields.allowedIpsHint}
              fault={faultOf('allowedIps')}
            />
            <CheckField label={fields.persistedOnly} name="persistedOnly" />
          </>
        )}
      </Form>
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
