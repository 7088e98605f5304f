import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Prisma, WebhookEndpoint } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, ValidationError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Keyring } from '../../lib/keyring.ts'
import { redactUrl } from '../../lib/redact-url.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import type { Viewer } from '../people/viewer.ts'
import {
  endpointCreateInput,
  endpointUpdateInput,
  type WebhookEndpointCreate,
  type WebhookEndpointUpdate,
} from './endpoint-input.ts'
import type { EndpointSecrets } from './endpoint-secrets.ts'
import type { RetryPolicy } from './retry-policy.ts'
import type { TargetPolicy } from './target-policy.ts'

/** Maximum endpoints of one organization. */
export const ENDPOINTS_AT_MOST = 1_000

/** Encryption context that binds custom headers to their endpoint. */
export const headersContext = (endpointId: string) => `endpoint-headers:${endpointId}`

/** Webhook endpoints of an organization. */
export type Endpoints = ReturnType<typeof createEndpoints>

export function createEndpoints(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  keyring: Keyring
  targets: TargetPolicy
  secrets: EndpointSecrets
}) {
  const { prisma, clock, audit } = deps

  return {
    /** @returns the endpoint and the signing secret, shown this once; the secret is null for ed25519 */
    async create(viewer: Viewer, input: WebhookEndpointCreate) {
      const { url, headers, retryPolicy, ...fields } = validate(endpointCreateInput, input)
      const id = deps.makeId('whep')
      const now = clock.now()
      const data = {
        ...fields,
        ...policyColumns(retryPolicy),
        ...headerColumns(id, headers),
        id,
        organizationId: viewer.organizationId,
        url: await checkedUrl(url),
        disabledReason: fields.enabled ? null : 'Created disabled.',
        createdAt: now,
        updatedAt: now,
      }
      return prisma.$transaction(async (tx) => {
        const count = await tx.webhookEndpoint.count({
          where: { organizationId: viewer.organizationId, deletedAt: null },
        })
        if (count >= ENDPOINTS_AT_MOST)
          throw new ConflictError('TOO_MANY_ENDPOINTS', `An organization has at most ${ENDPOINTS_AT_MOST} endpoints.`)
        const webhookEndpoint = await tx.webhookEndpoint.create({ data })
        const secret = await deps.secrets.add(tx, webhookEndpoint)
        const details = {
          url: redactUrl(data.url),
          eventTypes: data.eventTypes,
          headerNames: data.headerNames,
        }
        await audit(tx, viewer, { action: 'webhookEndpoint.create', resource: id, details })
        return { webhookEndpoint, secret }
      })
    },

    async update(viewer: Viewer, id: string, input: WebhookEndpointUpdate): Promise<WebhookEndpoint> {
      const { url, headers, retryPolicy, ...fields } = validate(endpointUpdateInput, input)
      const data = {
        ...fields,
        ...(url !== undefined && { url: await checkedUrl(url) }),
        ...(headers !== undefined && headerColumns(id, headers)),
        ...(retryPolicy !== undefined && policyColumns(retryPolicy)),
        updatedAt: clock.now(),
      }
      return prisma.$transaction(async (tx) => {
        await find(tx, viewer, id)
        const updated = await tx.webhookEndpoint.update({ where: { id }, data })
        const details = { changed: Object.keys(input) }
        await audit(tx, viewer, { action: 'webhookEndpoint.update', resource: id, details })
        return updated
      })
    },

    /** Marks the endpoint as deleted. `EndpointLifecycle.remove` cancels its deliveries. */
    async remove(viewer: Viewer, id: string): Promise<WebhookEndpoint> {
      return prisma.$transaction(async (tx) => {
        await find(tx, viewer, id)
        const now = clock.now()
        const data = { deletedAt: now, updatedAt: now, enabled: false, disabledReason: 'Deleted.' }
        const removed = await tx.webhookEndpoint.update({ where: { id }, data })
        await deps.secrets.removeAll(tx, id)
        await audit(tx, viewer, {
          action: 'webhookEndpoint.delete',
          resource: id,
          details: { url: redactUrl(removed.url) },
        })
        return removed
      })
    },

    /** Finds deleted endpoints too, so that every delivery can show its endpoint. */
    get: (viewer: Viewer, id: string, query: object = {}): Promise<WebhookEndpoint | null> =>
      prisma.webhookEndpoint.findFirst({ ...query, where: { id, organizationId: viewer.organizationId } }),

    find,
  }

  async function checkedUrl(url: string): Promise<string> {
    const why = await deps.targets.checkUrl(url)
    if (why !== undefined) throw new ValidationError([{ path: 'input.url', message: why }])
    return new URL(url).href
  }

  function headerColumns(id: string, headers: Record<string, string>) {
    const headerNames = Object.keys(headers)
    const text = JSON.stringify(headers)
    return {
      headerNames,
      headersEncrypted: headerNames.length === 0 ? null : deps.keyring.encrypt(text, headersContext(id)),
    }
  }
}

function policyColumns({ maxAttempts, backoffSeconds }: RetryPolicy) {
  return { maxAttempts, backoffSeconds: [...backoffSeconds] }
}

/**
 * Locks the endpoint for a change. @throws NotFoundError when it is deleted, absent or owned by another organization
 */
async function find(tx: Transaction, viewer: Viewer, id: string): Promise<WebhookEndpoint> {
  const { organizationId } = viewer
  await tx.$queryRaw`SELECT 1 FROM webhook_endpoints WHERE id = ${id} AND organization_id = ${organizationId} FOR NO KEY UPDATE`
  const where: Prisma.WebhookEndpointWhereInput = { id, organizationId, deletedAt: null }
  const endpoint = await tx.webhookEndpoint.findFirst({ where })
  if (endpoint === null) throw new NotFoundError('webhook endpoint', id)
  return endpoint
}
