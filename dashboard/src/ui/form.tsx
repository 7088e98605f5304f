import { type FormEvent, type ReactNode, useState } from 'react'
import type { Outcome, Refusal } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from './button.tsx'

interface Props<Result> {
  /** Verb of the button. */
  submit: string
  send: (form: FormData) => Promise<Outcome<Result>>
  onDone: (payload: Result) => void
  /** True shows the fields without a way to change them. */
  isLocked?: boolean
  /** Shows a button that leaves the form. */
  onCancel?: () => void
  /** The fields. `faultOf` is the broken rule of a field, or of an entry of a list. */
  children: (faultOf: (field: string) => string | undefined) => ReactNode
}

/** A form whose faults stand at their fields, as the server words them. What was typed stays after a refusal. */
export function Form<Result>({ submit, send, onDone, isLocked, onCancel, children }: Props<Result>) {
  const [refusal, setRefusal] = useState<Refusal>()
  const [isSending, setSending] = useState(false)
  const faultOf = (field: string) =>
    Object.entries(refusal?.issues ?? {}).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1]

  async function handle(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    setSending(true)
    const outcome = await send(new FormData(event.currentTarget))
    setSending(false)
    if ('refusal' in outcome) setRefusal(outcome.refusal)
    else onDone(outcome.payload)
  }

  return (
    <form className="stack" onSubmit={handle}>
      {isLocked ? (
        <fieldset className="stack locked" disabled>
          {children(faultOf)}
        </fieldset>
      ) : (
        children(faultOf)
      )}
      {refusal !== undefined && (
        <p className="fault" role="alert">
          {refusal.message}
        </p>
      )}
      {!isLocked && (
        <div className="actions">
          {onCancel !== undefined && <Button onClick={onCancel}>{texts.actions.cancel}</Button>}
          <Button kind="primary" type="submit" disabled={isSending}>
            {submit}
          </Button>
        </div>
      )}
    </form>
  )
}
