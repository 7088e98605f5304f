import { useState } from 'react'
import { type KeyQuery, key, keyDisable, keyEnable, keyRevoke, keyUpdates } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { toast } from '../../ui/toasts.tsx'
import { KeyEffect } from './key-effect.tsx'
import { KeyFacts } from './key-facts.tsx'
import { KeyStatus } from './key-status.tsx'
import { PermissionTable } from './permission-editor.tsx'
import { RotateKey } from './rotate-key.tsx'

const words = texts.keys
export type KeyRow = Extract<NonNullable<KeyQuery['node']>, { __typename: 'ApiKey' }>

/** One API key with everything about it. */
export default function Key({ id }: { id: string }) {
  const answer = useRead(key, { id })
  useUpdates(keyUpdates, {}, ({ apiKeyUpdates: { gap, apiKey } }) => {
    if (gap || apiKey?.id === id) answer.refresh()
  })
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'ApiKey' ? (
          <Shown apiKey={node} />
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

function Shown({ apiKey }: { apiKey: KeyRow }) {
  return (
    <>
      <div className="page-head">
        <div className="row">
          <h1>{apiKey.name}</h1>
          <KeyStatus status={apiKey.status} />
        </div>
        <Actions apiKey={apiKey} />
      </div>
      <div className="columns">
        <Panel title={words.title}>
          <KeyFacts apiKey={apiKey} />
        </Panel>
        <Panel title={words.permissions.title} bare>
          <PermissionTable permissions={apiKey.permissions} />
        </Panel>
      </div>
    </>
  )
}

/** Changes that the state of the key and the rights of the person allow. */
function Actions({ apiKey: { id, status } }: { apiKey: KeyRow }) {
  const { can } = useSession()
  const [open, setOpen] = useState<'rotate' | 'disable' | 'revoke'>()
  const close = () => setOpen(undefined)
  const [disabling, enabling, revoking] = [useChange(keyDisable), useChange(keyEnable), useChange(keyRevoke)]
  if (status === 'REVOKED') return null

  async function enable() {
    const outcome = await enabling.send({ id })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(words.enable.done)
  }

  return (
    <div className="row">
      {can('keys:write') && <Button onClick={() => setOpen('rotate')}>{words.rotate.action}</Button>}
      {can('keys:write') && status === 'DISABLED' && <Button onClick={enable}>{words.enable.action}</Button>}
      {can('keys:write') && status !== 'DISABLED' && (
        <Button onClick={() => setOpen('disable')}>{words.disable.action}</Button>
      )}
      {can('keys:delete') && (
        <Button kind="danger" onClick={() => setOpen('revoke')}>
          {words.revoke.action}
        </Button>
      )}
      {open === 'rotate' && <RotateKey id={id} onClose={close} />}
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
