import type { PrismaClient } from '../../database/client.ts'
import type { Member, Organization, Person } from '../../database/generated/client.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Viewer } from './viewer.ts'

/** Maximum organizations of one person. */
export const MEMBERSHIPS_AT_MOST = 1_000

/** Reads of persons. */
export type People = ReturnType<typeof createPeople>

export function createPeople({ prisma }: { prisma: PrismaClient }) {
  const findTwoFactor = createBatchLookup(async (organizationId, personIds) => {
    const where = { personId: { in: personIds }, kind: 'TOTP', confirmedAt: { not: null } } as const
    const isMember = { person: { members: { some: { organizationId } } } }
    const found = await prisma.personCredential.findMany({
      where: { ...where, ...isMember },
      select: { personId: true },
    })
    return new Map(found.map(({ personId }) => [personId, true]))
  })
  const findMember = createBatchLookup(async (organizationId, personIds) => {
    const found = await prisma.member.findMany({ where: { organizationId, personId: { in: personIds } } })
    return new Map(found.map((member) => [member.personId, member]))
  })

  return {
    /** The person of the request; null for a key. */
    current: ({ principal }: Viewer): Promise<Person | null> =>
      prisma.person.findUnique({ where: { id: principal.kind === 'PERSON' ? principal.id : '' } }),

    /** Persons of the viewer's organization, and the viewer; others are left out. */
    getMany: ({ principal, organizationId }: Viewer, ids: readonly string[], query: object = {}): Promise<Person[]> =>
      prisma.person.findMany({
        ...query,
        where: { id: { in: [...ids] }, OR: [{ id: principal.id }, { members: { some: { organizationId } } }] },
      }),

    /** Organizations of the person of the request, oldest membership first. */
    memberships: ({ principal }: Viewer): Promise<(Member & { organization: Organization })[]> =>
      prisma.member.findMany({
        where: { personId: principal.id, organization: { deletedAt: null } },
        ...{ include: { organization: true }, orderBy: { id: 'asc' }, take: MEMBERSHIPS_AT_MOST },
      }),

    /** True for a member with a second factor. */
    hasTwoFactor: async (organizationId: string, personId: string): Promise<boolean> =>
      (await findTwoFactor(organizationId, personId)) ?? false,

    /** True while a person is a member of an organization. */
    isMember: async (organizationId: string, personId: string): Promise<boolean> =>
      (await findMember(organizationId, personId)) !== undefined,
  }
}
