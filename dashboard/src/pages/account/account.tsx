import { useState } from 'react'
import { type AccountQuery, account, accountUpdate, passwordChange } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { CheckField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { toast } from '../../ui/toasts.tsx'
import { Sessions } from './sessions.tsx'
import { TwoFactor } from './two-factor.tsx'

const words = texts.account

/** The account of the signed-in person. */
export default function Account() {
  const answer = useRead(account, {})
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Answered answer={answer}>
        {({ viewer, sessions }) => (
          <>
            <div className="columns">
              {viewer.person !== null && <Profile person={viewer.person} />}
              <Password onChanged={answer.refresh} />
            </div>
            <TwoFactor
              isEnabled={viewer.person?.twoFactor?.isEnabled ?? false}
              codesLeft={viewer.person?.twoFactor?.recoveryCodesLeft}
              onChanged={answer.refresh}
            />
            <Sessions sessions={sessions} onEnded={answer.refresh} />
          </>
        )}
      </Answered>
    </>
  )
}

function Profile({ person }: { person: NonNullable<AccountQuery['viewer']['person']> }) {
  const { send } = useChange(accountUpdate)

  function save(form: FormData) {
    const email = String(form.get('email'))
    return send({
      input: {
        name: String(form.get('name')),
        mailsOfEndpoints: form.get('mailsOfEndpoints') === 'on',
        // A given address needs the password, also the present one.
        ...(email !== person.email && { email }),
      },
    })
  }

  return (
    <Panel title={words.profile}>
      <Form submit={words.save} send={save} onDone={() => toast(words.saved)}>
        {(faultOf) => (
          <>
            <TextField label={words.name} name="name" required defaultValue={person.name} fault={faultOf('name')} />
            <TextField
              label={words.email}
              name="email"
              type="email"
              autoComplete="username"
              required
              defaultValue={person.email ?? ''}
              fault={faultOf('email')}
            />
            <CheckField label={words.mails} name="mailsOfEndpoints" defaultChecked={person.mailsOfEndpoints ?? false} />
          </>
        )}
      </Form>
    </Panel>
  )
}

function Password({ onChanged }: { onChanged: () => void }) {
  const { send } = useChange(passwordChange)
  const { password } = words
  const [changes, setChanges] = useState(0)

  const change = (form: FormData) =>
    send({
      input: {
        currentPassword: String(form.get('current')),
        password: String(form.get('new')),
        endOtherSessions: form.get('endOthers') === 'on',
      },
    })

  return (
    <Panel title={password.title}>
      <Form
        key={changes}
        submit={password.submit}
        send={change}
        onDone={() => {
          toast(password.done)
          // An empty form again: passwords do not stay on the page.
          setChanges((before) => before + 1)
          onChanged()
        }}
      >
        {(faultOf) => (
          <>
            <TextField
              label={password.current}
              name="current"
              type="password"
              autoComplete="current-password"
              required
              fault={faultOf('currentPassword')}
            />
            <TextField
              label={password.new}
              name="new"
              type="password"
              autoComplete="new-password"
              required
              hint={password.hint}
              fault={faultOf('password')}
            />
            <CheckField label={password.endOthers} name="endOthers" defaultChecked />
          </>
        )}
      </Form>
    </Panel>
  )
}
