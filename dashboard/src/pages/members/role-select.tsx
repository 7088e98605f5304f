import { type MemberRole, memberUpdate } from '../../graph/operations.ts'
import type { MemberRow } from '../../graph/rows.ts'
import { useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { toast } from '../../ui/toasts.tsx'

const words = texts.members
/** From the most rights to the fewest. */
const ROLES = Object.keys(words.roles)

/** Roles that a person may give and take: every one for an owner, else those below the own one. */
export function useManageableRoles(): readonly (readonly [role: string, text: string])[] {
  const { can, viewer, visit } = useSession()
  if (!can('members:write')) return []
  const isAny = viewer.role === 'OWNER' || visit !== undefined
  const roles = isAny ? ROLES : ROLES.slice(ROLES.indexOf(viewer.role ?? '') + 1)
  return roles.map((role) => [role, words.roles[role] ?? role])
}

/** Changes the role at once; a refusal leaves the old one. */
export function RoleSelect({ row: { id, role, version, person } }: { row: MemberRow }) {
  const { send, isSending } = useChange(memberUpdate)
  const roles = useManageableRoles()
  if (!roles.some(([manageable]) => manageable === role)) return words.roles[role] ?? role

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
      {roles.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
}
