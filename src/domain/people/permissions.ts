import { z } from 'zod'

/**
 * Resources of Signalbox. The operator may name more for its own API; `organization` are the settings of the own
 * organization, and `platform` belongs to the operator.
 */
export const RESOURCES = [
  'keys',
  'webhooks',
  'events',
  'deliveries',
  'usage',
  'audit',
  'members',
  'organization',
  'platform',
] as const
export const ACTIONS = ['read', 'write', 'delete'] as const

export type Resource = (typeof RESOURCES)[number]
export type Action = (typeof ACTIONS)[number]
/** Actions by resource. Absent resources are forbidden, and no action implies another. */
export type Permissions = Record<string, readonly Action[]>

/** Name of a resource. */
export const resourceName = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'a resource is a lower-case word of at most 64 characters, such as "webhooks"')

const actions = z.array(z.enum(ACTIONS)).min(1).max(ACTIONS.length)
/** Permissions as they are stored. */
const storedPermissions = z.record(resourceName, actions)

/** Maximum resources in the permissions of a key. */
const RESOURCES_AT_MOST = 64

/** A resource with the allowed actions. */
export interface Permission {
  resource: string
  actions: readonly Action[]
}

/** Permissions as clients write them: a list in which each resource stands once. */
export const permissionsInput = z
  .array(z.object({ resource: resourceName, actions }))
  .max(RESOURCES_AT_MOST)
  .transform((list, context) => {
    const permissions: Record<string, readonly Action[]> = {}
    for (const [n, { resource, actions }] of list.entries()) {
      if (Object.hasOwn(permissions, resource))
        context.addIssue({ code: 'custom', path: [n, 'resource'], message: `must not repeat ${resource}` })
      permissions[resource] = actions
    }
    return permissions
  })

/** Permissions as clients read them. */
export const listPermissions = (permissions: Permissions): Permission[] =>
  Object.entries(permissions).map(([resource, actions]) => ({ resource, actions }))

/** Every permission, those of the operator included: the rights of the bootstrap key. */
export const ALL_PERMISSIONS: Permissions = Object.fromEntries(RESOURCES.map((resource) => [resource, ACTIONS]))

/** Parsed permissions by stored object, because cached keys are read for every request. */
const known = new WeakMap<object, Permissions>()

/** Parses the permissions of a stored key. An invalid entry yields no permission. */
export function readPermissions(stored: unknown): Permissions {
  if (typeof stored !== 'object' || stored === null) return {}
  const read = known.get(stored)
  if (read !== undefined) return read
  const parsed = storedPermissions.safeParse(stored)
  const permissions = parsed.success ? parsed.data : {}
  known.set(stored, permissions)
  return permissions
}

export function allows(permissions: Permissions, resource: string, action: Action): boolean {
  return Object.hasOwn(permissions, resource) && (permissions[resource]?.includes(action) ?? false)
}

/**
 * Returns the first permission of `wanted` that `held` lacks, or undefined: nobody gives away more than they have. A
 * key with `platform: write` may grant any resource of the operator's own API.
 *
 * @param options.mayGrantDeclared true for another principal that may grant these resources. Default false
 */
export function firstExcessGrant(
  held: Permissions,
  wanted: Permissions,
  { mayGrantDeclared = false } = {},
): string | undefined {
  const skipsDeclared = mayGrantDeclared || allows(held, 'platform', 'write')
  for (const [resource, actions] of Object.entries(wanted)) {
    if (skipsDeclared && !RESOURCES.includes(resource as Resource)) continue
    for (const action of actions) if (!allows(held, resource, action)) return `${resource}:${action}`
  }
  return undefined
}

/** The permissions to read of a set of permissions. */
export const readOnly = (permissions: Permissions): Permissions =>
  Object.fromEntries(
    Object.entries(permissions).flatMap(([resource, actions]) =>
      actions.includes('read') ? [[resource, ['read']] as const] : [],
    ),
  )
