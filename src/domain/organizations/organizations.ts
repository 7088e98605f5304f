import { z } from 'zod'
import type { PrismaClient } from '../../database/client.ts'
import type { Organization } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { NotFoundError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { page } from '../../lib/pagination.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import type { Viewer } from '../people/viewer.ts'

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u)
const plan = z.enum(['STARTER', 'GROWTH', 'ENTERPRISE'])
const createInput = z.object({ name, plan: plan.default('GROWTH') })
const updateInput = z.object({ name, plan }).partial()

/** The tenants. Only platform keys create and list organizations. */
export type Organizations = ReturnType<typeof createOrganizations>

export function createOrganizations(deps: { prisma: PrismaClient; clock: Clock; makeId: MakeId; audit: Audit }) {
  const { prisma } = deps
  return {
    async create(viewer: Viewer, input: z.input<typeof createInput>): Promise<Organization> {
      const fields = validate(createInput, input)
      return prisma.$transaction(async (tx) => {
        const data = { id: deps.makeId('org'), ...fields, createdAt: deps.clock.now() }
        const organization = await tx.organization.create({ data })
        await deps.audit(tx, viewer, { action: 'organization.create', resource: organization.id, details: fields })
        return organization
      })
    },

    /** Absent fields keep their value. Keys follow a new plan within ten seconds, when their cache entry expires. */
    async update(viewer: Viewer, id: string, input: z.input<typeof updateInput>): Promise<Organization> {
      const fields = validate(updateInput, input)
      return prisma.$transaction(async (tx) => {
        if ((await tx.organization.count({ where: { id } })) === 0) throw new NotFoundError('organization', id)
        const actor = { ...viewer, organizationId: id }
        await deps.audit(tx, actor, { action: 'organization.update', resource: id, details: fields })
        return tx.organization.update({ where: { id }, data: fields })
      })
    },

    /** The viewer's own organization; null for any other id. */
    get: async (viewer: Viewer, id: string, query: object = {}): Promise<Organization | null> =>
      id === viewer.organizationId ? prisma.organization.findUnique({ ...query, where: { id } }) : null,

    /** The viewer's own organization. */
    current: (viewer: Viewer): Promise<Organization> =>
      prisma.organization.findUniqueOrThrow({ where: { id: viewer.organizationId } }),

    listAll: (query: object): Promise<Organization[]> => prisma.organization.findMany(page(query, {})),
  }
}
