import { ForbiddenError } from '../../lib/errors.ts'
import { allows, firstExcessGrant } from './permissions.ts'
import { outranks, permissionsOf, type Role } from './roles.ts'
import type { Viewer } from './viewer.ts'

/**
 * True when a viewer may give a role, and change a member with the role: owners every role, other people the roles below
 * their own, and keys the roles within their permissions.
 *
 * @param isPlatform true for the organization of the operator
 */
export function isManageable(
  { role: own, permissions }: Pick<Viewer, 'role' | 'permissions'>,
  isPlatform: boolean,
  role: Role,
): boolean {
  const isBelow = own === null || own === 'OWNER' || outranks(own, role)
  const isManager = allows(permissions, 'members', 'write')
  return isManager && isBelow && firstExcessGrant(permissions, permissionsOf(role, isPlatform)) === undefined
}

/** @throws ForbiddenError for the first role that the viewer may not manage */
export function requireManageable(viewer: Viewer, isPlatform: boolean, ...roles: Role[]): void {
  const above = roles.find((role) => !isManageable(viewer, isPlatform, role))
  if (above === undefined) return
  const own = viewer.role === null ? 'This key' : `Your role ${viewer.role}`
  throw new ForbiddenError(`${own} does not manage members with the role ${above}. Ask an owner.`)
}
