import { ACTIONS, type Permissions } from './permissions.ts'

/** Roles of members, from the most rights to the fewest. */
export const ROLES = ['OWNER', 'ADMIN', 'DEVELOPER', 'VIEWER'] as const
export type Role = (typeof ROLES)[number]

const VIEWER: Permissions = {
  keys: ['read'],
  webhooks: ['read'],
  events: ['read'],
  deliveries: ['read'],
  usage: ['read'],
}

const DEVELOPER: Permissions = {
  ...VIEWER,
  webhooks: ['read', 'write'],
  events: ['read', 'write'],
  deliveries: ['read', 'write'],
}

const ADMIN: Permissions = {
  keys: ACTIONS,
  webhooks: ACTIONS,
  events: ACTIONS,
  deliveries: ACTIONS,
  usage: ACTIONS,
  audit: ACTIONS,
  members: ACTIONS,
}

const OWNER: Permissions = { ...ADMIN, organization: ACTIONS }

/** The permissions of each role. A role is a set of permissions, so that members and keys are compared by one rule. */
export const ROLE_PERMISSIONS: Record<Role, Permissions> = { OWNER, ADMIN, DEVELOPER, VIEWER }

/** Permissions of members of the platform organization besides those of their role. */
const PLATFORM_PERMISSIONS: Record<Role, Permissions> = {
  OWNER: { platform: ACTIONS },
  ADMIN: { platform: ['read', 'write'] },
  DEVELOPER: { platform: ['read'] },
  VIEWER: { platform: ['read'] },
}

const PLATFORM_ROLES = Object.fromEntries(
  ROLES.map((role) => [role, { ...ROLE_PERMISSIONS[role], ...PLATFORM_PERMISSIONS[role] }]),
) as Record<Role, Permissions>

/** @param isPlatform true for a member of the platform organization */
export const permissionsOf = (role: Role, isPlatform: boolean): Permissions =>
  (isPlatform ? PLATFORM_ROLES : ROLE_PERMISSIONS)[role]

/** True when a role has more rights than another one. */
export const outranks = (role: Role, other: Role): boolean => ROLES.indexOf(role) < ROLES.indexOf(other)
