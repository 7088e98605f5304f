import { useState } from 'react'
import { keyUpdate } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'
import type { KeyRow } from './key.tsx'
import { KeyFields, readKey } from './key-fields.tsx'

const words = texts.keys.edit

/** Edits a key on the version that the form shows: an edit of another person is never overwritten. */
export function EditKey({ apiKey, onClose, onBehind }: { apiKey: KeyRow; onClose: () => void; onBehind: () => void }) {
  const { send } = useChange(keyUpdate)
  const [isBehind, setBehind] = useState(false)

  async function save(form: FormData) {
    const outcome = await send({ id: apiKey.id, input: readKey(form), expectedVersion: apiKey.version })
    if ('refusal' in outcome && outcome.refusal.code === 'VERSION_CONFLICT') {
      setBehind(true)
      onBehind()
    }
    return outcome
  }

  return (
    <Dialog title={words.title} size="wide" onClose={onClose}>
      {isBehind && (
        <p className="notice" data-tone="warn" role="alert">
          {words.conflict}
        </p>
      )}
      <Form
        key={apiKey.version}
        submit={words.submit}
        onCancel={onClose}
        send={save}
        onDone={() => {
          toast(words.done)
          onClose()
        }}
      >
        {(faultOf) => <KeyFields apiKey={apiKey} faultOf={faultOf} />}
      </Form>
    </Dialog>
  )
}
