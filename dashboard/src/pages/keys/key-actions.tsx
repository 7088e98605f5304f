import { useState } from 'react'
import { useLocation } from 'wouter'
import { keyDisable, keyEnable, keyRevoke } from '../../graph/operations.ts'
import type { KeyRow } from '../../graph/rows.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { toast } from '../../ui/toasts.tsx'
import { EditKey } from './edit-key.tsx'
import { KeyEffect } from './key-effect.tsx'
import { RotateKey } from './rotate-key.tsx'

const words = texts.keys

/** Changes that the state of the key and the rights of the person allow. */
export function KeyActions({ apiKey, onChanged }: { apiKey: KeyRow; onChanged: () => void }) {
  const { id, status } = apiKey
  const { can } = useSession()
  const [, navigate] = useLocation()
  const [open, setOpen] = useState<'edit' | 'rotate' | 'disable' | 'revoke'>()
  const close = () => setOpen(undefined)
  const [disabling, enabling, revoking] = [useChange(keyDisable), useChange(keyEnable), useChange(keyRevoke)]
  const isRevoked = status === 'REVOKED'
  const mayChange = can('keys:write') && !isRevoked

  async function enable() {
    const outcome = await enabling.send({ id })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(words.enable.done)
  }

  return (
    <div className="row">
      {mayChange && <Button onClick={() => setOpen('edit')}>{words.edit.action}</Button>}
      {mayChange && <Button onClick={() => setOpen('rotate')}>{words.rotate.action}</Button>}
      {mayChange && status === 'DISABLED' && <Button onClick={enable}>{words.enable.action}</Button>}
      {mayChange && status !== 'DISABLED' && <Button onClick={() => setOpen('disable')}>{words.disable.action}</Button>}
      {can('keys:delete') && (
        <Button
          kind="danger"
          disabled={isRevoked}
          title={isRevoked ? words.revoke.already : undefined}
          onClick={() => setOpen('revoke')}
        >
          {words.revoke.action}
        </Button>
      )}
      {open === 'edit' && <EditKey apiKey={apiKey} onClose={close} onBehind={onChanged} />}
      {open === 'rotate' && (
        <RotateKey
          id={id}
          onClose={close}
          onRotated={(rotated) => (rotated === id ? onChanged() : navigate(`/keys/${rotated}`))}
        />
      )}
      {open === 'disable' && (
        <Confirm {...words.disable} onClose={close} send={() => disabling.send({ id })}>
          <KeyEffect id={id} effect={words.disable.effect} />
        </Confirm>
      )}
      {open === 'revoke' && (
        <Confirm {...words.revoke} onClose={close} send={() => revoking.send({ id })}>
          <KeyEffect id={id} effect={words.revoke.effect} />
        </Confirm>
      )}
    </div>
  )
}
