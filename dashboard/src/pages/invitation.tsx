import { useLocation } from 'wouter'
import { type InvitationPreviewQuery, invitationAccept, invitationPreview } from '../graph/operations.ts'
import { useChange, useRead } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { TextField } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Answered } from '../ui/states.tsx'
import { useLinkCode } from '../ui/use-link-code.ts'
import { CardPage } from './sign-in.tsx'

const words = texts.members.accept

/** Accepts an invitation by its link: with a new account, or as the person who is signed in. */
export default function Invitation() {
  const token = useLinkCode()
  return (
    <CardPage title={words.title}>
      <Preview token={token} />
    </CardPage>
  )
}

function Preview({ token }: { token: string }) {
  const answer = useRead(invitationPreview, { token })
  return (
    <Answered answer={answer}>
      {({ invitationPreview: invitation }) =>
        invitation === null ? <p role="alert">{words.notGood}</p> : <Accept token={token} invitation={invitation} />
      }
    </Answered>
  )
}

interface AcceptProps {
  token: string
  invitation: NonNullable<InvitationPreviewQuery['invitationPreview']>
}

function Accept({ token, invitation: { organizationName, role, email } }: AcceptProps) {
  const { send } = useChange(invitationAccept)
  const [, navigate] = useLocation()

  function accept(form: FormData) {
    const [name, password] = [String(form.get('name')), String(form.get('password'))]
    return send({ input: { token, ...(name !== '' && { name }), ...(password !== '' && { password }) } })
  }

  return (
    <>
      <p>{words.about(organizationName, texts.members.roles[role] ?? role, email)}</p>
      <p className="hint">{words.signedInHint}</p>
      <Form submit={words.submit} send={accept} onDone={() => navigate('/dashboard')}>
        {(faultOf) => (
          <>
            <TextField
              label={texts.signIn.setup.name}
              name="name"
              autoComplete="name"
              autoFocus
              fault={faultOf('name')}
            />
            <TextField
              label={texts.signIn.password}
              name="password"
              type="password"
              autoComplete="new-password"
              hint={texts.signIn.setup.passwordHint}
              fault={faultOf('password')}
            />
          </>
        )}
      </Form>
    </>
  )
}
