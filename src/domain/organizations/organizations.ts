import { z } from 'zod'
import type { PrismaClient } from '../../database/client.ts'
import type { Organization } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, VersionConflictError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { page } from '../../lib/pagination.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { displayName } from '../people/person-input.ts'
import type { Viewer } from '../people/viewer.ts'
import { externalIdInput, withFreeExternalId } from './external-id.ts'
import type { OrganizationLookup } from './organization-lookup.ts'

/** Tries of an upsert, each lost to another request that created or deleted the organization in between. */
const UPSERT_TRIES = 3

const plan = z.enum(['STARTER', 'GROWTH', 'ENTERPRISE'])
const externalId = externalIdInput.nullable()
const createInput = z.object({ name: displayName, plan: plan.default('GROWTH'), externalId: externalId.default(null) })
const updateInput = z.object({ name: displayName, plan, externalId }).partial()
const upsertInput = z.object({ externalId: externalIdInput, name: displayName, plan: plan.optional() })

/** The organization was changed since its editor read it. */
export class OrganizationVersionConflictError extends VersionConflictError<Organization> {}

export type OrganizationUpdate = z.input<typeof updateInput>

/** The tenants. Only platform keys create, change and list organizations. */
export type Organizations = ReturnType<typeof createOrganizations>

export function createOrganizations(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  organizationLookup: OrganizationLookup
}) {
  const { prisma, organizationLookup } = deps

  async function create(viewer: Viewer, input: z.input<typeof createInput>): Promise<Organization> {
    const fields = validate(createInput, input)
    const data = { id: deps.makeId('org'), ...fields, createdAt: deps.clock.now() }
    const created = await withFreeExternalId('organization', fields.externalId, () =>
      prisma.$transaction(async (tx) => {
        const organization = await tx.organization.create({ data })
        await deps.audit(tx, viewer, { action: 'organization.create', resource: organization.id, details: fields })
        return organization
      }),
    )
    organizationLookup.changed(created.id, [created.externalId])
    return created
  }

  /**
   * Absent fields keep their value. Keys follow a new plan within ten seconds, when their cache entry expires.
   *
   * @param expectedVersion refuses the update of another version; default any version
   */
  async function update(
    viewer: Viewer,
    id: string,
    input: OrganizationUpdate,
    expectedVersion?: number | null,
  ): Promise<Organization> {
    const fields = validate(updateInput, input)
    const { before, after } = await withFreeExternalId('organization', fields.externalId, () =>
      prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${id} FOR NO KEY UPDATE`
        const before = await tx.organization.findFirst({ where: { id, deletedAt: null } })
        if (before === null) throw new NotFoundError('organization', id)
        if (expectedVersion != null && before.version !== expectedVersion)
          throw new OrganizationVersionConflictError('organization', before.version, before)
        const actor = { ...viewer, organizationId: id }
        await deps.audit(tx, actor, { action: 'organization.update', resource: id, details: fields })
        const data = { ...fields, version: { increment: 1 } }
        return { before, after: await tx.organization.update({ where: { id }, data }) }
      }),
    )
    organizationLookup.changed(id, [before.externalId, after.externalId])
    return after
  }

  return {
    create,
    update,

    /**
     * Creates the organization with an external id, or changes the one that has the external id. An organization that
     * is as wanted is left alone, so that a repeated upsert writes nothing.
     */
    async upsert(
      viewer: Viewer,
      input: z.input<typeof upsertInput>,
    ): Promise<{ organization: Organization; isNew: boolean }> {
      const wanted = validate(upsertInput, input)
      for (let tries = 1; ; tries++)
        try {
          const known = await prisma.organization.findFirst({
            where: { externalId: wanted.externalId, deletedAt: null },
          })
          if (known === null) return { organization: await create(viewer, wanted), isNew: true }
          const { name, plan = known.plan } = wanted
          const isAsWanted = name === known.name && plan === known.plan
          return { organization: isAsWanted ? known : await update(viewer, known.id, { name, plan }), isNew: false }
        } catch (error) {
          const isLost = error instanceof ConflictError || error instanceof NotFoundError
          if (!isLost || tries === UPSERT_TRIES) throw error
        }
    },

    /** The id of an organization given by its id or external id; a text that names none stays as given. */
    idOf: async (text: string): Promise<string> => (await organizationLookup.find(text))?.id ?? text,

    /** The viewer's own organization; null for any other id. */
    /** The viewer's own organization, when its id is given; other ids are left out. */
    getMany: async (
      { organizationId: id }: Viewer,
      ids: readonly string[],
      query: object = {},
    ): Promise<Organization[]> =>
      ids.includes(id) ? prisma.organization.findMany({ ...query, where: { id, deletedAt: null } }) : [],

    /** The viewer's own organization. */
    current: (viewer: Viewer, query: object = {}): Promise<Organization> =>
      prisma.organization.findUniqueOrThrow({ ...query, where: { id: viewer.organizationId } }),

    listAll: (query: object): Promise<Organization[]> => prisma.organization.findMany(page(query, { deletedAt: null })),
  }
}
