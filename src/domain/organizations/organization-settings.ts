import { z } from 'zod'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Organization } from '../../database/generated/client.ts'
import { type Issue, NotFoundError, ValidationError } from '../../lib/errors.ts'
import { isNetwork, isWithin } from '../../lib/networks.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { ROLES } from '../people/roles.ts'
import type { Viewer } from '../people/viewer.ts'
import type { OrganizationLookup } from './organization-lookup.ts'
import { OrganizationVersionConflictError } from './organizations.ts'

/** Bounds of the session lengths, in seconds: 5 minutes and 30 days. */
export const SESSION_BOUNDS = { least: 300, most: 30 * 86_400 } as const
/** Maximum networks of the members. */
const NETWORKS_AT_MOST = 100

const seconds = z.int().min(SESSION_BOUNDS.least).max(SESSION_BOUNDS.most).nullable()
const settingsInput = z
  .object({
    twoFactorRoles: z.array(z.enum(ROLES)).max(ROLES.length),
    sessionIdleSeconds: seconds,
    sessionLifetimeSeconds: seconds,
    memberIps: z
      .array(z.string().refine(isNetwork, 'must be an address or a network in CIDR notation, such as 203.0.113.0/24'))
      .max(NETWORKS_AT_MOST),
  })
  .partial()

export type SettingsUpdate = z.input<typeof settingsInput>

/**
 * Changes the rules by which members sign in. They hold for open sessions from the next request on. Absent fields keep
 * their value.
 *
 * @param expectedVersion refuses the update of another version; default any version
 * @throws ValidationError also for rules that would lock the person of the request out
 */
export type UpdateSettings = (
  viewer: Viewer,
  input: SettingsUpdate,
  expectedVersion?: number | null,
) => Promise<Organization>

export function createUpdateSettings(deps: {
  prisma: PrismaClient
  audit: Audit
  organizationLookup: OrganizationLookup
}): UpdateSettings {
  return async (viewer, input, expectedVersion) => {
    const { twoFactorRoles, ...rest } = validate(settingsInput, input)
    const fields = { ...rest, ...(twoFactorRoles && { twoFactorRoles: [...new Set(twoFactorRoles)] }) }
    const { organizationId: id } = viewer
    const changed = await deps.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${id} FOR NO KEY UPDATE`
      const before = await tx.organization.findFirst({ where: { id, deletedAt: null } })
      if (before === null) throw new NotFoundError('organization', id)
      if (expectedVersion != null && before.version !== expectedVersion)
        throw new OrganizationVersionConflictError('organization', before.version, before)
      await refuseLockOut(tx, viewer, { ...before, ...fields })
      await deps.audit(tx, viewer, { action: 'organization.updateSettings', resource: id, details: fields })
      return tx.organization.update({ where: { id }, data: { ...fields, version: { increment: 1 } } })
    })
    deps.organizationLookup.changed(id, [changed.externalId])
    return changed
  }
}

/** @throws ValidationError when the person of the request could not act in the organization any more */
async function refuseLockOut(
  tx: Transaction,
  { principal, role, ip, homeId, organizationId }: Viewer,
  { memberIps, twoFactorRoles }: Organization,
): Promise<void> {
  if (principal.kind !== 'PERSON' || role === null || homeId !== organizationId) return
  const issues: Issue[] = []
  if (memberIps.length > 0 && (ip === null || !isWithin(ip, memberIps)))
    issues.push({
      path: 'input.memberIps',
      message: `must include your own address ${ip ?? ''}, or you lock yourself out`,
    })
  const where = { personId: principal.id, kind: 'TOTP', confirmedAt: { not: null } } as const
  if (twoFactorRoles.includes(role) && (await tx.personCredential.count({ where })) === 0)
    issues.push({
      path: 'input.twoFactorRoles',
      message: `includes your own role ${role}: add a second factor to your account first`,
    })
  if (issues.length > 0) throw new ValidationError(issues)
}
