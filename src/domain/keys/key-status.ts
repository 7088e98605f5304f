import type { ApiKey, Plan } from '../../database/generated/client.ts'
import { createNetworks } from '../../lib/networks.ts'

/** A key as it was found by one of its secrets. */
export interface KnownKey extends ApiKey {
  /** Of its organization. */
  plan: Plan
  /** When the secret that was presented ends; set by a rotation. */
  secretExpiresAt: Date | null
}

/** Why a key may not be used, each with what to do about it. */
export const REFUSALS = {
  REVOKED: 'This API key was revoked. Use another one.',
  DISABLED: 'This API key is disabled. An administrator can enable it.',
  EXPIRED: 'This API key has expired. Use another one.',
  IP_NOT_ALLOWED: 'This API key may not be used from this address.',
} as const

export type Refusal = keyof typeof REFUSALS

/** Why a key may not be used now from an address, the final reasons first; undefined: it may. */
export function refusal(key: KnownKey, now: Date, ip: string | null): Refusal | undefined {
  if (key.revokedAt !== null) return 'REVOKED'
  if (key.disabledAt !== null) return 'DISABLED'
  const end = endOf(key)
  if (end !== null && end <= now) return 'EXPIRED'
  if (key.allowedIps.length > 0 && (ip === null || !createNetworks(key.allowedIps)(ip))) return 'IP_NOT_ALLOWED'
  return undefined
}

/** When the key, or the secret that it was found by, ends. */
export function endOf({ expiresAt, secretExpiresAt }: KnownKey): Date | null {
  if (expiresAt === null || secretExpiresAt === null) return expiresAt ?? secretExpiresAt
  return expiresAt < secretExpiresAt ? expiresAt : secretExpiresAt
}
