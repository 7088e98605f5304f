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
import { createEndpointMatches } from './domain/endpoints/endpoint-matches.ts'
import { createEndpointSecrets } from './domain/endpoints/endpoint-secrets.ts'
import { createEndpoints } from './domain/endpoints/endpoints.ts'
import { createMatchPreview } from './domain/endpoints/match-preview.ts'
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
import { createKeyLookup } from './domain/keys/key-lookup.ts'
import { createKeys } from './domain/keys/keys.ts'
import { createLastUsed } from './domain/keys/last-used.ts'
import { createRedisKeyCache } from './domain/keys/redis-key-cache.ts'
import { createRevalidate } from './domain/keys/revalidate.ts'
import { createRotate } from './domain/keys/rotate.ts'
import { createSearchKeys } from './domain/keys/search-keys.ts'
import { createVerify } from './domain/keys/verify.ts'
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
import { createOrganizations } from './domain/organizations/organizations.ts'
import { createKeysNearLimit } from './domain/overview/keys-near-limit.ts'
import { createOverview } from './domain/overview/overview.ts'
import { createAcceptInvitation } from './domain/people/accept-invitation.ts'
import { createAuditPerson, createNoteRefusedSignIn } from './domain/people/audit-person.ts'
import { createAuthenticateSession } from './domain/people/authenticate-session.ts'
import { createInvitations } from './domain/people/invitations.ts'
import { createInviterRights } from './domain/people/inviter-rights.ts'
import { createKnownDevices } from './domain/people/known-devices.ts'
import { createLinks } from './domain/people/links.ts'
import type { Mail } from './domain/people/mail.ts'
import { createMembers } from './domain/people/members.ts'
import { createNotices } from './domain/people/notices.ts'
import { createOneTimeCodes } from './domain/people/one-time-codes.ts'
import { createOrganizationMails } from './domain/people/organization-mails.ts'
import { createOwnAccount } from './domain/people/own-account.ts'
import { createOwnSessions } from './domain/people/own-sessions.ts'
import { createPasswordReset } from './domain/people/password-reset.ts'
import { createPeople } from './domain/people/people.ts'
import { createPermissionResources } from './domain/people/permission-resources.ts'
import { createSecondFactors } from './domain/people/second-factors.ts'
import { createAnnounceSessions } from './domain/people/session-changes.ts'
import { createSessionSeen } from './domain/people/session-seen.ts'
import { createSessions } from './domain/people/sessions.ts'
import { createSetPassword } from './domain/people/set-password.ts'
import { createSetUp } from './domain/people/set-up.ts'
import { createSignIn } from './domain/people/sign-in.ts'
import { createSignInBudgets } from './domain/people/sign-in-budgets.ts'
import { createFindOperation } from './domain/persisted-operations/find-operation.ts'
import type { Manifest } from './domain/persisted-operations/manifest.ts'
import { createPersistedOperations } from './domain/persisted-operations/persisted-operations.ts'
import { createReplays } from './domain/replays/replays.ts'
import { createSearchReplays } from './domain/replays/search-replays.ts'
import { createUsageRecorder } from './domain/usage/recorder.ts'
import { createReadUsage } from './domain/usage/usage.ts'
import { createReadRecords } from './domain/usage/usage-records.ts'
import type { Clock } from './lib/clock.ts'
import type { MakeId } from './lib/ids.ts'
import type { Keyring } from './lib/keyring.ts'
import type { Log } from './lib/log.ts'
import { createDeliveryFeed } from './live/delivery-feed.ts'
import { createSessionListener } from './live/session-listener.ts'
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
  allowances: LimitConfig
  /** Persisted operations of the installation. */
  manifest: Manifest
  log: Log
  /** Undefined takes the URL of the server. */
  publicUrl?: string | undefined
  mail: Mail
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

  const announceSessions = createAnnounceSessions({ bus })
  const auditPerson = createAuditPerson({ audit })
  const sessions = createSessions({ prisma, clock, makeId, announceSessions, auditPerson })
  const codes = createOneTimeCodes({ clock })
  const devices = createKnownDevices({ clock })
  const budgets = createSignInBudgets({ pool, clock })
  const links = createLinks(deps.publicUrl)
  const notices = createNotices({ mail: deps.mail, links })
  const factors = createSecondFactors({ prisma, clock, makeId, keyring, budgets, auditPerson, notices })
  const setPassword = createSetPassword({ prisma, clock, makeId, factors, budgets })
  const noteRefused = createNoteRefusedSignIn({ prisma, denials })
  const ofAccount = { prisma, clock, budgets, sessions, auditPerson }
  const organizationMails = createOrganizationMails({ mail: deps.mail, links })

  const findOperation = createFindOperation({ pool, bus, manifest })
  const eventTypes = createEventTypes({ database, clock, makeId, audit, bus })
  const secrets = createEndpointSecrets({ prisma, clock, makeId, keyring })
  const endpoints = createEndpoints({ prisma, clock, makeId, audit, bus, keyring, targets, secrets })
  const searchable = { ...endpoints, ...createSearchEndpoints({ prisma }) }
  const authenticateSession = createAuthenticateSession({ pool, clock, organizationLookup, sessions })
  const subscriptions = createSubscriptions({
    bus,
    clock,
    listenForSessions: createSessionListener({ bus, connection: database.direct, log }),
    isUnchanged: createRevalidate({ keyLookup, authenticateSession, organizationLookup, clock }),
  })

  /** Loads relations of rows for Pothos. The type has no models, so that no other code bypasses the services. */
  const relationClient: Pick<PrismaClient, '$connect'> = prisma

  return {
    announceSessions,
    acceptInvitation: createAcceptInvitation({
      ...{ prisma, clock, makeId, audit, denials, sessions, devices, announceSessions },
      inviterRights: createInviterRights({ clock }),
    }),
    audit: {
      /** Records a refused attempt. Changes are recorded in their own transaction. */
      denied: denials.note,
      ...createSearchAudit({ prisma }),
      find: createFindEntries(prisma),
    },
    bulkActions: createBulkActions({ database, clock, makeId, audit, bus, read }),
    authenticate: createAuthenticate({ organizationLookup, keyLookup, lastUsed, clock }),
    authenticateSession,
    bus,
    deliveries: createDeliveries({ database, clock, audit, bus, read }),
    deliveryFeed: createDeliveryFeed({ pool, bus }),
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
      rotate: createRotate({ keys, clock, keyPrefix }),
      verify: createVerify({ prisma, keyLookup, lastUsed, limits, usageRecorder, clock, permissionResources }),
    },
    limits,
    invitations: createInvitations({ prisma, clock, makeId, audit, denials, links, mails: organizationMails }),
    links,
    mail: deps.mail,
    members: createMembers({ prisma, audit, denials, announceSessions, mails: organizationMails }),
    people: createPeople({ prisma }),
    permissionResources,
    sessionSeen: createSessionSeen({ pool, clock }),
    ownAccount: createOwnAccount({ ...ofAccount, setPassword, notices }),
    ownSessions: createOwnSessions({ ...ofAccount, factors }),
    passwordReset: createPasswordReset({
      ...{ prisma, log, limits, codes, sessions, setPassword, auditPerson, notices },
      mail: deps.mail,
    }),
    secondFactors: factors,
    setUp: createSetUp({ prisma, clock, makeId, audit, codes, sessions, devices }),
    signIn: createSignIn({ ...ofAccount, limits, codes, devices, factors, noteRefused }),
    organizations: {
      ...createOrganizations({ prisma, clock, makeId, audit, organizationLookup }),
      remove: createDeleteOrganization({ prisma, clock, audit, organizationLookup }),
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
    /** Subscribes to the changes of other nodes. */
    async start() {
      if (redis !== undefined) await waitUntilReady(redis)
      await Promise.all(
        [organizationLookup, keyCache, findOperation, eventTypes, subscriptions].map((part) => part.start()),
      )
      usageRecorder.start()
    },
  }
}
