import { type ReactNode, useState } from 'react'
import type { Outcome } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { toast } from './toasts.tsx'

interface Props {
  title: string
  /** Verb of the button, such as "Revoke". */
  action: string
  /** Told once it is done. */
  done: string
  onClose: () => void
  send: () => Promise<Outcome<unknown>>
  /** The effect, before it happens. */
  children: ReactNode
}

/** Asks before a change that is hard to undo, and shows its effect. A refusal stays in the dialog. */
export function Confirm({ title, action, done, onClose, send, children }: Props) {
  const [refusal, setRefusal] = useState<string>()
  const [isSending, setSending] = useState(false)

  async function confirm() {
    setSending(true)
    const outcome = await send()
    setSending(false)
    if ('refusal' in outcome) return setRefusal(outcome.refusal.message)
    toast(done)
    onClose()
  }

  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {refusal !== undefined && (
        <p className="fault" role="alert">
          {refusal}
        </p>
      )}
      <div className="actions">
        <Button onClick={onClose}>{texts.actions.cancel}</Button>
        <Button kind="danger" onClick={confirm} disabled={isSending}>
          {action}
        </Button>
      </div>
    </Dialog>
  )
}
