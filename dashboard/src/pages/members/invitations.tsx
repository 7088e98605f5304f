import { useState } from 'react'
import { invitationCreate, invitationRevoke, type MemberRole, type MembersQuery } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { useManageableRoles } from './role-select.tsx'

const words = texts.members.invitations
type Row = MembersQuery['invitations']['nodes'][number]
const TONES: Record<string, Tone> = { OPEN: 'busy', ACCEPTED: 'good', EXPIRED: 'warn', REVOKED: 'idle' }

/** Invitations in every state; open ones can be taken back. */
export function Invitations({ invitations, onChanged }: { invitations: readonly Row[]; onChanged: () => void }) {
  const { can } = useSession()
  const { send } = useChange(invitationRevoke)
  if (invitations.length === 0) return null

  async function revoke(id: string) {
    const outcome = await send({ id })
    if ('refusal' in outcome) return toast(outcome.refusal.message, 'bad')
    toast(words.revoked)
    onChanged()
  }

  return (
    <Panel title={words.title} bare>
      <Table
        label={words.title}
        columns={[
          { title: words.columns.email, cell: ({ email }) => email },
          { title: words.columns.role, cell: ({ role }) => texts.members.roles[role] },
          {
            title: words.columns.status,
            cell: ({ status }) => <Badge tone={TONES[status] ?? 'idle'}>{words.status[status] ?? status}</Badge>,
          },
          { title: words.columns.by, cell: ({ invitedBy }) => invitedBy.name },
          { title: words.columns.expires, cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          {
            title: texts.members.columns.actions,
            cell: ({ id, email, status }) =>
              status === 'OPEN' &&
              can('members:write') && (
                <Button aria-label={words.revokeLabel(email)} onClick={() => revoke(id)}>
                  {words.revoke}
                </Button>
              ),
          },
        ]}
        rows={invitations}
        keyOf={({ id }) => id}
      />
    </Panel>
  )
}

/** Invites an address, and shows the link once. */
export function Invite({ onClose, onInvited }: { onClose: () => void; onInvited: () => void }) {
  const { send } = useChange(invitationCreate)
  const roles = useManageableRoles()
  const [url, setUrl] = useState<string>()

  if (url !== undefined)
    return (
      <Dialog title={words.linkTitle} isKept onClose={onClose}>
        <p>{words.linkHint}</p>
        <pre className="code" data-testid="invitation-link">
          {url}
        </pre>
        <div className="actions">
          <Copy text={url} />
          <Button kind="primary" onClick={onClose}>
            {texts.actions.close}
          </Button>
        </div>
      </Dialog>
    )
  return (
    <Dialog title={words.invite} onClose={onClose}>
      <Form
        submit={words.invite}
        onCancel={onClose}
        send={(form) => send({ input: { email: String(form.get('email')), role: form.get('role') as MemberRole } })}
        onDone={(payload) => {
          if (payload.__typename === 'InvitationCreatePayload') setUrl(payload.url)
          onInvited()
        }}
      >
        {(faultOf) => (
          <>
            <TextField
              label={texts.signIn.email}
              name="email"
              type="email"
              required
              autoFocus
              fault={faultOf('email')}
            />
            <SelectField
              label={words.columns.role}
              name="role"
              options={roles}
              defaultValue="DEVELOPER"
              fault={faultOf('role')}
            />
          </>
        )}
      </Form>
    </Dialog>
  )
}
