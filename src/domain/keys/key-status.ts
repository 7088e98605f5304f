import type { ApiKey, Plan } from '../../database/generated/client.ts'
import { createNetworks } from '../../lib/networks.ts'

/** A key found by one of its secrets. */
export interface ResolvedKey extends ApiKey {
  /** Plan of the key's organization. */
  plan: Plan
  /** Expiry of the presented secret, set by a rotation; null without one. */
  secretExpiresAt: Date | null
}

/** State of a key at a time, final states first. */
export type KeyStatus = 'REVOKED' | 'DISABLED' | 'EXPIRED' | 'ACTIVE'

/** The status of a key by itself, without its secrets and its allowlist. search-keys.ts has the same rules as a filter. */
export function statusOf(
  { revokedAt, disabledAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'disabledAt' | 'expiresAt'>,
  now: Date,
): KeyStatus {
  if (revokedAt !== null) return 'REVOKED'
  if (disabledAt !== null) return 'DISABLED'
  return expiresAt !== null && expiresAt <= now ? 'EXPIRED' : 'ACTIVE'
}

/** Reasons why a key is refused, each with the action to take. */
export const REFUSALS = {
  REVOKED: 'This API key was revoked. Use another key.',
  DISABLED: 'This API key is disabled. An administrator can enable it.',
  EXPIRED: 'This API key has expired. Use another key.',
  IP_NOT_ALLOWED: 'This API key may not be used from this address. Ask its owner to extend the allowlist.',
} as const

export type Refusal = keyof typeof REFUSALS

/**
 * The reason why a key is refused at a time and from an address, final reasons first; undefined while the key is valid.
 */
export function refusal(key: ResolvedKey, now: Date, ip: string | null): Refusal | undefined {
  const status = statusOf({ ...key, expiresAt: endOf(key) }, now)
  if (status !== 'ACTIVE') return status
  if (key.allowedIps.length > 0 && (ip === null || !createNetworks(key.allowedIps)(ip))) return 'IP_NOT_ALLOWED'
  return undefined
}

/** The earlier expiry of the key and of the secret that found it; null while neither expires. */
export function endOf({ expiresAt, secretExpiresAt }: ResolvedKey): Date | null {
  if (expiresAt === null || secretExpiresAt === null) return expiresAt ?? secretExpiresAt
  return expiresAt < secretExpiresAt ? expiresAt : secretExpiresAt
}
