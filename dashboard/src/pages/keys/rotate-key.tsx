import { useState } from 'react'
import { type ApiKeyRotateMode, keyRotate } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { SecretOnce } from '../../ui/secret-once.tsx'
import { KeyEffect } from './key-effect.tsx'

const words = texts.keys.rotate
const MODES = [
  ['SAME_ID', words.SAME_ID],
  ['NEW_ID', words.NEW_ID],
] as const
const AT_ONCE = '0'

interface Props {
  id: string
  onClose: () => void
  /** @param id id of the key with the new secret, which is another one after a rotation to a new id */
  onRotated: (id: string) => void
}

/** Gives a key a new secret: with an overlap in which both work, or at once. */
export function RotateKey({ id, onClose, onRotated }: Props) {
  const { send } = useChange(keyRotate)
  const [rotated, setRotated] = useState<{ secret: string; id: string }>()
  const [overlap, setOverlap] = useState('86400')

  if (rotated !== undefined)
    return (
      <SecretOnce
        title={texts.keys.rotatedTitle}
        secret={rotated.secret}
        onClose={() => {
          onClose()
          onRotated(rotated.id)
        }}
      />
    )
  return (
    <Dialog title={words.title} onClose={onClose}>
      <Form
        submit={words.action}
        onCancel={onClose}
        send={(form) => {
          const [mode, overlapSeconds] = [form.get('mode') as ApiKeyRotateMode, Number(form.get('overlapSeconds'))]
          return send({ id, input: { mode, overlapSeconds } })
        }}
        onDone={(payload) => {
          if (payload.__typename === 'ApiKeyRotatePayload')
            setRotated({ secret: payload.secret, id: payload.apiKey.id })
        }}
      >
        {(faultOf) => (
          <>
            <SelectField label={words.mode} name="mode" options={MODES} fault={faultOf('mode')} />
            <SelectField
              label={words.overlap}
              name="overlapSeconds"
              options={words.overlaps}
              value={overlap}
              onChange={(event) => setOverlap(event.target.value)}
              fault={faultOf('overlapSeconds')}
            />
            {overlap === AT_ONCE ? (
              <KeyEffect id={id} effect={words.atOnce} />
            ) : (
              <p className="hint">{words.overlapHint}</p>
            )}
          </>
        )}
      </Form>
    </Dialog>
  )
}
