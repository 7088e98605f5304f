import { organizationRename } from '../../graph/operations.ts'
import type { SettingsOrganization } from '../../graph/rows.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.settings

interface Props {
  organization: SettingsOrganization
  /** Called when somebody else changed the organization meanwhile. */
  onBehind: () => void
}

export function RenameOrganization({ organization: { name, version }, onBehind }: Props) {
  const { send } = useChange(organizationRename)

  async function save(form: FormData) {
    const outcome = await send({ expectedVersion: version, input: { name: String(form.get('name')) } })
    if ('refusal' in outcome && outcome.refusal.code === 'VERSION_CONFLICT') {
      toast(words.conflict, 'bad')
      onBehind()
    }
    return outcome
  }

  return (
    <Form key={name} submit={words.save} send={save} onDone={() => toast(words.renamed)}>
      {(faultOf) => (
        <TextField
          label={words.name}
          name="name"
          required
          maxLength={100}
          defaultValue={name}
          fault={faultOf('name')}
        />
      )}
    </Form>
  )
}
