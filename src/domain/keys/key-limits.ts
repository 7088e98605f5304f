import type { PrismaClient } from '../../database/client.ts'
import type { ApiKey } from '../../database/generated/client.ts'
import type { Limits, LimitsState } from '../limits/limits.ts'

/** Reads the windows of a key without spending from them; null for a key without limits. */
export function createKeyLimits(deps: { prisma: PrismaClient; limits: Limits }) {
  return async ({ id, tier, organizationId }: ApiKey): Promise<LimitsState | null> => {
    const where = { id: organizationId }
    const { plan } = await deps.prisma.organization.findUniqueOrThrow({ where, select: { plan: true } })
    return (await deps.limits.spend({ id, tier, plan }, { requests: 0, points: 0 })) ?? null
  }
}
