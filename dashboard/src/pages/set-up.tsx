import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { setupComplete, setupLink } from '../graph/operations.ts'
import { useChange, useRead } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Answered } from '../ui/states.tsx'
import { useLinkCode } from '../ui/use-link-code.ts'
import { AddCatalogue } from './event-types/add-catalogue.tsx'
import { CardPage } from './sign-in.tsx'

const words = texts.signIn

/** The first page of an installation, opened by the link that its start printed. */
export default function SetUp() {
  const code = useLinkCode()
  const [isDone, setDone] = useState(false)
  const [, navigate] = useLocation()
  if (isDone) return <FirstTypes onDone={() => navigate('/dashboard')} />
  return (
    <CardPage title={words.setup.title}>
      {code === '' ? <p role="alert">{words.setup.noCode}</p> : <SetUpLink code={code} onDone={() => setDone(true)} />}
    </CardPage>
  )
}

/** Asks for a first set of event types, without which a new organization has nothing to publish. */
function FirstTypes({ onDone }: { onDone: () => void }) {
  return (
    <CardPage title={texts.catalogue.title}>
      <p className="muted">{texts.catalogue.hint}</p>
      <div className="actions">
        <Button onClick={onDone}>{texts.catalogue.skip}</Button>
        <AddCatalogue kind="primary" onAdded={onDone} />
      </div>
    </CardPage>
  )
}

function SetUpLink({ code, onDone }: { code: string; onDone: () => void }) {
  const answer = useRead(setupLink, { code })
  return (
    <Answered answer={answer}>
      {({ setupLinkIsGood }) => (setupLinkIsGood ? <SetUpForm code={code} onDone={onDone} /> : <NotGood />)}
    </Answered>
  )
}

function NotGood() {
  return (
    <>
      <p role="alert">{words.setup.notGood}</p>
      <div className="actions">
        <Link className="button" href="/dashboard">
          {words.submit}
        </Link>
      </div>
    </>
  )
}

function SetUpForm({ code, onDone }: { code: string; onDone: () => void }) {
  const { send } = useChange(setupComplete)

  function submit(form: FormData) {
    const field = (name: string) => String(form.get(name))
    const [organizationName, name] = [field('organizationName'), field('name')]
    return send({ input: { code, organizationName, name, email: field('email'), password: field('password') } })
  }

  return (
    <>
      <p className="muted">{words.setup.hint}</p>
      <Form submit={words.setup.submit} send={submit} onDone={onDone}>
        {(faultOf) => (
          <>
            <TextField
              label={words.setup.organization}
              name="organizationName"
              autoComplete="organization"
              required
              autoFocus
              fault={faultOf('organizationName')}
            />
            <TextField label={words.setup.name} name="name" autoComplete="name" required fault={faultOf('name')} />
            <TextField
              label={words.email}
              name="email"
              type="email"
              autoComplete="username"
              required
              fault={faultOf('email')}
            />
            <TextField
              label={words.password}
              name="password"
              type="password"
              autoComplete="new-password"
              required
              hint={words.setup.passwordHint}
              fault={faultOf('password')}
            />
          </>
        )}
      </Form>
    </>
  )
}
