import type { Permissions } from './permissions.ts'

/** Who asks, in which organization: every domain function that touches tenant data takes one. */
export interface Viewer {
  keyId: string
  /** The organization that everything is read from and written to. */
  organizationId: string
  permissions: Permissions
  expiresAt: Date | null
  /** Client address, for the audit trail. */
  ip: string | null
  requestId: string
}
