import type { Permissions } from './permissions.ts'

export type Tier = 'STANDARD' | 'ELEVATED' | 'ENTERPRISE'
export type Plan = 'STARTER' | 'GROWTH' | 'ENTERPRISE'

/** The acting party of a request: audit entries, limits and subscriptions are recorded under its id. */
export interface Principal {
  kind: 'API_KEY' | 'SYSTEM'
  id: string
  /** Name of the API key. */
  name: string
}

/** The principal of an API key. */
export const apiKeyPrincipal = ({ id, name }: { id: string; name: string }): Principal => ({
  kind: 'API_KEY',
  id,
  name,
})

/** Signalbox itself, as the actor of audit entries that no request caused. */
export const SYSTEM: Principal = { kind: 'SYSTEM', id: 'system', name: 'Signalbox' }

/** A principal acting in an organization. Every domain function that touches tenant data takes a viewer. */
export interface Viewer {
  principal: Principal
  /** The organization of every read and write. */
  organizationId: string
  /** The organization that owns the key. Differs from `organizationId` while a platform key acts in another one. */
  homeId: string
  permissions: Permissions
  environment: 'LIVE' | 'TEST'
  /** Null for keys without rate limits. */
  tier: Tier | null
  /** Plan of the organization that owns the key. */
  plan: Plan
  /** True while the principal may send only persisted operations. */
  persistedOnly: boolean
  /** When the key or the presented secret expires; null while neither does. */
  expiresAt: Date | null
  /** Networks (CIDR) of the allowlist; empty allows every address. */
  allowedIps: string[]
  /** Hash of the presented secret. Finds the key again while a subscription is open. */
  credential: string
  /** Client address, for the audit trail. */
  ip: string | null
  requestId: string
}
