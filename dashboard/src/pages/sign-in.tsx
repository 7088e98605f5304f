import { type FormEvent, useMemo, useState } from 'react'
import { Provider } from 'urql'
import { createGraph } from '../graph/client.ts'
import { signIn } from '../graph/operations.ts'
import { type Refusal, useChange } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/button.tsx'
import { CheckField, TextField } from '../ui/field.tsx'

const IGNORE = () => {}

/** A card in the middle of an empty page, with a graph of its own that has no session yet. */
export function Alone({ title, children }: { title: string; children: React.ReactNode }) {
  const graph = useMemo(() => createGraph(undefined, IGNORE), [])
  return (
    <Provider value={graph.client}>
      <main className="alone">
        <div className="card">
          <div className="brand">
            <img src="/dashboard/icon.svg" alt="" />
            {texts.product}
          </div>
          <h1>{title}</h1>
          {children}
        </div>
      </main>
    </Provider>
  )
}

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  return (
    <Alone title={texts.signIn.title}>
      <SignInForm onSignedIn={onSignedIn} />
    </Alone>
  )
}

function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const { send, isSending } = useChange(signIn)
  const [refusal, setRefusal] = useState<Refusal>()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const input = {
      email: String(form.get('email')),
      password: String(form.get('password')),
      remember: form.get('remember') === 'on',
    }
    const outcome = await send({ input })
    if ('refusal' in outcome) setRefusal(outcome.refusal)
    else onSignedIn()
  }

  return (
    <form className="stack" onSubmit={submit}>
      <TextField label={texts.signIn.email} name="email" type="email" autoComplete="username" required autoFocus />
      <TextField
        label={texts.signIn.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        fault={refusal?.message}
      />
      <CheckField label={texts.signIn.remember} name="remember" />
      <Button kind="primary" type="submit" disabled={isSending}>
        {texts.signIn.submit}
      </Button>
      <p className="hint">{texts.signIn.noPassword}</p>
    </form>
  )
}
