import type { Permissions } from './permissions.ts'

export type Tier = 'STANDARD' | 'ELEVATED' | 'ENTERPRISE'
export type Plan = 'STARTER' | 'GROWTH' | 'ENTERPRISE'

/** Who asks, in which organization: every domain function that touches tenant data takes one. */
export interface Viewer {
  keyId: string
  /** The organization that everything is read from and written to. */
  organizationId: string
  /** The organization that the key belongs to; another one than it acts in for a platform key that names one. */
  homeId: string
  permissions: Permissions
  environment: 'LIVE' | 'TEST'
  /** Null: without limits. */
  tier: Tier | null
  /** Of the organization that the key belongs to. */
  plan: Plan
  /** Confined to persisted operations. */
  persistedOnly: boolean
  /** When the key, or the secret that was presented, ends. */
  expiresAt: Date | null
  /** Networks that the key is confined to; empty: none. */
  allowedIps: string[]
  /** Hash of the secret that was presented, to find the key again while a subscription is open. */
  credential: string
  /** Client address, for the audit trail. */
  ip: string | null
  requestId: string
}
