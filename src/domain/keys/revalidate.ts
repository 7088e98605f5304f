import type { Clock } from '../../lib/clock.ts'
import { ForbiddenError, UnauthenticatedError } from '../../lib/errors.ts'
import type { OrganizationLookup } from '../organizations/organization-lookup.ts'
import type { AuthenticateSession } from '../people/authenticate-session.ts'
import { readPermissions } from '../people/permissions.ts'
import type { Viewer } from '../people/viewer.ts'
import type { KeyLookup } from './key-lookup.ts'
import { refusal } from './key-status.ts'

/**
 * Checks that the key or session of an open subscription is still valid from its address and has kept its rights, and
 * that the organization in which it acts still exists.
 */
export function createRevalidate(deps: {
  keyLookup: KeyLookup
  authenticateSession: AuthenticateSession
  organizationLookup: OrganizationLookup
  clock: Clock
}) {
  async function isKeyUnchanged(viewer: Viewer): Promise<boolean> {
    const key = await deps.keyLookup.find(viewer.credential)
    if (key === null || refusal(key, deps.clock.now(), viewer.ip) !== undefined) return false
    const isAway = viewer.organizationId !== viewer.homeId
    if (isAway && (await deps.organizationLookup.find(viewer.organizationId)) === null) return false
    const permissions = JSON.stringify(readPermissions(key.permissions))
    return permissions === JSON.stringify(viewer.permissions) && key.persistedOnly === viewer.persistedOnly
  }

  async function isSessionUnchanged(viewer: Viewer): Promise<boolean> {
    const { credential, organizationId, reason, ip, requestId } = viewer
    const by = { sessionId: credential }
    try {
      const now = await deps.authenticateSession({
        by,
        organization: organizationId || undefined,
        reason: reason ?? undefined,
        ip,
        requestId,
      })
      return JSON.stringify(now.permissions) === JSON.stringify(viewer.permissions)
    } catch (error) {
      if (error instanceof UnauthenticatedError || error instanceof ForbiddenError) return false
      throw error
    }
  }

  return (viewer: Viewer): Promise<boolean> =>
    viewer.principal.kind === 'PERSON' ? isSessionUnchanged(viewer) : isKeyUnchanged(viewer)
}
