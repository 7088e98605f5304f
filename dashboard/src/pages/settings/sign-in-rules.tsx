import { type MemberRole, settingsUpdate } from '../../graph/operations.ts'
import type { SettingsOrganization } from '../../graph/rows.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { CheckField, TextAreaField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Panel } from '../../ui/panel.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.settings
const MINUTE = 60
/** Bounds of the lengths of sessions, in minutes. */
const [LEAST, MOST] = [5, 43_200]

interface Props {
  organization: SettingsOrganization
  settings: NonNullable<SettingsOrganization['settings']>
  /** Called when somebody else changed the settings meanwhile. */
  onBehind: () => void
}

const secondsOf = (form: FormData, name: string): number | null => {
  const text = String(form.get(name))
  return text === '' ? null : Math.round(Number(text) * MINUTE)
}

const minutesOf = (seconds: number | null): string => (seconds === null ? '' : String(seconds / MINUTE))

/** Second factor, lengths of sessions and networks of the members; read-only for those who may not change them. */
export function SignInRules({ organization: { version }, settings, onBehind }: Props) {
  const { can } = useSession()
  const { send } = useChange(settingsUpdate)
  const mayChange = can('members:write')

  async function save(form: FormData) {
    const outcome = await send({
      expectedVersion: version,
      input: {
        twoFactorRoles: form.getAll('twoFactorRole') as MemberRole[],
        sessionIdleSeconds: secondsOf(form, 'sessionIdleSeconds'),
        sessionLifetimeSeconds: secondsOf(form, 'sessionLifetimeSeconds'),
        memberIps: String(form.get('memberIps')).split(/\s+/).filter(Boolean),
      },
    })
    if ('refusal' in outcome && outcome.refusal.code === 'VERSION_CONFLICT') {
      toast(words.conflict, 'bad')
      onBehind()
    }
    return outcome
  }

  return (
    <Panel title={words.rules}>
      <div className="stack">
        <p className="muted">{mayChange ? words.rulesHint : words.noRights('members:write')}</p>
        <Form
          key={JSON.stringify(settings)}
          submit={words.save}
          isLocked={!mayChange}
          send={save}
          onDone={() => toast(words.saved)}
        >
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
                    defaultChecked={settings.twoFactorRoles.includes(role as MemberRole)}
                  />
                ))}
                <p className="hint">{words.twoFactorHint}</p>
                {faultOf('twoFactorRoles') !== undefined && <p className="fault">{faultOf('twoFactorRoles')}</p>}
              </fieldset>
              <TextField
                label={words.idle}
                name="sessionIdleSeconds"
                type="number"
                min={LEAST}
                max={MOST}
                step="any"
                defaultValue={minutesOf(settings.sessionIdleSeconds)}
                hint={words.idleHint}
                fault={faultOf('sessionIdleSeconds')}
              />
              <TextField
                label={words.lifetime}
                name="sessionLifetimeSeconds"
                type="number"
                min={LEAST}
                max={MOST}
                step="any"
                defaultValue={minutesOf(settings.sessionLifetimeSeconds)}
                hint={words.lifetimeHint}
                fault={faultOf('sessionLifetimeSeconds')}
              />
              <TextAreaField
                label={words.ips}
                name="memberIps"
                rows={2}
                defaultValue={settings.memberIps.join('\n')}
                hint={`${texts.keys.form.allowedIpsHint} ${words.ipsWarning}`}
                fault={faultOf('memberIps')}
              />
            </>
          )}
        </Form>
      </div>
    </Panel>
  )
}
