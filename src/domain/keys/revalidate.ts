import type { Clock } from '../../lib/clock.ts'
import type { OrganizationLookup } from '../organizations/organization-lookup.ts'
import { readPermissions } from '../people/permissions.ts'
import type { Viewer } from '../people/viewer.ts'
import type { KeyLookup } from './key-lookup.ts'
import { refusal } from './key-status.ts'

/**
 * Checks that the key of an open subscription is still valid from its address and has kept its rights, and that the
 * organization in which it acts still exists.
 */
export function createRevalidate(deps: { keyLookup: KeyLookup; organizationLookup: OrganizationLookup; clock: Clock }) {
  return async (viewer: Viewer): Promise<boolean> => {
    const key = await deps.keyLookup.find(viewer.credential)
    if (key === null || refusal(key, deps.clock.now(), viewer.ip) !== undefined) return false
    const isAway = viewer.organizationId !== viewer.homeId
    if (isAway && (await deps.organizationLookup.find(viewer.organizationId)) === null) return false
    const permissions = JSON.stringify(readPermissions(key.permissions))
    return permissions === JSON.stringify(viewer.permissions) && key.persistedOnly === viewer.persistedOnly
  }
}
