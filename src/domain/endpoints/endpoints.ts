import { isDeepStrictEqual } from 'node:util'
import type { LiveBus } from '../../bus/bus.ts'
import { notifyEndpointChanged } from '../../bus/delivery-log.ts'
import { afterCommit } from '../../database/after-commit.ts'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { EndpointKind, Prisma, WebhookEndpoint } from '../../database/generated/client.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, ValidationError, VersionConflictError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Keyring } from '../../lib/keyring.ts'
import { redactUrl } from '../../lib/redact-url.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { isOwnId, withFreeExternalId } from '../organizations/external-id.ts'
import type { Viewer } from '../people/viewer.ts'
import {
  endpointCreateInput,
  endpointUpdateInput,
  kindViolations,
  type WebhookEndpointCreate,
  type WebhookEndpointUpdate,
} from './endpoint-input.ts'
import type { EndpointSecrets } from './endpoint-secrets.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { type FilterColumns, hashFilter } from './subscription-filter.ts'
import type { TargetPolicy } from './target-policy.ts'

/** Maximum endpoints of one organization. */
export const ENDPOINTS_AT_MOST = 1_000

/** Encryption context that binds custom headers to their endpoint. */
export const headersContext = (endpointId: string) => `endpoint-headers:${endpointId}`

/** The endpoint was changed since its editor read it. */
export class EndpointVersionConflictError extends VersionConflictError<WebhookEndpoint> {}

/** Webhook endpoints of an organization. */
export type Endpoints = ReturnType<typeof createEndpoints>

