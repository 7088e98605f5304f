import { type ReactNode, useMemo, useState } from 'react'
import { Provider } from 'urql'
import { createGraph } from '../graph/client.ts'
import { passwordResetRequest, signIn, signInVerify } from '../graph/operations.ts'
import { useChange } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/button.tsx'
import { CheckField, TextField } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { useTitle } from '../ui/use-title.ts'

const IGNORE = () => {}
const words = texts.signIn

/** A card in the middle of an empty page, with a graph of its own that has no session yet. */
export function CardPage({ title, children }: { title: string; children: ReactNode }) {
  const graph = useMemo(() => createGraph(undefined, IGNORE), [])
  useTitle(title)
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

interface SignInProps {
  /** True when a session ended while its page was open. */
  hasEnded: boolean
  onSignedIn: () => void
}

export function SignIn({ hasEnded, onSignedIn }: SignInProps) {
  const [challenge, setChallenge] = useState<string>()
  const [hasForgotten, setForgotten] = useState(false)
  if (hasForgotten)
    return (
      <CardPage title={words.forgotten.title}>
        <ForgottenPassword onBack={() => setForgotten(false)} />
      </CardPage>
    )
  return (
    <CardPage title={words.title}>
      {hasEnded && (
        <p className="notice" role="alert">
          {words.ended}
        </p>
      )}
      {challenge === undefined ? (
        <PasswordStep onSignedIn={onSignedIn} onChallenge={setChallenge} onForgotten={() => setForgotten(true)} />
      ) : (
        <CodeStep challenge={challenge} onSignedIn={onSignedIn} onBack={() => setChallenge(undefined)} />
      )}
    </CardPage>
  )
}

interface PasswordStepProps {
  onSignedIn: () => void
  onChallenge: (challenge: string) => void
  onForgotten: () => void
}

function PasswordStep(props: PasswordStepProps) {
  const { send } = useChange(signIn)

  const submit = (form: FormData) =>
    send({
      input: {
        email: String(form.get('email')),
        password: String(form.get('password')),
        remember: form.get('remember') === 'on',
      },
    })

  return (
    <>
      <Form
        submit={words.submit}
        send={submit}
        onDone={(payload) => {
          if (payload.__typename === 'SignInChallenge') props.onChallenge(payload.challenge)
          else props.onSignedIn()
        }}
      >
        {() => (
          <>
            <TextField label={words.email} name="email" type="email" autoComplete="username" required autoFocus />
            <TextField
              label={words.password}
              name="password"
              type="password"
              autoComplete="current-password"
              required
            />
            <CheckField label={words.remember} name="remember" />
          </>
        )}
      </Form>
      <Button kind="quiet" onClick={props.onForgotten}>
        {words.forgotten.link}
      </Button>
    </>
  )
}

/** Asks for the link of a reset. The answer is the same for every address. */
function ForgottenPassword({ onBack }: { onBack: () => void }) {
  const { send } = useChange(passwordResetRequest)
  const [isSent, setSent] = useState(false)
  if (isSent)
    return (
      <>
        <p role="status">{words.forgotten.sent}</p>
        <Button onClick={onBack}>{words.forgotten.back}</Button>
      </>
    )
  return (
    <Form
      submit={words.forgotten.submit}
      onCancel={onBack}
      send={(form) => send({ email: String(form.get('email')) })}
      onDone={() => setSent(true)}
    >
      {() => <TextField label={words.email} name="email" type="email" autoComplete="username" required autoFocus />}
    </Form>
  )
}

/** The second step of people with an authenticator. */
function CodeStep(props: { challenge: string; onSignedIn: () => void; onBack: () => void }) {
  const { send } = useChange(signInVerify)
  return (
    <Form
      submit={words.submit}
      onCancel={props.onBack}
      send={(form) => send({ input: { challenge: props.challenge, code: String(form.get('code')) } })}
      onDone={props.onSignedIn}
    >
      {() => (
        <TextField
          label={words.code}
          name="code"
          autoComplete="one-time-code"
          required
          autoFocus
          hint={words.codeHint}
        />
      )}
    </Form>
  )
}
