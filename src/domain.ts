import type { Database } from '../prisma/client.ts'
import type { AuditEntry } from '../prisma/generated/client.ts'
import { createAudit } from './access/audit.ts'
import { createDenials } from './access/denials.ts'
import { createOrganizations } from './access/organizations.ts'
import type { Viewer } from './access/viewer.ts'
import type { Clock } from './clock.ts'
import { createEventTypes } from './events/event-types.ts'
import { createPublisher } from './events/publish.ts'
import type { MakeId } from './ids.ts'
import type { Keyring } from './keyring.ts'
import { createAuthenticate } from './keys/authenticate.ts'
import { createKeyCache } from './keys/key-cache.ts'
import { createKeyLookup } from './keys/key-lookup.ts'
import { createKeyStore } from './keys/key-store.ts'
import { createKeys } from './keys/keys.ts'
import { createLastUsed } from './keys/last-used.ts'
import { createRotate } from './keys/rotate.ts'
import { createIsUnchanged } from './keys/unchanged.ts'
import { createVerify } from './keys/verify.ts'
import type { Allowances } from './limits/allowances.ts'
import { createFieldCalls } from './limits/field-calls.ts'
import { createLimits } from './limits/limits.ts'
import { createRead } from './limits/reads.ts'
import type { LiveBus } from './live/bus.ts'
import { createDeliveryFeed } from './live/delivery-feed.ts'
import { createSubscriptions } from './live/subscriptions.ts'
import type { Log } from './log.ts'
import { createDocuments } from './operations/documents.ts'
import { createFindDocument } from './operations/find-document.ts'
import type { Manifest } from './operations/manifest.ts'
import { page } from './page.ts'
import { type Redis, untilReady } from './redis.ts'
import { createUsageRecorder } from './usage/recorder.ts'
import { createReadRecords } from './usage/records.ts'
import { createReadUsage } from './usage/usage.ts'
import { createDeliveries } from './webhooks/deliveries.ts'
import { createEndpointSecrets } from './webhooks/endpoint-secrets.ts'
import { createEndpointState } from './webhooks/endpoint-state.ts'
import { createEndpoints } from './webhooks/endpoints.ts'
import { createReplays } from './webhooks/replay.ts'
import { createStats } from './webhooks/stats.ts'
import type { Targets } from './webhooks/targets.ts'

/** What Signalbox can do, wired: the one thing that GraphQL, and later other faces, stand on. */
export type Domain = ReturnType<typeof createDomain>

export function createDomain(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  bus: LiveBus
  /** Absent: limits and remembered keys stay in this process. */
  redis?: Redis | undefined
  allowances: Allowances
  /** Persisted operations of the installation. */
  manifest: Manifest
  log: Log
  targets: Targets
  keyPrefix: string
  bootstrapApiKey: string | undefined
}) {
  const { prisma, pool } = deps.database
  const audit = createAudit(deps)
  const keyCache = createKeyCache({ pool, bus: deps.bus, keyStore: createKeyStore(deps) })
  const keyLookup = createKeyLookup({ ...deps, keyCache })
  const lastUsed = createLastUsed({ ...deps, prisma })
  const limits = createLimits(deps)
  const denials = createDenials({ ...deps, prisma, audit })
  const findDocument = createFindDocument({ ...deps, pool })
  const usageRecorder = createUsageRecorder({ ...deps, pool })
  const shared = {
    ...deps,
    prisma,
    pool,
    audit,
    keyCache,
    keyLookup,
    lastUsed,
    limits,
    usageRecorder,
    findDocument,
    denials,
    read: createRead(),
  }
  const keys = createKeys(shared)
  const eventTypes = createEventTypes(shared)
  const secrets = createEndpointSecrets(shared)
  const endpoints = createEndpoints({ ...shared, secrets })
  const subscriptions = createSubscriptions({ ...deps, isUnchanged: createIsUnchanged(shared) })
  return {
    audit: {
      /** A refused attempt; a change is noted in its own transaction. */
      denied: denials.note,
      get: (viewer: Viewer, id: string): Promise<AuditEntry | null> =>
        prisma.auditEntry.findFirst({ where: { id, organizationId: viewer.organizationId } }),
      list: (viewer: Viewer, query: object): Promise<AuditEntry[]> =>
        prisma.auditEntry.findMany(page(query, { organizationId: viewer.organizationId })),
    },
    authenticate: createAuthenticate(shared),
    bus: deps.bus,
    /** What `node(id)` is found with. Of no type, so that nothing else reaches past the domain by it. */
    prismaForNodes: prisma as unknown,
    deliveries: createDeliveries(shared),
    deliveryFeed: createDeliveryFeed(shared),
    documents: createDocuments(shared),
    endpoints,
    endpointState: createEndpointState({ ...shared, endpoints, secrets }),
    endpointSecrets: secrets,
    eventTypes,
    fieldCalls: createFieldCalls(deps.redis),
    fieldLimits: deps.allowances.fields,
    findDocument,
    keys: { ...keys, rotate: createRotate({ ...shared, keys }), verify: createVerify(shared) },
    limits,
    organizations: createOrganizations(shared),
    publisher: createPublisher({ ...shared, eventTypes }),
    replays: createReplays({ ...shared, endpoints }),
    stats: createStats(shared),
    subscriptions,
    usage: createReadUsage(shared),
    usageRecorder,
    usageRecords: createReadRecords(shared),
    /** Listens to what other nodes say. */
    async start() {
      if (deps.redis !== undefined) await untilReady(deps.redis)
      await Promise.all([keyCache.start(), findDocument.start(), subscriptions.start()])
      usageRecorder.start()
    },
  }
}