export function createEndpoints(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
  keyring: Keyring
  targets: TargetPolicy
  secrets: EndpointSecrets
}) {
  const { prisma, clock, audit } = deps

  /** Ids by external id. */
  const findIds = createBatchLookup(async (organizationId, externalIds) => {
    const where = { organizationId, externalId: { in: externalIds }, deletedAt: null }
    const found = await prisma.webhookEndpoint.findMany({ where, select: { id: true, externalId: true } })
    return new Map(found.map(({ id, externalId }) => [externalId!, id]))
  })

  return {
    /** @returns the endpoint and the signing secret, shown this once; the secret is null for ed25519 and a given one */
    async create(viewer: Viewer, input: WebhookEndpointCreate) {
      const { url, headers, retryPolicy, secret: given, ...fields } = validate(endpointCreateInput, input)
      const id = deps.makeId('whep')
      const now = clock.now()
      const data = {
        ...fields,
        filterHash: hashFilter(fields),
        ...policyColumns(retryPolicy),
        ...headerColumns(id, headers),
        id,
        organizationId: viewer.organizationId,
        url: url === null ? null : await checkedUrl(url),
        disabledReason: fields.enabled ? null : 'Created disabled.',
        createdAt: now,
        updatedAt: now,
      }
      const create = async (tx: Transaction) => {
        const count = await tx.webhookEndpoint.count({
          where: { organizationId: viewer.organizationId, deletedAt: null },
        })
        if (count >= ENDPOINTS_AT_MOST)
          throw new ConflictError('TOO_MANY_ENDPOINTS', `An organization has at most ${ENDPOINTS_AT_MOST} endpoints.`)
        const webhookEndpoint = await tx.webhookEndpoint.create({ data })
        announce(tx, webhookEndpoint)
        const secret = await deps.secrets.add(tx, webhookEndpoint, given ?? undefined)
        const details = {
          ...urlDetail(data),
          kind: data.kind,
          eventTypes: data.eventTypes,
          channels: data.channels,
          hasPredicate: data.predicate !== null,
          headerNames: data.headerNames,
        }
        await audit(tx, viewer, { action: 'webhookEndpoint.create', resource: id, details })
        return { webhookEndpoint, secret }
      }
      return withFreeExternalId('endpoint', fields.externalId, () => prisma.$transaction(create))
    },

    /** @param expectedVersion refuses the update of another version; default any version */
    async update(
      viewer: Viewer,
      id: string,
      input: WebhookEndpointUpdate,
      expectedVersion?: number | null,
    ): Promise<WebhookEndpoint> {
      const { url, headers, retryPolicy, ...fields } = validate(endpointUpdateInput, input)
      const data = {
        ...fields,
        ...(url !== undefined && { url: await checkedUrl(url) }),
        ...(headers !== undefined && headerColumns(id, headers)),
        ...(retryPolicy !== undefined && policyColumns(retryPolicy)),
        ...changed(),
      }
      const change = async (tx: Transaction) => {
        const before = await find(tx, viewer, id)
        if (expectedVersion != null && before.version !== expectedVersion)
          throw new EndpointVersionConflictError('endpoint', before.version, before)
        refuseSettings(before.kind, { url, rateLimit: fields.rateLimit })
        const filter = filterColumns(before, fields, data.updatedAt)
        const updated = await tx.webhookEndpoint.update({ where: { id }, data: { ...data, ...filter } })
        announce(tx, updated)
        const details = { changed: Object.keys(input) }
        await audit(tx, viewer, { action: 'webhookEndpoint.update', resource: id, details })
        return updated
      }
      return withFreeExternalId('endpoint', fields.externalId, () => prisma.$transaction(change))
    },

    /** Marks the endpoint as deleted. `EndpointLifecycle.remove` cancels its deliveries. */
    async remove(viewer: Viewer, id: string): Promise<WebhookEndpoint> {
      return prisma.$transaction(async (tx) => {
        await find(tx, viewer, id)
        const data = { ...changed(), deletedAt: clock.now(), enabled: false, disabledReason: 'Deleted.' }
        const removed = await tx.webhookEndpoint.update({ where: { id }, data })
        announce(tx, removed)
        await deps.secrets.removeAll(tx, id)
        await audit(tx, viewer, {
          action: 'webhookEndpoint.delete',
          resource: id,
          details: urlDetail(removed),
        })
        return removed
      })
    },

    /** The id of an endpoint given by its id or external id; a text that names none stays as given. */
    idOf: async ({ organizationId }: Viewer, text: string): Promise<string> =>
      isOwnId(text) ? text : ((await findIds(organizationId, text)) ?? text),

    /** Finds deleted endpoints too, so that every delivery can show its endpoint. */
    get: (viewer: Viewer, id: string, query: object = {}): Promise<WebhookEndpoint | null> =>
      prisma.webhookEndpoint.findFirst({ ...query, where: { id, organizationId: viewer.organizationId } }),

    /** Rows by their ids; ids of other organizations are left out. */
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<WebhookEndpoint[]> =>
      prisma.webhookEndpoint.findMany({
        ...query,
        where: { id: { in: [...ids] }, organizationId: viewer.organizationId },
      }),

    find,
    changed,
    announce,
  }

  /** Announces a changed endpoint once its transaction is committed. */
  function announce(tx: Transaction, { organizationId, id }: WebhookEndpoint): void {
    afterCommit(tx, () => notifyEndpointChanged(deps.bus, organizationId, id))
  }

  /** Columns that every change sets; `record_results_v3` sets them when it disables an endpoint. */
  function changed() {
    return { version: { increment: 1 }, updatedAt: clock.now() }
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

/** The redacted URL for the details of an audit entry; nothing for a stream. */
export const urlDetail = ({ url }: { url: string | null }) => (url === null ? {} : { url: redactUrl(url) })

/** @throws ValidationError when an endpoint of the kind must not have the settings */
function refuseSettings(kind: EndpointKind, settings: Parameters<typeof kindViolations>[1]): void {
  const violations = Object.entries(kindViolations(kind, settings))
  if (violations.length > 0)
    throw new ValidationError(violations.map(([name, message]) => ({ path: `input.${name}`, message })))
}

function policyColumns({ maxAttempts, backoffSeconds }: RetryPolicy) {
  return { maxAttempts, backoffSeconds: [...backoffSeconds] }
}

/** The columns that follow from a change of event types, channels or predicate. */
function filterColumns(before: WebhookEndpoint, changes: Partial<FilterColumns>, now: Date) {
  const { eventTypes = before.eventTypes, channels = before.channels, predicate = before.predicate } = changes
  const isSame = isDeepStrictEqual(
    [eventTypes, channels, predicate],
    [before.eventTypes, before.channels, before.predicate],
  )
  return isSame ? {} : { filterHash: hashFilter({ eventTypes, channels, predicate }), filterChangedAt: now }
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
