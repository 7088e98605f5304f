import type { Permissions } from './permissions.ts'
import type { Role } from './roles.ts'

export type Tier = 'STANDARD' | 'ELEVATED' | 'ENTERPRISE'
export type Plan = 'STARTER' | 'GROWTH' | 'ENTERPRISE'

/** The acting party of a request: audit entries, limits and subscriptions are recorded under its id. */
export interface Principal {
  kind: 'API_KEY' | 'PERSON' | 'SYSTEM'
  id: string
  /** Name of the API key or person. */
  name: string
}

/** The principal of an API key. */
export const apiKeyPrincipal = ({ id, name }: { id: string; name: string }): Principal => ({
  kind: 'API_KEY',
  id,
  name,
})

/** The principal of a person. */
export const personPrincipal = ({ id, name }: { id: string; name: string }): Principal => ({ kind: 'PERSON', id, name })

/** Signalbox itself, as the actor of audit entries that no request caused. */
export const SYSTEM: Principal = { kind: 'SYSTEM', id: 'system', name: 'Signalbox' }

/**
 * NO_ORGANIZATION: the person is no member. ADDRESS: the organization admits its members from other networks only.
 * TWO_FACTOR: the role or the password needs a second factor, which the session lacks; outranks the others.
 */
export type Restriction = 'NO_ORGANIZATION' | 'ADDRESS' | 'TWO_FACTOR'

/** A principal acting in an organization. Every domain function that touches tenant data takes a viewer. */
export interface Viewer {
  principal: Principal
  /** The organization of every read and write. */
  organizationId: string
  /**
   * The organization that owns the key, or in which the person is a member. Differs from `organizationId` while the
   * operator acts in another one.
   */
  homeId: string
  permissions: Permissions
  environment: 'LIVE' | 'TEST'
  /** Role of the person in its organization; null for a key. */
  role: Role | null
  /** Reason for which the person may manage nothing but its own account; null without one, and for a key. */
  restriction: Restriction | null
  /** True when the password, or a role in any organization, needs a second factor that the session lacks. */
  lacksTwoFactor: boolean
  /** Reason of a person of the operator for acting in another organization; null without one, and for everybody else. */
  reason: string | null
  /** True for a key, and for a session with a person authenticated again in the last minutes. */
  isElevated: boolean
  /** Null for people, and for keys without rate limits. */
  tier: Tier | null
  /** Plan of the organization `homeId`. */
  plan: Plan
  /** True while the principal may send only persisted operations. */
  persistedOnly: boolean
  /** When the key, the presented secret or the session expires; null while none does. */
  expiresAt: Date | null
  /** Networks (CIDR) of the allowlist; empty allows every address. */
  allowedIps: string[]
  /** Hash of the presented secret, or the id of the session. Finds either again while a subscription is open. */
  credential: string
  /** Client address, for the audit trail. */
  ip: string | null
  requestId: string
}
