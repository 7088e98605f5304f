import { useState } from 'react'
import { members } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { Invitations, Invite } from './invitations.tsx'
import { MemberActions } from './member-actions.tsx'
import { RoleSelect } from './role-select.tsx'

const words = texts.members
const { columns: titles } = words
const REFRESH_MS = 10_000

/** The people of the organization, with their roles. */
export default function Members() {
  const { can, viewer } = useSession()
  const [isInviting, setInviting] = useState(false)
  const filters = useFilters()
  const after = filters.given('after')
  const answer = useRead(members, { first: 50, ...(after && { after }) })
  useEvery(REFRESH_MS, answer.refresh)
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
            <Panel title={words.title} bare>
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
                          <span className="cell-line">
                            {person.name}
                            {person.id === viewer.person?.id && ` ${words.you}`}
                          </span>
                          <span className="cell-line muted">{person.email}</span>
                        </>
                      ),
                    },
                    { title: titles.role, cell: (row) => <RoleSelect row={row} /> },
                    {
                      title: titles.factor,
                      cell: ({ twoFactorEnabled }) =>
                        twoFactorEnabled ? (
                          <Badge tone="good">{words.factorOn}</Badge>
                        ) : (
                          <Badge tone="idle">{words.factorOff}</Badge>
                        ),
                    },
                    { title: titles.seen, cell: ({ lastSeenAt }) => <Time at={lastSeenAt} never={words.neverSeen} /> },
                    { title: titles.joined, cell: ({ createdAt }) => <Time at={createdAt} /> },
                    {
                      title: titles.actions,
                      cell: (row) => <MemberActions row={row} onChanged={answer.refresh} />,
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
