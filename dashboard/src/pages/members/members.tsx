import { useState } from 'react'
import { type MemberRole, type MembersQuery, memberRemove, members, memberUpdate } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { Invitations, Invite } from './invitations.tsx'

const words = texts.members
const { columns: titles } = words
type Row = MembersQuery['members']['nodes'][number]
const ROLES = Object.entries(words.roles)

/** The people of the organization, with their roles. */
export default function Members() {
  const { can } = useSession()
  const [isInviting, setInviting] = useState(false)
  const filters = useFilters()
  const after = filters.given('after')
  const answer = useRead(members, { first: 50, ...(after && { after }) })
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {can('members:write') && (
          <Button kind="primary" onClick={() => setInviting(true)}>
            {words.invitations.invite}
          </Button>
        )}
      </div>
      <Answered answer={answer}>
        {({ members: { nodes, pageInfo }, invitations }) => (
          <>
            <Panel title={words.title} sent={answer.sent} bare>
              {nodes.length === 0 ? (
                <Empty title={words.empty} />
              ) : (
                <Table
                  label={words.title}
                  columns={[
                    {
                      title: titles.name,
                      cell: ({ person }) => (
                        <>
                          <span className="cell-line">{person.name}</span>
                          <span className="cell-line muted">{person.email}</span>
                        </>
                      ),
                    },
                    {
                      title: titles.role,
                      cell: (row) => (can('members:write') ? <RoleSelect row={row} /> : words.roles[row.role]),
                    },
                    { title: titles.factor, cell: ({ twoFactorEnabled }) => (twoFactorEnabled ? words.yes : words.no) },
                    { title: titles.seen, cell: ({ lastSeenAt }) => <Time at={lastSeenAt} never={words.neverSeen} /> },
                    { title: titles.joined, cell: ({ createdAt }) => <Time at={createdAt} /> },
                    {
                      title: titles.actions,
                      cell: (row) => can('members:delete') && <Remove row={row} onRemoved={answer.refresh} />,
                    },
                  ]}
                  rows={nodes}
                  keyOf={({ id }) => id}
                />
              )}
              <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
            </Panel>
            <Invitations invitations={invitations.nodes} onChanged={answer.refresh} />
          </>
        )}
      </Answered>
      {isInviting && <Invite onClose={() => setInviting(false)} onInvited={answer.refresh} />}
    </>
  )
}

/** Changes the role at once; a refusal leaves the old one. */
function RoleSelect({ row: { id, role, version, person } }: { row: Row }) {
  const { send, isSending } = useChange(memberUpdate)

  async function change(next: string) {
    const outcome = await send({ id, expectedVersion: version, input: { role: next as MemberRole } })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(words.changed)
  }

  return (
    <select
      className="input"
      aria-label={words.roleOf(person.name)}
      value={role}
      disabled={isSending}
      onChange={(event) => change(event.target.value)}
    >
      {ROLES.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
}

function Remove({ row: { id, person }, onRemoved }: { row: Row; onRemoved: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const { send } = useChange(memberRemove)

  async function remove() {
    const outcome = await send({ id })
    if ('payload' in outcome) onRemoved()
    return outcome
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>{words.remove}</Button>
      {isOpen && (
        <Confirm
          title={words.removeTitle}
          action={words.remove}
          done={words.removed}
          onClose={() => setOpen(false)}
          send={remove}
        >
          <p>{words.removeEffect(person.name)}</p>
        </Confirm>
      )}
    </>
  )
}
