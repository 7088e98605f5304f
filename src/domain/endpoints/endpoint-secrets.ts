import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { WebhookEndpoint } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Keyring } from '../../lib/keyring.ts'
import { createSigningSecret } from './signing-secrets.ts'

/** Secrets that sign side by side at most: rotations in a hurry retire the oldest. */
const SECRETS_AT_ONCE = 3

/** What binds an encrypted secret to its endpoint. */
export const secretContext = (endpointId: string) => `endpoint-secret:${endpointId}`

/** Signing secrets of endpoints (W5), encrypted at rest. */
export type EndpointSecrets = ReturnType<typeof createEndpointSecrets>

export function createEndpointSecrets(deps: { prisma: PrismaClient; clock: Clock; makeId: MakeId; keyring: Keyring }) {
  const { clock } = deps

  /** @returns the secret to show once; null when receivers need only the public key */
  async function add(tx: Transaction, endpoint: WebhookEndpoint): Promise<string | null> {
    const { secret, publicKey } = createSigningSecret(endpoint.signatureScheme)
    await tx.endpointSecret.create({
      data: {
        id: deps.makeId('sec'),
        endpointId: endpoint.id,
        ciphertext: deps.keyring.encrypt(secret, secretContext(endpoint.id)),
        publicKey,
        createdAt: clock.now(),
      },
    })
    return publicKey === null ? secret : null
  }

  return {
    add,

    /** Adds a secret; the ones before it sign too until the overlap is over. */
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

    /** Public keys of the secrets that sign now, the newest first; none for HMAC. */
    async publicKeys(endpointId: string): Promise<string[]> {
      const secrets = await deps.prisma.endpointSecret.findMany({
        where: { endpointId, publicKey: { not: null }, OR: [{ expiresAt: null }, { expiresAt: { gt: clock.now() } }] },
        orderBy: { id: 'desc' },
      })
      return secrets.flatMap(({ publicKey }) => publicKey ?? [])
    },
  }
}
