import { useEffect, useState } from 'react'
import { offerElevation } from '../../graph/elevation.ts'
import { reauthenticate } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'

const words = texts.account.elevation

/** Asks for the password before a dangerous change, wherever in the dashboard it is made. */
export function Elevation() {
  const { send } = useChange(reauthenticate)
  const [answer, setAnswer] = useState<(isElevated: boolean) => void>()
  useEffect(
    () =>
      offerElevation(
        () =>
          new Promise((resolve) => {
            setAnswer(() => (isElevated: boolean) => {
              setAnswer(undefined)
              resolve(isElevated)
            })
          }),
      ),
    [],
  )

  if (answer === undefined) return null
  return (
    <Dialog title={words.title} onClose={() => answer(false)}>
      <p className="muted">{words.hint}</p>
      <Form
        submit={words.submit}
        onCancel={() => answer(false)}
        send={(form) => {
          const [password, code] = [String(form.get('password')), String(form.get('code'))]
          return send({ input: { password, ...(code !== '' && { code }) } })
        }}
        onDone={() => answer(true)}
      >
        {() => (
          <>
            <TextField
              label={texts.signIn.password}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              autoFocus
            />
            <TextField label={words.code} name="code" inputMode="numeric" autoComplete="one-time-code" />
          </>
        )}
      </Form>
    </Dialog>
  )
}
