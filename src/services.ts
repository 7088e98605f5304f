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
export type Services = ReturnType<typeof createServices>

export function createServices(deps: {
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
  const { database, clock, makeId, keyring, bus, redis, allowances, manifest, log, targets, keyPrefix } = deps
  const { prisma, pool } = database

  const audit = createAudit({ clock, makeId })
  const denials = createDenials({ prisma, clock, audit })
  const limits = createLimits({ redis, clock, log, allowances })
  const usageRecorder = createUsageRecorder({ pool, bus, clock, log })
  const read = createRead()

  const keyCache = createKeyCache({ pool, bus, keyStore: createKeyStore({ redis, keyring, clock }) })
  const keyLookup = createKeyLookup({ keyCache, keyPrefix, bootstrapApiKey: deps.bootstrapApiKey })
  const lastUsed = createLastUsed({ prisma, clock })
  const keys = createKeys({ prisma, clock, makeId, audit, denials, keyCache, keyPrefix })

  const findDocument = createFindDocument({ pool, bus, manifest })
  const eventTypes = createEventTypes({ database, clock, makeId, audit })
  const secrets = createEndpointSecrets({ prisma, clock, makeId, keyring })
  const endpoints = createEndpoints({ prisma, clock, makeId, audit, keyring, targets, secrets })
  const subscriptions = createSubscriptions({ bus, clock, isUnchanged: createIsUnchanged({ keyLookup, clock }) })

  return {
    audit: {
      /** Records a refused attempt. Changes are recorded in their own transaction. */
      denied: denials.note,
      get: (viewer: Viewer, id: string): Promise<AuditEntry | null> =>
        prisma.auditEntry.findFirst({ where: { id, organizationId: viewer.organizationId } }),
      list: (viewer: Viewer, query: object): Promise<AuditEntry[]> =>
        prisma.auditEntry.findMany(page(query, { organizationId: viewer.organizationId })),
    },
    authenticate: createAuthenticate({ pool, keyLookup, lastUsed, clock }),
    bus,
    /** Loads nodes for `node(id)`. Untyped, so that no other code bypasses the domain. */
    prismaForNodes: prisma as unknown,
    deliveries: createDeliveries({ database, clock, audit, bus, read }),
    deliveryFeed: createDeliveryFeed({ pool, bus }),
    documents: createDocuments({ prisma, clock, makeId, audit, denials, findDocument }),
    endpoints,
    endpointState: createEndpointState({ database, clock, makeId, audit, bus, endpoints, secrets }),
    endpointSecrets: secrets,
    eventTypes,
    fieldCalls: createFieldCalls(redis),
    fieldLimits: allowances.fields,
    findDocument,
    keys: {
      ...keys,
      rotate: createRotate({ keys, clock, keyPrefix }),
      verify: createVerify({ keyLookup, lastUsed, limits, usageRecorder, clock }),
    },
    limits,
    organizations: createOrganizations({ prisma, clock, makeId, audit }),
    publisher: createPublisher({ database, clock, makeId, eventTypes, bus }),
    replays: createReplays({ database, clock, makeId, audit, bus, endpoints, read }),
    stats: createStats({ database, clock, read }),
    subscriptions,
    usage: createReadUsage({ database, clock, read }),
    usageRecorder,
    usageRecords: createReadRecords({ database, read }),
    /** Subscribes to the changes of other nodes. */
    async start() {
      if (redis !== undefined) await untilReady(redis)
      await Promise.all([keyCache.start(), findDocument.start(), subscriptions.start()])
      usageRecorder.start()
    },
  }
}
