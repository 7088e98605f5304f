import type pg from 'pg'
import type { Clock } from '../../lib/clock.ts'
import { ForbiddenError, UnauthenticatedError } from '../../lib/errors.ts'
import { allows, readPermissions } from '../people/permissions.ts'
import { apiKeyPrincipal, type Viewer } from '../people/viewer.ts'
import type { KeyLookup } from './key-lookup.ts'
import { endOf, REFUSALS, refusal } from './key-status.ts'
import type { LastUsed } from './last-used.ts'
import { hashToken } from './token.ts'

export interface Credentials {
  token: string
  /** The organization in which a platform key acts; absent for the key's own. */
  organizationId?: string | undefined
  ip: string | null
  requestId: string
}

/** Turns a presented key into a viewer. @throws UnauthenticatedError, ForbiddenError */
export type Authenticate = (credentials: Credentials) => Promise<Viewer>

export function createAuthenticate(deps: {
  pool: pg.Pool
  keyLookup: KeyLookup
  lastUsed: LastUsed
  clock: Clock
}): Authenticate {
  const { pool, keyLookup, clock } = deps

  async function exists(organizationId: string): Promise<boolean> {
    const text = 'SELECT FROM organizations WHERE id = $1'
    const { rowCount } = await pool.query({ text, values: [organizationId] })
    return rowCount === 1
  }

  return async ({ token, organizationId, ip, requestId }) => {
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
    const viewer = { principal, organizationId: homeId, homeId, ...powers, credential, ip, requestId }
    if (organizationId === undefined || organizationId === homeId) return viewer
    const mayAct = allows(permissions, 'platform', 'write')
    if (!mayAct || !(await exists(organizationId)))
      throw new ForbiddenError('This key cannot act in that organization.', key)
    return { ...viewer, organizationId }
  }
}
