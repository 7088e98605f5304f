import { useState } from 'react'
import { organizationRemove } from '../../graph/operations.ts'
import { refusalOf, useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Panel } from '../../ui/panel.tsx'

const words = texts.settings.remove

/** Deletes the organization once its name was typed. */
export function RemoveOrganization({ name }: { name: string }) {
  const { send } = useChange(organizationRemove)
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)

  return (
    <Panel title={words.title}>
      <div className="row spread">
        <p className="muted">{words.hint}</p>
        <Button kind="danger" onClick={() => setOpen(true)}>
          {words.action}
        </Button>
      </div>
      {isOpen && (
        <Dialog title={words.confirmTitle(name)} onClose={close}>
          <p className="notice" data-tone="bad">
            {words.effect}
          </p>
          <Form
            submit={words.action}
            onCancel={close}
            send={async (form) =>
              String(form.get('typed')).trim() === name ? send({}) : refusalOf('typed', words.mismatch)
            }
            onDone={() => location.assign('/dashboard')}
          >
            {(faultOf) => (
              <TextField
                label={words.type(name)}
                name="typed"
                required
                autoFocus
                autoComplete="off"
                fault={faultOf('typed')}
              />
            )}
          </Form>
        </Dialog>
      )}
    </Panel>
  )
}
