import { apiKeyChannel, type LiveBus } from '../../bus/bus.ts'
import { afterCommit } from '../../database/after-commit.ts'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { ApiKey, Prisma } from '../../database/generated/client.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, ValidationError, VersionConflictError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuditAction } from '../audit/audit-actions.ts'
import type { RecordDenied } from '../audit/record-denied.ts'
import type { PermissionResources } from '../people/permission-resources.ts'
import { allows, readPermissions } from '../people/permissions.ts'
import type { Viewer } from '../people/viewer.ts'
import type { KeyCache } from './key-cache.ts'
import {
  type ApiKeyCreate,
  type ApiKeyUpdate,
  assertWithinOwnGrants,
  createInput,
  type Grants,
  tierFor,
  updateInput,
} from './key-input.ts'
import { createToken, displayPrefix, hashBytes } from './token.ts'

/** Maximum keys of one organization that are not revoked. */
const KEYS_AT_MOST = 10_000

/** Changes one key inside the transaction that holds its lock. @returns details for the audit trail */
export type ChangeKey = (tx: Transaction, key: ApiKey) => Promise<Prisma.InputJsonObject>

/** The key was changed since its editor read it. */
export class ApiKeyVersionConflictError extends VersionConflictError<ApiKey> {}

/** API keys of an organization. */
export type Keys = ReturnType<typeof createKeys>

