import { type ApiKeyTier, type ApiKeyUpdateInput, keyResources } from '../../graph/operations.ts'
import type { KeyRow } from '../../graph/rows.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { CheckField, SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { toIso, toLocal } from '../../ui/time-field.tsx'
import { ACTIONS, PermissionEditor, readable, readPermissions } from './permission-editor.tsx'

const words = texts.keys
const fields = words.form

interface Props {
  /** The key to edit; undefined for a new one. */
  apiKey?: KeyRow
  faultOf: (field: string) => string | undefined
}

/** Fields that a new and an edited key share. */
export function KeyFields({ apiKey, faultOf }: Props) {
  const { viewer } = useSession()
  const { data } = useRead(keyResources, {})
  // No role names a resource of the operator's own API, so that every person may give permissions on it.
  const declared = (data?.permissionResources ?? [])
    .filter(({ isDeclared }) => isDeclared)
    .map(({ name }) => ({ resource: name, actions: [...ACTIONS] }))
  const expiresAt = apiKey?.expiresAt ?? null
  return (
    <>
      <TextField
        label={fields.name}
        name="name"
        required
        autoFocus
        maxLength={100}
        defaultValue={apiKey?.name}
        hint={fields.nameHint}
        fault={faultOf('name')}
      />
      <PermissionEditor
        grantable={[...viewer.permissions, ...declared]}
        given={apiKey?.permissions ?? readable(viewer.permissions)}
        fault={faultOf('permissions')}
      />
      <div className="columns">
        {apiKey === undefined && (
          <SelectField
            label={fields.environment}
            name="environment"
            options={Object.entries(words.environment)}
            fault={faultOf('environment')}
          />
        )}
        <SelectField
          label={fields.tier}
          name="tier"
          options={Object.entries(words.tier)}
          defaultValue={apiKey?.tier ?? undefined}
          hint={fields.tierHint}
          fault={faultOf('tier')}
        />
      </div>
      <TextField
        label={fields.expires}
        name="expiresAt"
        type="datetime-local"
        defaultValue={expiresAt === null ? '' : toLocal(expiresAt)}
        hint={fields.expiresHint}
        fault={faultOf('expiresAt')}
      />
      <TextAreaField
        label={fields.allowedIps}
        name="allowedIps"
        rows={2}
        defaultValue={apiKey?.allowedIps.join('\n')}
        hint={fields.allowedIpsHint}
        fault={faultOf('allowedIps')}
      />
      <CheckField label={fields.persistedOnly} name="persistedOnly" defaultChecked={apiKey?.persistedOnly} />
      {faultOf('persistedOnly') !== undefined && <p className="fault">{faultOf('persistedOnly')}</p>}
    </>
  )
}

/** The fields of a form, as a new and an edited key take them. */
export function readKey(form: FormData): Required<Omit<ApiKeyUpdateInput, 'name' | 'permissions'>> & {
  name: string
  permissions: ReturnType<typeof readPermissions>
} {
  return {
    name: String(form.get('name')),
    permissions: readPermissions(form),
    tier: form.get('tier') as ApiKeyTier,
    expiresAt: toIso(String(form.get('expiresAt'))) ?? null,
    allowedIps: String(form.get('allowedIps')).split(/\s+/).filter(Boolean),
    persistedOnly: form.get('persistedOnly') === 'on',
  }
}
