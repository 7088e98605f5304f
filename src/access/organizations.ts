import { z } from 'zod'
import type { PrismaClient } from '../../prisma/client.ts'
import type { Organization } from '../../prisma/generated/client.ts'
import type { Clock } from '../clock.ts'
import type { MakeId } from '../ids.ts'
import { page } from '../page.ts'
import { validate } from '../validate.ts'
import type { Audit } from './audit.ts'
import type { Viewer } from './viewer.ts'

const createInput = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}*$/u),
})

/** Tenants. Only the host's keys make and list them. */
export type Organizations = ReturnType<typeof createOrganizations>

export function createOrganizations(deps: { prisma: PrismaClient; clock: Clock; makeId: MakeId; audit: Audit }) {
  const { prisma } = deps
  return {
    async create(viewer: Viewer, input: { name: string }): Promise<Organization> {
      const { name } = validate(createInput, input)
      return prisma.$transaction(async (tx) => {
        const data = { id: deps.makeId('org'), name, createdAt: deps.clock.now() }
        const organization = await tx.organization.create({ data })
        await deps.audit(tx, viewer, { action: 'organization.create', resource: organization.id, details: { name } })
        return organization
      })
    },

    /** The viewer's own. */
    current: (viewer: Viewer): Promise<Organization> =>
      prisma.organization.findUniqueOrThrow({ where: { id: viewer.organizationId } }),

    listAll: (query: object): Promise<Organization[]> => prisma.organization.findMany(page(query, {})),
  }
}
