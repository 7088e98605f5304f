import type { ApiKey, Plan } from '../../database/generated/client.ts'
import { createNetworks } from '../../lib/networks.ts'

/** A key found by one of its secrets. */
export interface ResolvedKey extends ApiKey {
  /** Plan of the key's organization. */
  plan: Plan
  /** Expiry of the presented secret, set by a rotation; null without one. */
  secretExpiresAt: Date | null
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
  if (key.revokedAt !== null) return 'REVOKED'
  if (key.disabledAt !== null) return 'DISABLED'
  const end = endOf(key)
  if (end !== null && end <= now) return 'EXPIRED'
  if (key.allowedIps.length > 0 && (ip === null || !createNetworks(key.allowedIps)(ip))) return 'IP_NOT_ALLOWED'
  return undefined
}

/** The earlier expiry of the key and of the secret that found it; null while neither expires. */
export function endOf({ expiresAt, secretExpiresAt }: ResolvedKey): Date | null {
  if (expiresAt === null || secretExpiresAt === null) return expiresAt ?? secretExpiresAt
  return expiresAt < secretExpiresAt ? expiresAt : secretExpiresAt
}
