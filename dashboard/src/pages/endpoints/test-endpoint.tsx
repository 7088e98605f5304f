import { useState } from 'react'
import { useLocation } from 'wouter'
import { endpointTest, eventType, eventTypes } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.endpoints.test
/** Types that the list offers. */
const TYPES = 100

/** Sends a test event, plain or with the name and example of an event type, and leads to its delivery. */
export function TestEndpoint({ id, onClose }: { id: string; onClose: () => void }) {
  const { can } = useSession()
  const [, navigate] = useLocation()
  const { send } = useChange(endpointTest)
  const [typeId, setTypeId] = useState('')
  const pause = !can('events:read')
  const types = useRead(eventTypes, { filter: {}, first: TYPES }, { pause }).data?.eventTypes.nodes ?? []
  const name = types.find((type) => type.id === typeId)?.name
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p>{words.hint}</p>
      <Form
        submit={words.send}
        onCancel={onClose}
        send={() => send({ id, ...(name !== undefined && { type: name }) })}
        onDone={(payload) => {
          toast(words.sent)
          if (payload.__typename === 'WebhookEndpointTestPayload') navigate(`/deliveries/${payload.delivery.id}`)
        }}
      >
        {(faultOf) => (
          <>
            {!pause && (
              <SelectField
                label={words.type}
                options={[['', words.plain], ...types.map((type) => [type.id, type.name] as const)]}
                value={typeId}
                fault={faultOf('type')}
                onChange={(event) => setTypeId(event.target.value)}
              />
            )}
            {typeId !== '' && <Example id={typeId} />}
          </>
        )}
      </Form>
    </Dialog>
  )
}

function Example({ id }: { id: string }) {
  const { data } = useRead(eventType, { id })
  if (data?.node?.__typename !== 'EventType' || data.node.id !== id) return null
  if (data.node.example == null) return <p className="hint">{words.noExample}</p>
  return (
    <figure aria-label={words.example}>
      <figcaption className="hint">{words.example}</figcaption>
      <pre className="code">{JSON.stringify(data.node.example, null, 2)}</pre>
    </figure>
  )
}
