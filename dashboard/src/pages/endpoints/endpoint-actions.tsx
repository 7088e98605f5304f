import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { endpointDelete, endpointDisable } from '../../graph/operations.ts'
import type { EndpointRow } from '../../graph/rows.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { EditEndpoint } from './edit-endpoint.tsx'
import { EnableEndpoint } from './enable-endpoint.tsx'
import { EndpointImpact } from './endpoint-impact.tsx'
import { TestEndpoint } from './test-endpoint.tsx'

const words = texts.endpoints
type Open = 'test' | 'edit' | 'enable' | 'disable' | 'delete'

/** Changes that the rights of the person allow. */
export function EndpointActions({ endpoint, onChanged }: { endpoint: EndpointRow; onChanged: () => void }) {
  const { can } = useSession()
  const [open, setOpen] = useState<Open>()
  const [, navigate] = useLocation()
  const [disabling, deleting] = [useChange(endpointDisable), useChange(endpointDelete)]
  const { id, enabled } = endpoint
  function close() {
    setOpen(undefined)
    onChanged()
  }

  return (
    <div className="row">
      {can('webhooks:write') && (
        <>
          <Button onClick={() => setOpen('test')}>{words.test.action}</Button>
          <Button onClick={() => setOpen('edit')}>{words.edit}</Button>
          {enabled ? (
            <Button onClick={() => setOpen('disable')}>{words.disable.action}</Button>
          ) : (
            <Button kind="primary" onClick={() => setOpen('enable')}>
              {words.enable.action}
            </Button>
          )}
        </>
      )}
      {can('deliveries:write') && enabled && (
        <Link className="button" href={`/replays?endpoint=${id}`}>
          {texts.replays.create}
        </Link>
      )}
      {can('webhooks:delete') && (
        <Button kind="danger" onClick={() => setOpen('delete')}>
          {words.remove.action}
        </Button>
      )}
      {open === 'test' && <TestEndpoint id={id} onClose={close} />}
      {open === 'edit' && <EditEndpoint endpoint={endpoint} onClose={close} />}
      {open === 'enable' && <EnableEndpoint id={id} onClose={close} />}
      {open === 'disable' && (
        <Confirm {...words.disable} onClose={close} send={() => disabling.send({ id })}>
          <EndpointImpact ids={[id]} change="disable" />
        </Confirm>
      )}
      {open === 'delete' && (
        <Confirm
          {...words.remove}
          onClose={close}
          send={async () => {
            const outcome = await deleting.send({ id })
            if ('payload' in outcome) navigate('/endpoints')
            return outcome
          }}
        >
          <EndpointImpact ids={[id]} change="delete" />
        </Confirm>
      )}
    </div>
  )
}
