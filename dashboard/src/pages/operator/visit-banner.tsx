import { useState } from 'react'
import { type Outcome, refusalOf } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'

const words = texts.visit
/** Bounds of a reason in characters, as the server has them. */
const [LEAST, MOST] = [10, 200]
/** Characters that a header can carry. */
const SENDABLE = /^[\x20-\x7e\xa0-\xff]*$/

const KEY = 'signalbox.operator'

/** Remembers where visits begin, for the way back. */
export const rememberOperatorPage = (organizationId: string): void => sessionStorage.setItem(KEY, organizationId)

function operatorPage(): string {
  const organizationId = sessionStorage.getItem(KEY)
  return organizationId === null ? '/dashboard' : `/dashboard/${organizationId}/operator`
}

/** Stands above every page while a person of the operator is in an organization that is not one of its own. */
export function VisitBanner() {
  const { viewer, visit } = useSession()
  const [isAsking, setAsking] = useState(false)
  if (visit === undefined) return null
  const { reason, setReason } = visit
  const { name } = viewer.organization
  return (
    <aside className="notice visit" data-tone={reason === undefined ? 'warn' : 'bad'} aria-label={words.label}>
      <span>{reason === undefined ? words.reading(name) : words.acting(name, reason)}</span>
      <span className="row">
        {reason === undefined ? (
          <Button onClick={() => setAsking(true)}>{words.act}</Button>
        ) : (
          <Button onClick={() => setReason(undefined)}>{words.onlyRead}</Button>
        )}
        <Button onClick={() => location.assign(operatorPage())}>{words.leave}</Button>
      </span>
      {isAsking && <AskReason onClose={() => setAsking(false)} onGiven={setReason} />}
    </aside>
  )
}

function AskReason({ onClose, onGiven }: { onClose: () => void; onGiven: (reason: string) => void }) {
  async function check(form: FormData): Promise<Outcome<string>> {
    const reason = String(form.get('reason')).trim()
    if (reason.length < LEAST || reason.length > MOST) return refusalOf('reason', words.length(LEAST, MOST))
    return SENDABLE.test(reason) ? { payload: reason } : refusalOf('reason', words.signs)
  }

  return (
    <Dialog title={words.act} onClose={onClose}>
      <p className="muted">{words.hint}</p>
      <Form
        submit={words.begin}
        onCancel={onClose}
        send={check}
        onDone={(reason) => {
          onGiven(reason)
          onClose()
        }}
      >
        {(faultOf) => (
          <TextField
            label={words.reason}
            name="reason"
            required
            autoFocus
            maxLength={MOST}
            placeholder={words.example}
            fault={faultOf('reason')}
          />
        )}
      </Form>
    </Dialog>
  )
}
