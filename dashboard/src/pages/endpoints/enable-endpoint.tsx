import { endpointEnable, type HeldDeliveries } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'
import { EndpointImpact } from './endpoint-impact.tsx'

const words = texts.endpoints.enable

/** Enables an endpoint, and sends or cancels what was held meanwhile. */
export function EnableEndpoint({ id, onClose }: { id: string; onClose: () => void }) {
  const { send } = useChange(endpointEnable)
  return (
    <Dialog title={words.title} onClose={onClose}>
      <EndpointImpact ids={[id]} change="enable" />
      <Form
        submit={words.action}
        onCancel={onClose}
        send={(form) => send({ id, heldDeliveries: form.get('held') as HeldDeliveries })}
        onDone={() => {
          toast(words.done)
          onClose()
        }}
      >
        {() => <SelectField label={words.held} name="held" options={words.options} />}
      </Form>
    </Dialog>
  )
}
