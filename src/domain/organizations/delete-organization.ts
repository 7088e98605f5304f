import type { PrismaClient } from '../../database/client.ts'
import type { Organization } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError } from '../../lib/errors.ts'
import type { Audit } from '../audit/audit.ts'
import type { Viewer } from '../people/viewer.ts'
import type { OrganizationLookup } from './organization-lookup.ts'

/**
 * Deletes an organization. It is absent from the commit on: its keys are refused, its subscriptions end, nothing is
 * published into it, and nothing more is sent to its endpoints. `purge-organizations.ts` removes its rows.
 */
export type DeleteOrganization = (viewer: Viewer, id: string) => Promise<Organization>

export function createDeleteOrganization(deps: {
  prisma: PrismaClient
  clock: Clock
  audit: Audit
  organizationLookup: OrganizationLookup
}): DeleteOrganization {
  return async (viewer, id) => {
    const now = deps.clock.now()
    const deleted = await deps.prisma.$transaction(async (tx) => {
      // Not FOR UPDATE: audit entries and endpoints refer to the row, and their transactions may hold an endpoint.
      await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${id} FOR NO KEY UPDATE`
      const organization = await tx.organization.findFirst({ where: { id, deletedAt: null } })
      if (organization === null) throw new NotFoundError('organization', id)
      if (organization.isPlatform)
        throw new ConflictError('PLATFORM_ORGANIZATION', 'The organization of the operator cannot be deleted.')
      // At most 1,000 endpoints. Claims take no delivery of a deleted endpoint.
      await tx.$executeRaw`
        UPDATE webhook_endpoints SET deleted_at = ${now}, updated_at = ${now}, enabled = false,
          disabled_reason = 'Deleted with its organization.'
        WHERE id IN (SELECT id FROM webhook_endpoints WHERE organization_id = ${id} AND deleted_at IS NULL
          ORDER BY id FOR NO KEY UPDATE)`
      const { name, externalId } = organization
      const platform = await tx.organization.findFirstOrThrow({ where: { isPlatform: true } })
      const actor = { ...viewer, organizationId: platform.id }
      await deps.audit(tx, actor, { action: 'organization.delete', resource: id, details: { name, externalId } })
      return tx.organization.update({ where: { id }, data: { deletedAt: now } })
    })
    deps.organizationLookup.changed(id, [deleted.externalId])
    return deleted
  }
}
