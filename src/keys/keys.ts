import { z } from 'zod'
import type { PrismaClient, Transaction } from '../../prisma/client.ts'
import type { ApiKey, Prisma } from '../../prisma/generated/client.ts'
import type { Audit } from '../access/audit.ts'
import { exceeds, permissionsSchema } from '../access/permissions.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Clock } from '../clock.ts'
import { ConflictError, type Issue, NotFoundError, ValidationError } from '../errors.ts'
import type { MakeId } from '../ids.ts'
import { KEY_CHANGES, type LiveBus } from '../live/bus.ts'
import { isNetwork, isWithin } from '../networks.ts'
import { page } from '../page.ts'
import { validate } from '../validate.ts'
import type { KeyCache } from './key-cache.ts'
import { createToken, displayPrefix, hashToken } from './token.ts'

const createInput = z.object({
  name: z.string().trim().min(1).max(100),
  permissions: permissionsSchema,
  environment: z.enum(['LIVE', 'TEST']).default('LIVE'),
  tier: z.enum(['STANDARD', 'ELEVATED', 'ENTERPRISE']).nullish(),
  expiresAt: z.date().nullish(),
  allowedIps: z
    .array(z.string().refine(isNetwork, 'must be an address or a network in CIDR notation, such as 203.0.113.0/24'))
    .max(100)
    .default([]),
})

export type ApiKeyCreate = z.input<typeof createInput>

/** API keys of an organization (K1 to K3, K9). */
export type Keys = ReturnType<typeof createKeys>

export function createKeys(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
  keyCache: KeyCache
  keyPrefix: string
}) {
  const { prisma, clock, audit } = deps

  return {
    /** The only time the secret is seen; its hash is what stays. */
    async create(viewer: Viewer, input: ApiKeyCreate): Promise<{ apiKey: ApiKey; secret: string }> {
      const { expiresAt, tier, ...fields } = validate(createInput, input)
      if (expiresAt && expiresAt <= clock.now())
        throw new ValidationError([{ path: 'input.expiresAt', message: 'must lie in the future' }])
      const issues = beyond(viewer, { ...fields, expiresAt })
      if (issues.length > 0) throw new ValidationError(issues)
      const secret = createToken(deps.keyPrefix, fields.environment)
      const apiKey = await prisma.$transaction(async (tx) => {
        const made = await tx.apiKey.create({
          data: {
            ...fields,
            id: deps.makeId('key'),
            organizationId: viewer.organizationId,
            displayPrefix: displayPrefix(secret),
            hash: hashToken(secret),
            tier: tier ?? null,
            expiresAt: expiresAt ?? null,
            createdBy: viewer.keyId,
            createdAt: clock.now(),
          },
        })
        const { name, permissions, environment, allowedIps } = made
        const details = { name, permissions: permissions as Prisma.InputJsonObject, environment, allowedIps }
        await audit(tx, viewer, { action: 'apiKey.create', resource: made.id, details })
        return made
      })
      return { apiKey, secret }
    },

    /** Final. Every request and subscription of the key ends. */
    revoke: (viewer: Viewer, id: string) =>
      change(viewer, id, 'apiKey.revoke', () => ({ revokedAt: clock.now(), revokedBy: viewer.keyId })),

    disable: (viewer: Viewer, id: string) => change(viewer, id, 'apiKey.disable', () => ({ disabledAt: clock.now() })),

    enable: (viewer: Viewer, id: string) => change(viewer, id, 'apiKey.enable', () => ({ disabledAt: null })),

    get: (viewer: Viewer, id: string) =>
      prisma.apiKey.findFirst({ where: { id, organizationId: viewer.organizationId } }),

    list: (viewer: Viewer, query: object): Promise<ApiKey[]> =>
      prisma.apiKey.findMany(page(query, { organizationId: viewer.organizationId })),
  }

  async function change(
    viewer: Viewer,
    id: string,
    action: string,
    data: (key: ApiKey) => Prisma.ApiKeyUpdateInput,
  ): Promise<ApiKey> {
    const changed = await prisma.$transaction(async (tx) => {
      const key = await lock(tx, viewer, id)
      if (key.revokedAt !== null)
        throw new ConflictError('KEY_REVOKED', 'This key was revoked, which is final. Make a new one.')
      const updated = await tx.apiKey.update({ where: { id }, data: data(key) })
      await audit(tx, viewer, { action, resource: id, details: { name: key.name } })
      return updated
    })
    deps.keyCache.forget(id)
    deps.bus.publish(KEY_CHANGES, [{ keyId: id }])
    return changed
  }

  /** Of two people who change a key at once, the second sees what the first did. */
  async function lock(tx: Transaction, viewer: Viewer, id: string): Promise<ApiKey> {
    await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ${id} AND organization_id = ${viewer.organizationId} FOR UPDATE`
    const key = await tx.apiKey.findFirst({ where: { id, organizationId: viewer.organizationId } })
    if (key === null) throw new NotFoundError('API key', id)
    return key
  }
}

/** What a new key would have beyond the key that makes it: one that is stolen must not outgrow its limits. */
function beyond(
  viewer: Viewer,
  wanted: Pick<z.output<typeof createInput>, 'permissions' | 'environment' | 'allowedIps' | 'expiresAt'>,
): Issue[] {
  const issues: Issue[] = []
  const permission = exceeds(viewer.permissions, wanted.permissions)
  if (permission !== undefined)
    issues.push({ path: 'input.permissions', message: `a key cannot give what it does not have itself: ${permission}` })
  if (viewer.environment === 'TEST' && wanted.environment === 'LIVE')
    issues.push({ path: 'input.environment', message: 'a test key makes test keys only' })
  if (viewer.expiresAt !== null && (!wanted.expiresAt || wanted.expiresAt > viewer.expiresAt))
    issues.push({
      path: 'input.expiresAt',
      message: `must not be after ${viewer.expiresAt.toISOString()}, when the key that makes it ends`,
    })
  const confined = viewer.allowedIps.length > 0
  if (
    confined &&
    (wanted.allowedIps.length === 0 || !wanted.allowedIps.every((network) => isWithin(network, viewer.allowedIps)))
  )
    issues.push({ path: 'input.allowedIps', message: 'must lie within those of the key that makes it' })
  return issues
}
