import { type FormEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
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

/**
 * A form whose faults stand at their fields, as the server words them, and below them only without such a field. What was
 * typed stays after a refusal, and the focus goes to the first field with a fault.
 */
export function Form<Result>({ submit, send, onDone, isLocked, onCancel, children }: Props<Result>) {
  const [refusal, setRefusal] = useState<Refusal>()
  const [isSending, setSending] = useState(false)
  const [isGeneral, setGeneral] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  /** Paths of issues that a field shows. */
  const shown = useRef(new Set<string>())

  function faultOf(field: string): string | undefined {
    const found = Object.entries(refusal?.issues ?? {}).filter(
      ([path]) => path === field || path.startsWith(`${field}.`),
    )
    for (const [path] of found) shown.current.add(path)
    return found[0]?.[1]
  }

  useLayoutEffect(() => {
    if (refusal === undefined) return
    const field = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')
    setGeneral(!field || Object.keys(refusal.issues).some((path) => !shown.current.has(path)))
    field?.focus()
  }, [refusal])

  async function handle(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    setSending(true)
    const outcome = await send(new FormData(event.currentTarget))
    setSending(false)
    shown.current.clear()
    setRefusal('refusal' in outcome ? outcome.refusal : undefined)
    if ('payload' in outcome) onDone(outcome.payload)
  }

  return (
    <form ref={form} className="stack" onSubmit={handle}>
      {isLocked ? (
        <fieldset className="stack locked" disabled>
          {children(faultOf)}
        </fieldset>
      ) : (
        children(faultOf)
      )}
      {refusal !== undefined && isGeneral && (
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
