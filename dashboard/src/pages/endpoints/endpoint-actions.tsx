import { useState } from 'react'
import { useLocation } from 'wouter'
import { endpointDelete, endpointDisable, endpointTest } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { toast } from '../../ui/toasts.tsx'
import { EditEndpoint } from './edit-endpoint.tsx'
import { EnableEndpoint } from './enable-endpoint.tsx'
import type { EndpointRow } from './endpoint.tsx'
import { RotateSecret } from './rotate-secret.tsx'

const words = texts.endpoints
type Open = 'edit' | 'rotate' | 'enable' | 'disable' | 'delete'

/** Changes that the rights of the person allow. */
export function EndpointActions({ endpoint, onChanged }: { endpoint: EndpointRow; onChanged: () => void }) {
  const { can } = useSession()
  const [open, setOpen] = useState<Open>()
  const [, navigate] = useLocation()
  const [testing, disabling, deleting] = [
    useChange(endpointTest),
    useChange(endpointDisable),
    useChange(endpointDelete),
  ]
  const { id, enabled } = endpoint
  function close() {
    setOpen(undefined)
    onChanged()
  }

  async function test() {
    const outcome = await testing.send({ id })
    if ('refusal' in outcome) return toast(outcome.refusal.message, 'bad')
    toast(words.test.sent)
    if (outcome.payload.__typename === 'WebhookEndpointTestPayload')
      navigate(`/deliveries/${outcome.payload.delivery.id}`)
  }

  return (
    <div className="row">
      {can('webhooks:write') && (
        <>
          <Button onClick={test} disabled={testing.isSending}>
            {words.test.action}
          </Button>
          <Button onClick={() => setOpen('edit')}>{words.edit}</Button>
          <Button onClick={() => setOpen('rotate')}>{words.rotate.action}</Button>
          {enabled ? (
            <Button onClick={() => setOpen('disable')}>{words.disable.action}</Button>
          ) : (
            <Button onClick={() => setOpen('enable')}>{words.enable.action}</Button>
          )}
        </>
      )}
      {can('webhooks:delete') && (
        <Button kind="danger" onClick={() => setOpen('delete')}>
          {words.remove.action}
        </Button>
      )}
      {open === 'edit' && <EditEndpoint endpoint={endpoint} onClose={close} />}
      {open === 'rotate' && <RotateSecret id={id} onClose={close} />}
      {open === 'enable' && <EnableEndpoint id={id} onClose={close} />}
      {open === 'disable' && (
        <Confirm {...words.disable} onClose={close} send={() => disabling.send({ id })}>
          <p>{words.disable.effect}</p>
        </Confirm>
      )}
      {open === 'delete' && (
        <Confirm {...words.remove} onClose={() => navigate('/endpoints')} send={() => deleting.send({ id })}>
          <p>{words.remove.effect}</p>
        </Confirm>
      )}
    </div>
  )
}
