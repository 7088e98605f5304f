import { z } from 'zod'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { PermissionResource } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, ValidationError } from '../../lib/errors.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { type Permissions, RESOURCES, type Resource, resourceName } from './permissions.ts'
import type { Viewer } from './viewer.ts'

/** Maximum declared resources of the installation. */
const RESOURCES_AT_MOST = 500

const createInput = z.object({
  name: resourceName.refine((name) => !isBuiltIn(name), 'is a resource of Signalbox already'),
  description: z.string().trim().max(500).default(''),
})

/** Resources of the operator's own API, which keys of every organization may have permissions on. */
export type PermissionResources = ReturnType<typeof createPermissionResources>

export function createPermissionResources(deps: { prisma: PrismaClient; clock: Clock; audit: Audit }) {
  const { prisma } = deps

  return {
    async create(viewer: Viewer, input: z.input<typeof createInput>): Promise<PermissionResource> {
      const { name, description } = validate(createInput, input)
      return prisma.$transaction(async (tx) => {
        await tx.$executeRaw`LOCK TABLE permission_resources IN SHARE ROW EXCLUSIVE MODE`
        if ((await tx.permissionResource.count()) >= RESOURCES_AT_MOST)
          throw new ConflictError(
            'TOO_MANY_RESOURCES',
            `An installation declares at most ${RESOURCES_AT_MOST} resources. Delete unused ones.`,
          )
        if ((await tx.permissionResource.count({ where: { name } })) > 0)
          throw new ConflictError('RESOURCE_EXISTS', `The resource ${name} is declared already.`)
        await deps.audit(tx, viewer, { action: 'permissionResource.create', resource: name, details: { description } })
        return tx.permissionResource.create({ data: { name, description, createdAt: deps.clock.now() } })
      })
    },

    /** @throws ConflictError while a key that is not revoked has permissions on the resource */
    async delete(viewer: Viewer, name: string): Promise<PermissionResource> {
      return prisma.$transaction(async (tx) => {
        // Waits for keys that are being given the resource.
        await tx.$queryRaw`SELECT 1 FROM permission_resources WHERE name = ${name} FOR UPDATE`
        const resource = await tx.permissionResource.findUnique({ where: { name } })
        if (resource === null) throw new NotFoundError('permission resource', name)
        const keys = await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM api_keys WHERE revoked_at IS NULL AND permissions ? ${name} LIMIT 1`
        if (keys[0] !== undefined)
          throw new ConflictError(
            'RESOURCE_IN_USE',
            `The key ${keys[0].id} has permissions on ${name}. Take them from every key first.`,
          )
        await deps.audit(tx, viewer, { action: 'permissionResource.delete', resource: name })
        return tx.permissionResource.delete({ where: { name } })
      })
    },

    /** Declared resources, by name. */
    list: (): Promise<PermissionResource[]> => prisma.permissionResource.findMany({ orderBy: { name: 'asc' } }),

    /**
     * Refuses permissions on a resource that is neither one of Signalbox nor declared, and keeps the declared ones from
     * being deleted before the transaction ends. A misspelled resource would be a permission that nothing asks for.
     *
     * @throws ValidationError with the path of each unknown resource
     */
    async requireKnown(client: Pick<Transaction, '$queryRaw'>, permissions: Permissions): Promise<void> {
      const names = Object.keys(permissions)
      const own = names.filter((name) => !isBuiltIn(name))
      if (own.length === 0) return
      const declared = await client.$queryRaw<{ name: string }[]>`
        SELECT name FROM permission_resources WHERE name = ANY(${own}) FOR KEY SHARE`
      const unknown = own.filter((name) => !declared.some((each) => each.name === name))
      if (unknown.length === 0) return
      throw new ValidationError(
        unknown.map((name) => ({
          path: `input.permissions.${names.indexOf(name)}.resource`,
          message: unknownResource(name),
        })),
      )
    },
  }
}

const isBuiltIn = (name: string): boolean => RESOURCES.includes(name as Resource)

const unknownResource = (name: string): string =>
  `${name} is not known. Use ${RESOURCES.join(', ')}, or a resource that the operator declared with permissionResourceCreate`
