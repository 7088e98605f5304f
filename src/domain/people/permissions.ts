import { z } from 'zod'
import { bounded } from '../../lib/validate.ts'

/** Resources of Signalbox itself. A host names more for its own API; `platform` is the host's own. */
export const RESOURCES = ['keys', 'webhooks', 'events', 'deliveries', 'usage', 'audit', 'members', 'platform'] as const
export const ACTIONS = ['read', 'write', 'delete'] as const

export type Resource = (typeof RESOURCES)[number]
export type Action = (typeof ACTIONS)[number]
/** Resource to actions (K2). What is not named is not allowed; no action implies another. */
export type Permissions = Record<string, readonly Action[]>

export const permissionsSchema = bounded(
  z.record(
    z
      .string()
      .regex(
        /^[a-z][a-z0-9_.-]{0,63}$/,
        'a resource is a lower-case word of at most 64 characters, such as "webhooks"',
      ),
    z.array(z.enum(ACTIONS)).min(1).max(ACTIONS.length),
  ),
  { most: 64, of: 'resources' },
)

/** Everything, the host's side included: what the bootstrap key may do. */
export const ALL_PERMISSIONS: Permissions = Object.fromEntries(RESOURCES.map((resource) => [resource, ACTIONS]))

/** Rows of keys are remembered, and what was read of them with them. */
const known = new WeakMap<object, Permissions>()

/** Reads what a key's row holds; anything that is not a permission is left out rather than trusted. */
export function readPermissions(stored: unknown): Permissions {
  if (typeof stored !== 'object' || stored === null) return {}
  const read = known.get(stored)
  if (read !== undefined) return read
  const parsed = permissionsSchema.safeParse(stored)
  const permissions = parsed.success ? parsed.data : {}
  known.set(stored, permissions)
  return permissions
}

export function allows(permissions: Permissions, resource: string, action: Action): boolean {
  return Object.hasOwn(permissions, resource) && (permissions[resource]?.includes(action) ?? false)
}

/**
 * Nobody gives away more than they have: the first permission of `wanted` that `held` lacks, or undefined. Resources of
 * the host's own API are the host's to give, so a key with `platform: write` may give any of those.
 */
export function exceeds(held: Permissions, wanted: Permissions): string | undefined {
  const isHost = allows(held, 'platform', 'write')
  for (const [resource, actions] of Object.entries(wanted)) {
    if (isHost && !RESOURCES.includes(resource as Resource)) continue
    for (const action of actions) if (!allows(held, resource, action)) return `${resource}:${action}`
  }
  return undefined
}
