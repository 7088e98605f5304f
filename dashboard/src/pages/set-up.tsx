import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { setupComplete } from '../graph/operations.ts'
import { type Refusal, useChange } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { Alone } from './sign-in.tsx'

/** The first page of an installation, opened by the link that its start printed. */
export function SetUp() {
  // Read once and removed, so that the code stays in no history.
  const [code] = useState(() => location.hash.slice(1))
  history.replaceState(null, '', '/setup')
  return (
    <Alone title={texts.signIn.setup.title}>
      {code === '' ? <p role="alert">{texts.signIn.setup.noCode}</p> : <SetUpForm code={code} />}
    </Alone>
  )
}

function SetUpForm({ code }: { code: string }) {
  const { send, isSending } = useChange(setupComplete)
  const [refusal, setRefusal] = useState<Refusal>()
  const [, navigate] = useLocation()
  const words = texts.signIn

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const field = (name: string) => String(form.get(name))
    const input = {
      code,
      organizationName: field('organizationName'),
      name: field('name'),
      email: field('email'),
      password: field('password'),
    }
    const outcome = await send({ input })
    if ('refusal' in outcome) setRefusal(outcome.refusal)
    else navigate('/dashboard')
  }

  return (
    <form className="stack" onSubmit={submit}>
      <p className="muted">{words.setup.hint}</p>
      <TextField
        label={words.setup.organization}
        name="organizationName"
        autoComplete="organization"
        required
        autoFocus
        fault={refusal?.issues.organizationName}
      />
      <TextField label={words.setup.name} name="name" autoComplete="name" required fault={refusal?.issues.name} />
      <TextField
        label={words.email}
        name="email"
        type="email"
        autoComplete="username"
        required
        fault={refusal?.issues.email}
      />
      <TextField
        label={words.password}
        name="password"
        type="password"
        autoComplete="new-password"
        required
        hint={words.setup.passwordHint}
        fault={refusal?.issues.password}
      />
      {refusal !== undefined && Object.keys(refusal.issues).length === 0 && (
        <p className="fault" role="alert">
          {refusal.message}
        </p>
      )}
      <Button kind="primary" type="submit" disabled={isSending}>
        {words.setup.submit}
      </Button>
    </form>
  )
}
