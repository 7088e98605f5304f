import { useState } from 'react'
import { keyUpdate } from '../../graph/operations.ts'
import type { KeyRow } from '../../graph/rows.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'
import { KeyFields, readKey } from './key-fields.tsx'

const words = texts.keys.edit

/**
 * Edits a key on the version with which the form opened: an edit of another person is neither overwritten, nor does it
 * take away what was typed.
 */
export function EditKey({ apiKey, onClose, onBehind }: { apiKey: KeyRow; onClose: () => void; onBehind: () => void }) {
  const { send } = useChange(keyUpdate)
  const [base, setBase] = useState(apiKey)

  async function save(form: FormData) {
    const outcome = await send({ id: base.id, input: readKey(form), expectedVersion: base.version })
    if ('refusal' in outcome && outcome.refusal.code === 'VERSION_CONFLICT') onBehind()
    return outcome
  }

  return (
    <Dialog title={words.title} size="wide" onClose={onClose}>
      {base.version !== apiKey.version && (
        <div className="notice" data-tone="warn" role="alert">
          <span>{words.conflict}</span>
          <Button onClick={() => setBase(apiKey)}>{words.loadNewest}</Button>
        </div>
      )}
      <Form
        key={base.version}
        submit={words.submit}
        onCancel={onClose}
        send={save}
        onDone={() => {
          toast(words.done)
          onClose()
        }}
      >
        {(faultOf) => <KeyFields apiKey={base} faultOf={faultOf} />}
      </Form>
    </Dialog>
  )
}
