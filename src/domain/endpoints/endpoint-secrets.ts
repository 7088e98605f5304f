import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { WebhookEndpoint } from '../../database/generated/client.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Keyring } from '../../lib/keyring.ts'
import type { Viewer } from '../people/viewer.ts'
import { createSigningSecret } from './signing-secrets.ts'

/** Maximum secrets of an endpoint, which sign side by side. Another rotation retires the oldest. */
const SECRETS_AT_ONCE = 3

/** Encryption context that binds a secret to its endpoint. */
export const secretContext = (endpointId: string) => `endpoint-secret:${endpointId}`

/** A secret in a rotation, without the secret itself. */
export interface SecretState {
  id: string
  createdAt: Date
  /** End of the overlap; null for the newest secret. */
  expiresAt: Date | null
  /** Null for HMAC secrets. */
  publicKey: string | null
  /** False after its expiry, which leaves the secret in place until the next rotation. */
  isSigning: boolean
}

/** Signing secrets of endpoints, encrypted at rest. */
export type EndpointSecrets = ReturnType<typeof createEndpointSecrets>

export function createEndpointSecrets(deps: { prisma: PrismaClient; clock: Clock; makeId: MakeId; keyring: Keyring }) {
  const { clock } = deps

  /** States of secrets by endpoint, newest first. */
  const findStates = createBatchLookup(async (organizationId, ids) => {
    const secrets = await deps.prisma.endpointSecret.findMany({
      select: { id: true, endpointId: true, createdAt: true, expiresAt: true, publicKey: true },
      where: { endpointId: { in: ids }, endpoint: { organizationId } },
      orderBy: { id: 'desc' },
    })
    const now = clock.now()
    const states = secrets.map((row) => ({ ...row, isSigning: row.expiresAt === null || row.expiresAt > now }))
    return Map.groupBy(states, ({ endpointId }) => endpointId)
  })

  /** The secrets of an endpoint, newest first; none for a deleted endpoint. */
  const list = async ({ organizationId }: Viewer, endpointId: string): Promise<SecretState[]> =>
    (await findStates(organizationId, endpointId)) ?? []

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
    list,

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
    publicKeys: async (viewer: Viewer, endpointId: string): Promise<string[]> =>
      (await list(viewer, endpointId)).flatMap(({ isSigning, publicKey }) => (isSigning ? (publicKey ?? []) : [])),
  }
}
