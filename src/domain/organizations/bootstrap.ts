import type { PrismaClient } from '../../database/client.ts'
import { LOCKS } from '../../database/locks.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Audit } from '../audit/audit.ts'
import { createToken, displayPrefix, hashBytes } from '../keys/token.ts'
import { ALL_PERMISSIONS } from '../people/permissions.ts'
import { SYSTEM } from '../people/viewer.ts'

export const FIRST_ORGANIZATION = 'Default'

/**
 * Creates the first organization, which is the operator's, and a key with every permission. `bootstrapApiKey` is created whenever it does not
 * exist, which is the way back in after all keys are lost.
 *
 * @returns the new key to show once; undefined when none was generated
 */
export async function bootstrap(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  keyPrefix: string
  bootstrapApiKey: string | undefined
}): Promise<string | undefined> {
  const { prisma, clock, makeId, bootstrapApiKey } = deps
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS.bootstrap})`
    const first = await tx.organization.findFirst({ where: { isPlatform: true } })
    const organization =
      first ??
      (await tx.organization.create({
        data: {
          ...{ id: makeId('org'), name: FIRST_ORGANIZATION, plan: 'ENTERPRISE' },
          ...{ isPlatform: true, createdAt: clock.now() },
        },
      }))
    if (first !== null && bootstrapApiKey === undefined) return undefined
    const secret = bootstrapApiKey ?? createToken(deps.keyPrefix, 'LIVE')
    const hash = hashBytes(secret)
    if ((await tx.apiKeySecret.findUnique({ where: { hash } })) !== null) return undefined
    const createdAt = clock.now()
    const key = await tx.apiKey.create({
      data: {
        id: makeId('key'),
        organizationId: organization.id,
        name: 'Bootstrap',
        environment: 'LIVE',
        displayPrefix: bootstrapApiKey === undefined ? displayPrefix(secret) : 'BOOTSTRAP_API_KEY',
        secrets: { create: { hash, createdAt } },
        permissions: ALL_PERMISSIONS,
        createdBy: SYSTEM.id,
        createdByName: SYSTEM.name,
        createdAt,
      },
    })
    const actor = { principal: SYSTEM, organizationId: organization.id, ip: null }
    await deps.audit(tx, actor, { action: 'apiKey.create', resource: key.id, details: { name: key.name } })
    return bootstrapApiKey === undefined ? secret : undefined
  })
}
