import type { PrismaClient } from '../../database/client.ts'
import type { Person } from '../../database/generated/client.ts'
import type { Viewer } from './viewer.ts'

/** Reads of persons. */
export type People = ReturnType<typeof createPeople>

export function createPeople({ prisma }: { prisma: PrismaClient }) {
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
  }
}
