import { useState } from 'react'
import { memberLeave, memberRemove, ownershipTransfer } from '../../graph/operations.ts'
import type { MemberRow } from '../../graph/rows.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { useManageableRoles } from './role-select.tsx'

const words = texts.members

/** Leaving for the own row; removing and the transfer of the ownership for the others, as far as the role allows. */
export function MemberActions({ row, onChanged }: { row: MemberRow; onChanged: () => void }) {
  const { viewer, visit } = useSession()
  const [open, setOpen] = useState<'leave' | 'remove' | 'transfer'>()
  const [leaving, removing, transferring] = [
    useChange(memberLeave),
    useChange(memberRemove),
    useChange(ownershipTransfer),
  ]
  const isManageable = useManageableRoles().some(([role]) => role === row.role)
  const isOwn = row.person.id === viewer.person?.id
  const { id, person } = row
  const close = () => setOpen(undefined)

  async function leave() {
    const outcome = await leaving.send({})
    if ('payload' in outcome) location.assign('/dashboard')
    return outcome
  }

  async function change(send: () => ReturnType<typeof removing.send | typeof transferring.send>, isOwnRole: boolean) {
    const outcome = await send()
    if ('payload' in outcome) {
      // The own rights have changed, which every part of the page depends on.
      if (isOwnRole) location.reload()
      else onChanged()
    }
    return outcome
  }

  return (
    <div className="row">
      {isOwn && <Button onClick={() => setOpen('leave')}>{words.leave.action}</Button>}
      {!isOwn && viewer.role === 'OWNER' && visit === undefined && row.role !== 'OWNER' && (
        <Button aria-label={words.transfer.label(person.name)} onClick={() => setOpen('transfer')}>
          {words.transfer.action}
        </Button>
      )}
      {!isOwn && isManageable && (
        <Button kind="danger" aria-label={words.removeLabel(person.name)} onClick={() => setOpen('remove')}>
          {words.remove}
        </Button>
      )}
      {open === 'leave' && (
        <Confirm {...words.leave} onClose={close} send={leave}>
          <p>{words.leave.effect(viewer.organization.name)}</p>
        </Confirm>
      )}
      {open === 'remove' && (
        <Confirm
          title={words.removeTitle}
          action={words.remove}
          done={words.removed}
          onClose={close}
          send={() => change(() => removing.send({ id }), false)}
        >
          <p>{words.removeEffect(person.name)}</p>
        </Confirm>
      )}
      {open === 'transfer' && (
        <Confirm {...words.transfer} onClose={close} send={() => change(() => transferring.send({ id }), true)}>
          <p>{words.transfer.effect(person.name, viewer.organization.name)}</p>
        </Confirm>
      )}
    </div>
  )
}
