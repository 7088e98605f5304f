import type { Clock } from '../../lib/clock.ts'
import { ForbiddenError, UnauthenticatedError } from '../../lib/errors.ts'
import type { OrganizationLookup } from '../organizations/organization-lookup.ts'
import { allows, readPermissions } from '../people/permissions.ts'
import { apiKeyPrincipal, type Viewer } from '../people/viewer.ts'
import type { KeyLookup } from './key-lookup.ts'
import { endOf, REFUSALS, refusal } from './key-status.ts'
import type { LastUsed } from './last-used.ts'
import { hashToken } from './token.ts'

export interface Credentials {
  token: string
  /** Id or external id of the organization in which a platform key acts; absent for the key's own. */
  organization?: string | undefined
  ip: string | null
  requestId: string
}

/** Turns a presented key into a viewer. @throws UnauthenticatedError, ForbiddenError */
export type Authenticate = (credentials: Credentials) => Promise<Viewer>

export function createAuthenticate(deps: {
  organizationLookup: OrganizationLookup
  keyLookup: KeyLookup
  lastUsed: LastUsed
  clock: Clock
}): Authenticate {
  const { organizationLookup, keyLookup, clock } = deps

  return async ({ token, organization, ip, requestId }) => {
    if (!keyLookup.isWellFormed(token))
      throw new UnauthenticatedError(
        'This is not an API key of this installation. Check that the whole key was copied.',
      )
    const credential = hashToken(token)
    const key = await keyLookup.find(credential)
    if (key === null) throw new UnauthenticatedError('This API key does not exist.')
    const refused = refusal(key, clock.now(), ip)
    if (refused !== undefined) throw new UnauthenticatedError(REFUSALS[refused], key)
    deps.lastUsed.touch(key.id, ip)
    const permissions = readPermissions(key.permissions)
    const { environment, tier, plan, persistedOnly, allowedIps } = key
    const powers = { permissions, environment, tier, plan, persistedOnly, allowedIps, expiresAt: endOf(key) }
    const homeId = key.organizationId
    const principal = apiKeyPrincipal(key)
    const unrestricted = { role: null, restriction: null, lacksTwoFactor: false, reason: null, isElevated: true }
    const viewer = { principal, organizationId: homeId, homeId, ...powers, ...unrestricted, credential, ip, requestId }
    if (organization === undefined || organization === homeId) return viewer
    const home = await organizationLookup.find(homeId)
    if (organization === home?.externalId) return viewer
    // A key that may not act elsewhere causes no look-up of texts that it chooses.
    const other = allows(permissions, 'platform', 'write') ? await organizationLookup.find(organization) : null
    if (other === null) throw new ForbiddenError('This key cannot act in that organization.', key)
    return { ...viewer, organizationId: other.id }
  }
}
