import type { Permissions } from './permissions.ts'

/** Who asks, in which organization: every domain function that touches tenant data takes one. */
export interface Viewer {
  keyId: string
  /** The organization that everything is read from and written to. */
  organizationId: string
  permissions: Permissions
  environment: 'LIVE' | 'TEST'
  expiresAt: Date | null
  /** Networks that the key is confined to; empty: none. */
  allowedIps: string[]
  /** Client address, for the audit trail. */
  ip: string | null
  requestId: string
}
