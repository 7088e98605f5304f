import { type MemberRole, type SettingsQuery, settings, settingsUpdate } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Facts } from '../../ui/facts.tsx'
import { CheckField, TextAreaField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.settings
type Organization = SettingsQuery['viewer']['organization']

/** The organization, and the rules by which its members sign in. */
export default function Settings() {
  const { can } = useSession()
  const answer = useRead(settings, {})
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Answered answer={answer}>
        {({ viewer: { organization } }) => (
          <div className="columns">
            <Panel title={words.organization} sent={answer.sent}>
              <Facts
                facts={[
                  [words.id, <code key="id">{organization.id}</code>],
                  [words.name, organization.name],
                  [words.plan, organization.plan],
                  [words.created, <Time key="created" at={organization.createdAt} />],
                ]}
              />
            </Panel>
            {can('members:write') && organization.settings !== null && <SignInRules organization={organization} />}
          </div>
        )}
      </Answered>
    </>
  )
}

const secondsOf = (form: FormData, name: string): number | null => {
  const text = String(form.get(name))
  return text === '' ? null : Number(text)
}

function SignInRules({ organization: { version, settings } }: { organization: Organization }) {
  const { send } = useChange(settingsUpdate)

  const save = (form: FormData) =>
    send({
      expectedVersion: version,
      input: {
        twoFactorRoles: form.getAll('twoFactorRole') as MemberRole[],
        sessionIdleSeconds: secondsOf(form, 'sessionIdleSeconds'),
        sessionLifetimeSeconds: secondsOf(form, 'sessionLifetimeSeconds'),
        memberIps: String(form.get('memberIps')).split(/\s+/).filter(Boolean),
      },
    })

  return (
    <Panel title={words.rules}>
      <Form key={version} submit={words.save} send={save} onDone={() => toast(words.saved)}>
        {(faultOf) => (
          <>
            <fieldset className="permissions">
              <legend className="label">{words.twoFactor}</legend>
              {Object.entries(texts.members.roles).map(([role, text]) => (
                <CheckField
                  key={role}
                  label={text}
                  name="twoFactorRole"
                  value={role}
                  defaultChecked={settings?.twoFactorRoles.includes(role as MemberRole)}
                />
              ))}
              {faultOf('twoFactorRoles') !== undefined && <p className="fault">{faultOf('twoFactorRoles')}</p>}
            </fieldset>
            <TextField
              label={words.idle}
              name="sessionIdleSeconds"
              type="number"
              defaultValue={settings?.sessionIdleSeconds ?? ''}
              hint={words.emptyDefault}
              fault={faultOf('sessionIdleSeconds')}
            />
            <TextField
              label={words.lifetime}
              name="sessionLifetimeSeconds"
              type="number"
              defaultValue={settings?.sessionLifetimeSeconds ?? ''}
              hint={words.emptyDefault}
              fault={faultOf('sessionLifetimeSeconds')}
            />
            <TextAreaField
              label={words.ips}
              name="memberIps"
              rows={2}
              defaultValue={settings?.memberIps.join('\n')}
              hint={texts.keys.form.allowedIpsHint}
              fault={faultOf('memberIps')}
            />
          </>
        )}
      </Form>
    </Panel>
  )
}
