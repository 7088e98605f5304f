import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { WebhookEndpoint } from '../../database/generated/client.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Keyring } from '../../lib/keyring.ts'
import type { Viewer } from '../people/viewer.ts'
import { createSigningSecret } from './signing-secrets.ts'

/** Maximum secrets that sign side by side. Another rotation retires the oldest. */
const SECRETS_AT_ONCE = 3

/** Encryption context that binds a secret to its endpoint. */
export const secretContext = (endpointId: string) => `endpoint-secret:${endpointId}`

/** Signing secrets of endpoints, encrypted at rest. */
export type EndpointSecrets = ReturnType<typeof createEndpointSecrets>

export function createEndpointSecrets(deps: { prisma: PrismaClient; clock: Clock; makeId: MakeId; keyring: Keyring }) {
  const { clock } = deps

  /** Public keys by endpoint, newest first. */
  const findPublicKeys = createBatchLookup(async (organizationId, ids) => {
    const secrets = await deps.prisma.endpointSecret.findMany({
      where: {
        endpointId: { in: ids },
        endpoint: { organizationId },
        publicKey: { not: null },
        OR: [{ expiresAt: null }, { expiresAt: { gt: clock.now() } }],
      },
      orderBy: { id: 'desc' },
    })
    const byEndpoint = Map.groupBy(secrets, ({ endpointId }) => endpointId)
    return new Map([...byEndpoint].map(([id, rows]) => [id, rows.flatMap(({ publicKey }) => publicKey ?? [])]))
  })

  /**
   * @param given an HMAC secret that the receiver has already; absent to create one
   * @returns the secret to show once; null for a given one, and for ed25519, where receivers need only the public key
   */
  async function add(tx: Transaction, endpoint: WebhookEndpoint, given?: string): Promise<string | null> {
    const isGiven = given !== undefined
    const { secret, publicKey } = isGiven
      ? { secret: given, publicKey: null }
      : createSigningSecret(endpoint.signatureScheme)
    await tx.endpointSecret.create({
      data: {
        id: deps.makeId('sec'),
        endpointId: endpoint.id,
        ciphertext: deps.keyring.encrypt(secret, secretContext(endpoint.id)),
        publicKey,
        createdAt: clock.now(),
      },
    })
    return publicKey === null && !isGiven ? secret : null
  }

  return {
    add,

    /** Adds a secret. Earlier secrets go on signing until the overlap ends. */
    async rotate(tx: Transaction, endpoint: WebhookEndpoint, overlapSeconds: number): Promise<string | null> {
      const now = clock.now()
      const expiresAt = new Date(now.getTime() + overlapSeconds * 1000)
      const endpointId = endpoint.id
      await tx.endpointSecret.deleteMany({ where: { endpointId, expiresAt: { lte: now } } })
      await tx.endpointSecret.updateMany({ where: { endpointId, expiresAt: null }, data: { expiresAt } })
      if (overlapSeconds === 0) await tx.endpointSecret.deleteMany({ where: { endpointId } })
      const secret = await add(tx, endpoint)
      const kept = await tx.endpointSecret.findMany({ where: { endpointId }, orderBy: { id: 'desc' } })
      const retired = kept.slice(SECRETS_AT_ONCE).map(({ id }) => id)
      await tx.endpointSecret.deleteMany({ where: { id: { in: retired } } })
      return secret
    },

    removeAll: (tx: Transaction, endpointId: string) => tx.endpointSecret.deleteMany({ where: { endpointId } }),

    /** Public keys of the secrets that sign now, newest first; empty for HMAC schemes. */
    publicKeys: async ({ organizationId }: Viewer, endpointId: string): Promise<string[]> =>
      (await findPublicKeys(organizationId, endpointId)) ?? [],
  }
}
