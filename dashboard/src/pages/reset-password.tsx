import { useLocation } from 'wouter'
import { passwordReset } from '../graph/operations.ts'
import { useChange } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { TextField } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { toast } from '../ui/toasts.tsx'
import { useLinkCode } from '../ui/use-link-code.ts'
import { CardPage } from './sign-in.tsx'

const words = texts.signIn.reset

/** Chooses a new password by the link of a reset. */
export default function ResetPassword() {
  const code = useLinkCode()
  return (
    <CardPage title={words.title}>{code === '' ? <p role="alert">{words.noCode}</p> : <Choice code={code} />}</CardPage>
  )
}

function Choice({ code }: { code: string }) {
  const { send } = useChange(passwordReset)
  const [, navigate] = useLocation()

  function done() {
    toast(words.done)
    navigate('/dashboard')
  }

  return (
    <Form
      submit={words.submit}
      send={(form) => send({ input: { code, password: String(form.get('password')) } })}
      onDone={done}
    >
      {(faultOf) => (
        <TextField
          label={words.password}
          name="password"
          type="password"
          autoComplete="new-password"
          required
          autoFocus
          hint={texts.signIn.setup.passwordHint}
          fault={faultOf('password')}
        />
      )}
    </Form>
  )
}
