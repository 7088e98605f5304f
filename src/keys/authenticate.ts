import { LRUCache } from 'lru-cache'
import type { PrismaClient } from '../../prisma/client.ts'
import type { ApiKey } from '../../prisma/generated/client.ts'
import { allows, readPermissions } from '../access/permissions.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Clock } from '../clock.ts'
import { ForbiddenError, UnauthenticatedError } from '../errors.ts'
import { createNetworks } from '../networks.ts'
import type { KeyCache } from './key-cache.ts'
import { hashToken, isToken } from './token.ts'

/** `lastUsedAt` is written at most this often for a key, so that it costs a busy key nothing. */
const LAST_USED_EVERY_MS = 60_000
const KEYS_REMEMBERED = 10_000

export interface Credentials {
  token: string
  /** The organization a platform key acts in; absent: its own. */
  organizationId?: string | undefined
  ip: string | null
  requestId: string
}

/** Turns a presented key into a viewer. @throws UnauthenticatedError, ForbiddenError */
export type Authenticate = (credentials: Credentials) => Promise<Viewer>

export function createAuthenticate(deps: {
  prisma: PrismaClient
  keyCache: KeyCache
  clock: Clock
  keyPrefix: string
  /** May have any form, so it is let past the check of the form. */
  bootstrapApiKey: string | undefined
}): Authenticate {
  const { prisma, clock } = deps
  const lastUsed = new LRUCache<string, number>({ max: KEYS_REMEMBERED })

  return async ({ token, organizationId, ip, requestId }) => {
    if (!isToken(deps.keyPrefix, token) && token !== deps.bootstrapApiKey)
      throw new UnauthenticatedError('This is not an API key of this installation. Check that all of it was copied.')
    const key = await deps.keyCache.find(hashToken(token))
    if (key === null) throw new UnauthenticatedError('This API key does not exist.')
    const why = refusal(key, clock.now(), ip)
    if (why !== undefined) throw new UnauthenticatedError(why)
    touch(key)
    const permissions = readPermissions(key.permissions)
    const { id: keyId, environment, expiresAt, allowedIps } = key
    const viewer = { keyId, organizationId: key.organizationId, permissions, environment, expiresAt, allowedIps }
    if (organizationId === undefined || organizationId === key.organizationId) return { ...viewer, ip, requestId }
    const mayAct = allows(permissions, 'platform', 'write')
    if (!mayAct || (await prisma.organization.findUnique({ where: { id: organizationId } })) === null)
      throw new ForbiddenError('This key cannot act in that organization.')
    return { ...viewer, organizationId, ip, requestId }
  }

  function touch(key: ApiKey): void {
    const now = clock.now()
    if (now.getTime() - (lastUsed.get(key.id) ?? Number.NEGATIVE_INFINITY) < LAST_USED_EVERY_MS) return
    lastUsed.set(key.id, now.getTime())
    // Not awaited: a request does not wait for, or fail by, a note about itself.
    prisma.apiKey.update({ where: { id: key.id }, data: { lastUsedAt: now } }).catch(() => {})
  }
}

/** Why a key may not be used now, or undefined. */
export function refusal(key: ApiKey, now: Date, ip: string | null): string | undefined {
  if (key.revokedAt !== null) return 'This API key was revoked. Use another one.'
  if (key.disabledAt !== null) return 'This API key is disabled. An administrator can enable it.'
  if (key.expiresAt !== null && key.expiresAt <= now) return 'This API key has expired. Use another one.'
  if (key.allowedIps.length > 0 && (ip === null || !createNetworks(key.allowedIps)(ip)))
    return 'This API key may not be used from this address.'
  return undefined
}
