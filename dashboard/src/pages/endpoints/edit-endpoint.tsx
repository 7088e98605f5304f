import { useState } from 'react'
import { endpointUpdate } from '../../graph/operations.ts'
import type { EndpointRow } from '../../graph/rows.ts'
import { type Outcome, useChange } from '../../graph/use-operation.ts'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { toast } from '../../ui/toasts.tsx'
import { EndpointConflict } from './endpoint-conflict.tsx'
import { EndpointFields } from './endpoint-fields.tsx'
import { changesOf, differencesOf, predicateRefusal, readEndpoint } from './endpoint-input.ts'

const words = texts.endpoints

interface Props {
  /** The endpoint as it is saved now, which may be newer than the one with which the form began. */
  endpoint: EndpointRow
  onClose: () => void
}

/**
 * Edits an endpoint. The form sends the entries that the person changed, on the version that was shown last: the edit of another person
 * is shown as soon as it is saved, and is overwritten only by a decision.
 */
export function EditEndpoint({ endpoint, onClose }: Props) {
  const { send, isSending } = useChange(endpointUpdate)
  const [base, setBase] = useState(endpoint)
  const differences = differencesOf(base, endpoint)
  // The own change may arrive as a live message before its answer.
  const isBehind = !isSending && differences.length > 0

  async function save(form: FormData): Promise<Outcome<unknown>> {
    try {
      const input = changesOf(readEndpoint(form), base)
      if (Object.keys(input).length === 0) return { payload: undefined }
      return await send({ id: endpoint.id, input, expectedVersion: endpoint.version })
    } catch (error) {
      return { refusal: predicateRefusal(error) }
    }
  }

  return (
    <Dialog title={words.editTitle} size="wide" onClose={onClose}>
      {isBehind && (
        <EndpointConflict endpoint={endpoint} differences={differences} onTakeTheirs={() => setBase(endpoint)} />
      )}
      <Form
        key={base.version}
        submit={isBehind ? settingTexts.conflict.saveMine : words.form.save}
        onCancel={onClose}
        send={save}
        onDone={() => {
          toast(words.saved)
          onClose()
        }}
      >
        {(faultOf) => <EndpointFields endpoint={base} faultOf={faultOf} />}
      </Form>
    </Dialog>
  )
}
