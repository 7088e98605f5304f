import type { LiveBus } from './bus/bus.ts'
import type { Database, PrismaClient } from './database/client.ts'
import { type Redis, waitUntilReady } from './database/redis.ts'
import { createAudit, createFindEntries } from './domain/audit/audit.ts'
import { createRecordDenied } from './domain/audit/record-denied.ts'
import { createSearchAudit } from './domain/audit/search-audit.ts'
import { createBulkActions } from './domain/deliveries/bulk-actions.ts'
import { createDeliveries } from './domain/deliveries/deliveries.ts'
import { createStats } from './domain/deliveries/delivery-stats.ts'
import { createEndpointLifecycle } from './domain/endpoints/endpoint-lifecycle.ts'
import type { MailOwners } from './domain/endpoints/endpoint-mails.ts'
import { createEndpointMatches } from './domain/endpoints/endpoint-matches.ts'
import { createEndpointSecrets } from './domain/endpoints/endpoint-secrets.ts'
import { createEndpoints } from './domain/endpoints/endpoints.ts'
import { createMatchPreview } from './domain/endpoints/match-preview.ts'
import { createRecentHours } from './domain/endpoints/recent-hours.ts'
import { createSearchEndpoints } from './domain/endpoints/search-endpoints.ts'
import type { TargetPolicy } from './domain/endpoints/target-policy.ts'
import { createEventTypes } from './domain/event-types/event-types.ts'
import { createImportCatalogue } from './domain/event-types/import-catalogue.ts'
import { createSchemaRehearsal } from './domain/event-types/schema-rehearsal.ts'
import { createSearchEventTypes } from './domain/event-types/search-event-types.ts'
import { createPublisher } from './domain/events/publish.ts'
import { createSearchEvents } from './domain/events/search-events.ts'
import { createAuthenticate } from './domain/keys/authenticate.ts'
import { createKeyCache } from './domain/keys/key-cache.ts'
import { createKeyLimits } from './domain/keys/key-limits.ts'
import { createKeyLookup } from './domain/keys/key-lookup.ts'
import { createKeys } from './domain/keys/keys.ts'
import { createLastUsed } from './domain/keys/last-used.ts'
import { createRedisKeyCache } from './domain/keys/redis-key-cache.ts'
import { createRevalidate } from './domain/keys/revalidate.ts'
import { createRotate } from './domain/keys/rotate.ts'
import { createSearchKeys } from './domain/keys/search-keys.ts'
import { createVerify } from './domain/keys/verify.ts'
import { createAnswerBudget } from './domain/limits/answer-budget.ts'
import { createIntrospectionBudget } from './domain/limits/introspection-budget.ts'
import type { LimitConfig } from './domain/limits/limit-config.ts'
import { createLimits } from './domain/limits/limits.ts'
import { createReadConcurrency } from './domain/limits/read-concurrency.ts'
import { createOperatorDeliveries } from './domain/operator/deliveries.ts'
import { createOperatorFigures } from './domain/operator/figures.ts'
import { createOperatorOrganizations } from './domain/operator/organizations.ts'
import { createOperatorQueue } from './domain/operator/queue.ts'
import { createDeleteOrganization } from './domain/organizations/delete-organization.ts'
import { createOrganizationLookup } from './domain/organizations/organization-lookup.ts'
import { createUpdateSettings } from './domain/organizations/organization-settings.ts'
import { createOrganizations } from './domain/organizations/organizations.ts'
import { createKeysNearLimit } from './domain/overview/keys-near-limit.ts'
import { createOverview } from './domain/overview/overview.ts'
import type { Mail } from './domain/people/mail.ts'
import { createPermissionResources } from './domain/people/permission-resources.ts'
import { createFindOperation } from './domain/persisted-operations/find-operation.ts'
import type { Manifest } from './domain/persisted-operations/manifest.ts'
import { createPersistedOperations } from './domain/persisted-operations/persisted-operations.ts'
import { createReplays } from './domain/replays/replays.ts'
import { createSearchReplays } from './domain/replays/search-replays.ts'
import { createAcknowledge } from './domain/streams/acknowledge.ts'
import { createOpenLeases } from './domain/streams/open-leases.ts'
import { createUsageRecorder } from './domain/usage/recorder.ts'
import { createReadUsage } from './domain/usage/usage.ts'
import { createReadRecords } from './domain/usage/usage-records.ts'
import type { Clock } from './lib/clock.ts'
import type { MakeId } from './lib/ids.ts'
import type { Keyring } from './lib/keyring.ts'
import type { Log } from './lib/log.ts'
import { createDeliveryFeed } from './live/delivery-feed.ts'
import { createDeliveryStreams } from './live/delivery-streams.ts'
import { createSessionListener } from './live/session-listener.ts'
import { createSubscriptions } from './live/subscriptions.ts'
import { createPeopleServices } from './people-services.ts'

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
  allowances: LimitConfig
  /** Persisted operations of the installation. */
  manifest: Manifest
  log: Log
  /** Undefined takes the URL of the server. */
  publicUrl?: string | undefined
  mail: Mail
  mailOwners: MailOwners
  targets: TargetPolicy
  keyPrefix: string
  bootstrapApiKey: string | undefined
}) {
  const { database, clock, makeId, keyring, bus, redis, allowances, manifest, log, targets, keyPrefix } = deps
  const { prisma, pool } = database

  const audit = createAudit({ clock, makeId, bus })
  const denials = createRecordDenied({ prisma, clock, audit })
  const limits = createLimits({ redis, clock, log, allowances })
  const usageRecorder = createUsageRecorder({ pool, bus, clock, log })
  const read = createReadConcurrency()
  const readPage = createReadConcurrency(Number.POSITIVE_INFINITY)

  const organizationLookup = createOrganizationLookup({ pool, bus })
  const keyCache = createKeyCache({ pool, bus, redisKeyCache: createRedisKeyCache({ redis, keyring, clock }) })
  const { bootstrapApiKey } = deps
  const keyLookup = createKeyLookup({ keyCache, organizationLookup, keyPrefix, bootstrapApiKey })
  const lastUsed = createLastUsed({ prisma, clock })
  const permissionResources = createPermissionResources({ prisma, clock, audit })
  const keys = createKeys({ prisma, clock, makeId, audit, bus, denials, keyCache, keyPrefix, permissionResources })

  const people = createPeopleServices({
    ...{ prisma, pool, bus, clock, makeId, keyring, log, audit, denials, limits, organizationLookup },
    ...{ mail: deps.mail, publicUrl: deps.publicUrl },
  })

  const findOperation = createFindOperation({ pool, bus, manifest })
  const eventTypes = createEventTypes({ database, clock, makeId, audit, bus })
  const secrets = createEndpointSecrets({ prisma, clock, makeId, keyring })
  const endpoints = createEndpoints({ prisma, clock, makeId, audit, bus, keyring, targets, secrets })
  const searchable = { ...endpoints, ...createSearchEndpoints({ prisma }) }
  const { authenticateSession } = people
  const subscriptions = createSubscriptions({
    bus,
    clock,
    listenForSessions: createSessionListener({ bus, connection: database.direct, log }),
    isUnchanged: createRevalidate({ keyLookup, authenticateSession, organizationLookup, clock }),
  })

  const openLeases = createOpenLeases()
  const acknowledge = createAcknowledge({ pool, clock, makeId, bus, log, openLeases, mailOwners: deps.mailOwners })
  const deliveryStreams = createDeliveryStreams({
    ...{ pool, bus, clock, makeId, keyring, log, subscriptions, acknowledge, openLeases },
  })

  /** Loads relations of rows for Pothos. The type has no models, so that no other code bypasses the services. */
  const relationClient: Pick<PrismaClient, '$connect'> = prisma

  return {
    acknowledge,
    answerBudget: createAnswerBudget({ clock }),
    audit: {
      /** Records a refused attempt. Changes are recorded in their own transaction. */
      denied: denials.note,
      ...createSearchAudit({ prisma }),
      find: createFindEntries(prisma),
    },
    bulkActions: createBulkActions({ database, clock, makeId, audit, bus, read }),
    authenticate: createAuthenticate({ organizationLookup, keyLookup, lastUsed, clock }),
    bus,
    deliveries: createDeliveries({ database, clock, audit, bus, read }),
    deliveryFeed: createDeliveryFeed({ pool, bus }),
    deliveryStreams,
    documents: createPersistedOperations({ prisma, clock, makeId, audit, denials, findOperation }),
    endpoints: searchable,
    endpointLifecycle: createEndpointLifecycle({ database, clock, makeId, audit, bus, endpoints, secrets }),
    endpointMatches: createEndpointMatches({ prisma, endpoints: searchable }),
    endpointSecrets: secrets,
    importCatalogue: createImportCatalogue({ prisma, clock, makeId, audit, announce: eventTypes.announce }),
    events: createSearchEvents({ prisma, read }),
    eventTypes: { ...eventTypes, ...createSearchEventTypes({ prisma }) },
    fieldLimits: allowances.fields,
    findOperation,
    introspectionBudget: createIntrospectionBudget({ clock }),
    keys: {
      ...keys,
      ...createSearchKeys({ prisma, clock }),
      limitsOf: createKeyLimits({ prisma, limits }),
      rotate: createRotate({ keys, clock, keyPrefix }),
      verify: createVerify({ prisma, keyLookup, lastUsed, limits, usageRecorder, clock, permissionResources }),
    },
    limits,
    permissionResources,
    ...people,
    organizations: {
      ...createOrganizations({ prisma, clock, makeId, audit, organizationLookup }),
      remove: createDeleteOrganization({ prisma, clock, audit, organizationLookup }),
      updateSettings: createUpdateSettings({ prisma, audit, organizationLookup }),
    },
    matchPreview: createMatchPreview({ database, read }),
    operator: {
      deliveries: createOperatorDeliveries({ database }),
      figures: createOperatorFigures({ database, clock, read }),
      organizations: createOperatorOrganizations({ database, clock }),
      ...createOperatorQueue({ database, clock, read }),
    },
    overview: {
      ...createOverview({ database, clock, read }),
      keysNearLimit: createKeysNearLimit({ database, clock, limits, read }),
    },
    publisher: createPublisher({ database, clock, makeId, eventTypes, bus }),
    recentHours: createRecentHours({ database, clock, read }),
    /** Runs the pages and relations of an organization in turns, because a document may nest many. */
    readPage,
    relationClient,
    replays: {
      ...createReplays({ database, clock, makeId, audit, bus, endpoints, read }),
      ...createSearchReplays({ prisma }),
    },
    schemaRehearsal: createSchemaRehearsal({ database, clock, read }),
    stats: createStats({ database, clock, read }),
    subscriptions,
    usage: createReadUsage({ database, clock, read }),
    usageRecorder,
    usageRecords: createReadRecords({ database, read }),
    /** Records accepted results, and gives the leases of listeners back. */
    async stopStreams() {
      await acknowledge.stop()
      await deliveryStreams.stop()
    },
    /** Subscribes to the changes of other nodes, and keeps the leases of streams. */
    async start() {
      if (redis !== undefined) await waitUntilReady(redis)
      await Promise.all(
        [organizationLookup, keyCache, findOperation, eventTypes, subscriptions].map((part) => part.start()),
      )
      usageRecorder.start()
      deliveryStreams.start()
    },
  }
}