export function createKeys(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
  denials: RecordDenied
  keyCache: KeyCache
  keyPrefix: string
  permissionResources: PermissionResources
}) {
  const { prisma, clock, audit } = deps
  const findKey = createBatchLookup(async (organizationId, ids) => {
    const keys = await prisma.apiKey.findMany({ where: { id: { in: ids }, organizationId } })
    return new Map(keys.map((key) => [key.id, key]))
  })
  const update = (data: Prisma.ApiKeyUpdateInput) => async (tx: Transaction, key: ApiKey) => {
    await tx.apiKey.update({ where: { id: key.id }, data })
    return {}
  }

  return {
    /** Returns the secret this once; only its hash is stored. */
    async create(viewer: Viewer, input: ApiKeyCreate): Promise<{ apiKey: ApiKey; secret: string }> {
      const wanted = validate(createInput, input)
      requireFuture(wanted.expiresAt)
      return prisma.$transaction(async (tx) => {
        await deps.permissionResources.requireKnown(tx, wanted.permissions)
        const powers = checkGrants(viewer, wanted, 'apiKey.create')
        await requirePlan(tx, viewer)
        const made = await insert(tx, viewer, { ...powers, name: wanted.name })
        await audit(tx, viewer, { action: 'apiKey.create', resource: made.apiKey.id, details: detailsOf(made.apiKey) })
        return made
      })
    },

    /**
     * Absent fields keep their value. Removed rights end on every node as fast as a revocation.
     *
     * @param expectedVersion refuses the update of another version; default any version
     */
    update(viewer: Viewer, id: string, input: ApiKeyUpdate, expectedVersion?: number | null): Promise<ApiKey> {
      const wanted = validate(updateInput, input)
      requireFuture(wanted.expiresAt)
      return change(viewer, id, 'apiKey.update', async (tx, key) => {
        // A key with more rights than the viewer's must not be reduced and then taken over.
        requireOwn(viewer, grantsOf(key), 'apiKey.update')
        if (expectedVersion != null && key.revision !== expectedVersion)
          throw new ApiKeyVersionConflictError('API key', key.revision, key)
        if (wanted.permissions) await deps.permissionResources.requireKnown(tx, wanted.permissions)
        const powers = checkGrants(viewer, { ...grantsOf(key), ...wanted }, 'apiKey.update')
        const { environment: _, ...data } = powers
        const updated = await tx.apiKey.update({
          where: { id },
          data: { ...data, ...(wanted.name && { name: wanted.name }) },
        })
        return { from: detailsOf(key), to: detailsOf(updated) }
      })
    },

    /** Final. Every request and subscription of the key ends. */
    revoke: (viewer: Viewer, id: string) =>
      change(
        viewer,
        id,
        'apiKey.revoke',
        update({ revokedAt: clock.now(), revokedBy: viewer.principal.id, revokedByName: viewer.principal.name }),
      ),

    disable: (viewer: Viewer, id: string) => change(viewer, id, 'apiKey.disable', update({ disabledAt: clock.now() })),

    enable: (viewer: Viewer, id: string) =>
      change(viewer, id, 'apiKey.enable', async (tx, key) => {
        requireOwn(viewer, grantsOf(key), 'apiKey.enable')
        return update({ disabledAt: null })(tx, key)
      }),

    get: (viewer: Viewer, id: string, query: object = {}): Promise<ApiKey | null> =>
      prisma.apiKey.findFirst({ ...query, where: { id, organizationId: viewer.organizationId } }),

    /** Rows by their ids; ids of other organizations are left out. */
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<ApiKey[]> =>
      prisma.apiKey.findMany({ ...query, where: { id: { in: [...ids] }, organizationId: viewer.organizationId } }),

    /** The presented key; null while a platform key acts in another organization. */
    presented: async ({ organizationId, principal }: Viewer): Promise<ApiKey | null> =>
      (await findKey(organizationId, principal.id)) ?? null,

    change,
    insert,
    requireOwn,
    requirePlan,
  }

  function requireFuture(expiresAt: Date | null | undefined): void {
    if (expiresAt && expiresAt <= clock.now())
      throw new ValidationError([{ path: 'input.expiresAt', message: 'must be in the future' }])
  }

  /** @throws ValidationError when the key would have more rights than the viewer */
  function checkGrants(
    viewer: Viewer,
    wanted: Omit<Grants, 'tier' | 'expiresAt'> & Partial<Nullable<Grants>>,
    action: AuditAction,
  ): Grants {
    const { permissions, environment, allowedIps, persistedOnly, expiresAt = null } = wanted
    const tier = tierFor(permissions, wanted.tier)
    const powers = { permissions, environment, allowedIps, persistedOnly, expiresAt, tier }
    requireOwn(viewer, powers, action)
    return powers
  }

  /** @throws ValidationError when the key has more rights than the viewer's. The attempt goes to the audit trail. */
  function requireOwn(viewer: Viewer, powers: Grants, action: AuditAction): void {
    try {
      assertWithinOwnGrants(viewer, powers)
    } catch (error) {
      deps.denials.note(viewer, action, 'EXCEEDS_OWN_POWERS')
      throw error
    }
  }

  /** Inserts a key with its first secret. */
  async function insert(
    tx: Transaction,
    viewer: Viewer,
    fields: Grants & { name: string },
  ): Promise<{ apiKey: ApiKey; secret: string }> {
    const secret = createToken(deps.keyPrefix, fields.environment)
    const createdAt = clock.now()
    const apiKey = await tx.apiKey.create({
      data: {
        ...fields,
        id: deps.makeId('key'),
        organizationId: viewer.organizationId,
        displayPrefix: displayPrefix(secret),
        secrets: { create: { hash: hashBytes(secret), createdAt } },
        createdBy: viewer.principal.id,
        createdByName: viewer.principal.name,
        createdAt,
      },
    })
    announce(tx, apiKey)
    return { apiKey, secret }
  }

  function announce(tx: Transaction, { organizationId, id }: ApiKey): void {
    afterCommit(tx, () => deps.bus.publish(apiKeyChannel(organizationId), [id]))
  }

  /** Locks the key, so that concurrent changes see each other. */
  async function change(viewer: Viewer, id: string, action: AuditAction, apply: ChangeKey): Promise<ApiKey> {
    const changed = await prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ${id} AND organization_id = ${viewer.organizationId} FOR UPDATE`
      const key = await tx.apiKey.findFirst({ where: { id, organizationId: viewer.organizationId } })
      if (key === null) throw new NotFoundError('API key', id)
      if (key.revokedAt !== null)
        throw new ConflictError('KEY_REVOKED', 'This key was revoked, which is final. Create a new one.')
      const details = await apply(tx, key)
      await audit(tx, viewer, { action, resource: id, details: { name: key.name, ...details } })
      announce(tx, key)
      return tx.apiKey.update({ where: { id }, data: { revision: { increment: 1 } } })
    })
    await deps.keyCache.changed(id)
    return changed
  }

  /** Organizations on plan STARTER get their keys from the operator. */
  async function requirePlan(tx: Transaction, viewer: Viewer): Promise<void> {
    const { organizationId } = viewer
    if ((await tx.apiKey.count({ where: { organizationId, revokedAt: null } })) >= KEYS_AT_MOST)
      throw new ConflictError('TOO_MANY_KEYS', `An organization has at most ${KEYS_AT_MOST} keys. Revoke unused ones.`)
    if (allows(viewer.permissions, 'platform', 'write')) return
    const { plan } = await tx.organization.findUniqueOrThrow({ where: { id: viewer.organizationId } })
    if (plan !== 'STARTER') return
    deps.denials.note(viewer, 'apiKey.create', 'PLAN_FORBIDS')
    throw new ConflictError(
      'PLAN_FORBIDS',
      'The plan STARTER does not include creating keys. Ask the operator for a key or a larger plan.',
    )
  }
}

type Nullable<T> = { [Name in keyof T]: T[Name] | null }

export function grantsOf(key: ApiKey): Grants {
  const { environment, tier, expiresAt, allowedIps, persistedOnly } = key
  return { permissions: readPermissions(key.permissions), environment, tier, expiresAt, allowedIps, persistedOnly }
}

/** Details of a key for the audit trail. */
function detailsOf(key: ApiKey): Prisma.InputJsonObject {
  const { permissions, expiresAt, ...rest } = grantsOf(key)
  return {
    name: key.name,
    ...rest,
    permissions: permissions as Prisma.InputJsonObject,
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}
