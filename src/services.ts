import type { LiveBus } from './bus/bus.ts'
import type { Database } from './database/client.ts'
import type { AuditEntry } from './database/generated/client.ts'
import { type Redis, untilReady } from './database/redis.ts'
import { createAudit } from './domain/audit/audit.ts'
import { createDenials } from './domain/audit/record-denied.ts'
import { createDeliveries } from './domain/deliveries/deliveries.ts'
import { createStats } from './domain/deliveries/delivery-stats.ts'
import { createEndpointState } from './domain/endpoints/endpoint-lifecycle.ts'
import { createEndpointSecrets } from './domain/endpoints/endpoint-secrets.ts'
import { createEndpoints } from './domain/endpoints/endpoints.ts'
import type { Targets } from './domain/endpoints/target-policy.ts'
import { createEventTypes } from './domain/event-types/event-types.ts'
import { createPublisher } from './domain/events/publish.ts'
import { createAuthenticate } from './domain/keys/authenticate.ts'
import { createKeyCache } from './domain/keys/key-cache.ts'
import { createKeyLookup } from './domain/keys/key-lookup.ts'
import { createKeys } from './domain/keys/keys.ts'
import { createLastUsed } from './domain/keys/last-used.ts'
import { createKeyStore } from './domain/keys/redis-key-cache.ts'
import { createIsUnchanged } from './domain/keys/revalidate.ts'
import { createRotate } from './domain/keys/rotate.ts'
import { createVerify } from './domain/keys/verify.ts'
import { createFieldCalls } from './domain/limits/field-limit-store.ts'
import type { Allowances } from './domain/limits/limit-config.ts'
import { createLimits } from './domain/limits/limits.ts'
import { createRead } from './domain/limits/read-concurrency.ts'
import { createOrganizations } from './domain/organizations/organizations.ts'
import type { Viewer } from './domain/people/viewer.ts'
import { createFindDocument } from './domain/persisted-operations/find-operation.ts'
import type { Manifest } from './domain/persisted-operations/manifest.ts'
import { createDocuments } from './domain/persisted-operations/persisted-operations.ts'
import { createReplays } from './domain/replays/replays.ts'
import { createUsageRecorder } from './domain/usage/recorder.ts'
import { createReadUsage } from './domain/usage/usage.ts'
import { createReadRecords } from './domain/usage/usage-records.ts'
import type { Clock } from './lib/clock.ts'
import type { MakeId } from './lib/ids.ts'
import type { Keyring } from './lib/keyring.ts'
import type { Log } from './lib/log.ts'
import { page } from './lib/pagination.ts'
import { createDeliveryFeed } from './live/delivery-feed.ts'
import { createSubscriptions } from './live/subscriptions.ts'

/** The wired services of Signalbox, used by GraphQL and later by other faces. */
export type Domain = ReturnType<typeof createDomain>

export function createDomain(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  bus: LiveBus
  /** Undefined keeps limits and cached keys in this process. */
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
      /** Records a refused attempt. Changes are recorded in their own transaction. */
      denied: denials.note,
      get: (viewer: Viewer, id: string): Promise<AuditEntry | null> =>
        prisma.auditEntry.findFirst({ where: { id, organizationId: viewer.organizationId } }),
      list: (viewer: Viewer, query: object): Promise<AuditEntry[]> =>
        prisma.auditEntry.findMany(page(query, { organizationId: viewer.organizationId })),
    },
    authenticate: createAuthenticate(shared),
    bus: deps.bus,
    /** Loads nodes for `node(id)`. Untyped, so that no other code bypasses the domain. */
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
    /** Subscribes to the changes of other nodes. */
    async start() {
      if (deps.redis !== undefined) await untilReady(deps.redis)
      await Promise.all([keyCache.start(), findDocument.start(), subscriptions.start()])
      usageRecorder.start()
    },
  }
}
