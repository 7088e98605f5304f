// The scope of every field, written a second time, so that a new field without a decision fails.
// A field that needs several scopes joins them with " and ", such as `organization:delete and elevated`. `elevated` asks people
// for their password again, and never a key.
/** A scope that every valid credential has. */
export const ANYONE = 'any credential'
/** Root fields that are open without a credential, such as sign-in; they check a secret of their own. */
export const OPEN = 'no credential'
/** A scope that every signed-in person has, and no key. */
export const PERSON = 'any person'
/** Also people that must enrol a second factor first. */
export const ENROLLING = 'any person, also enrolling'
/** Scopes of the root fields. */
export const DECISIONS: Record<string, string> = {
  'query node': ANYONE,
  'query nodes': ANYONE,
  'query viewer': ANYONE,
  'mutation setupComplete': OPEN,
  'mutation signIn': OPEN,
  'mutation signOut': OPEN,
  'query sessions': PERSON,
  'mutation accountUpdate': PERSON,
  'mutation passwordChange': `${ENROLLING} and elevated`,
  'mutation passwordReset': OPEN,
  'mutation passwordResetRequest': OPEN,
  'mutation reauthenticate': ENROLLING,
  'mutation recoveryCodesRegenerate': `${PERSON} and elevated`,
  'mutation sessionEnd': `${PERSON} and elevated`,
  'mutation sessionRefresh': ENROLLING,
  'mutation sessionsEndOthers': `${PERSON} and elevated`,
  'mutation signInVerify': OPEN,
  'mutation totpConfirm': ENROLLING,
  'mutation totpDisable': `${PERSON} and elevated`,
  'mutation totpEnrol': `${ENROLLING} and elevated`,
  'query invitationPreview': OPEN,
  'query setupLinkIsGood': OPEN,
  'query invitations': 'members:read',
  'mutation invitationAccept': OPEN,
  'mutation invitationCreate': 'members:write',
  'mutation invitationRevoke': 'members:write',
  'mutation organizationSettingsUpdate': 'members:write and elevated',
  'mutation ownOrganizationDelete': 'organization:delete and elevated',
  'mutation ownOrganizationUpdate': 'organization:write',
  'query members': 'members:read',
  'query memberships': PERSON,
  'mutation memberLeave': PERSON,
  'mutation memberRemove': 'members:write and elevated',
  'mutation memberUpdate': 'members:write and elevated',
  'mutation ownershipTransfer': `${PERSON} and organization:write and elevated`,
  'query apiKeys': 'keys:read',
  'query persistedDocuments': 'keys:read',
  'mutation persistedDocumentActivate': 'keys:write',
  'mutation persistedDocumentCreate': 'keys:write',
  'mutation persistedDocumentRetire': 'keys:write',
  'query bulkActions': 'deliveries:read',
  'query bulkActionPreview': 'deliveries:read',
  'mutation bulkActionCreate': 'deliveries:write',
  'mutation bulkActionCancel': 'deliveries:write',
  'subscription bulkActionUpdates': 'deliveries:read',
  'query permissionResources': 'keys:read',
  'mutation permissionResourceCreate': 'platform:write',
  'mutation permissionResourceDelete': 'platform:write',
  'query auditEntries': 'audit:read',
  'query deliveries': 'deliveries:read',
  'query eventTypes': 'events:read',
  'query events': 'events:read',
  'query operatorDeliveries': 'platform:read',
  'query operatorOrganizations': 'platform:read',
  'query operatorOverview': 'platform:read',
  'query organizations': 'platform:read',
  'query schemaRehearsal': 'events:read',
  'query overview': 'deliveries:read',
  'query webhookEndpointMatch': 'webhooks:read',
  'query webhookEndpointMatchPreview': 'events:read',
  'query webhookEndpoints': 'webhooks:read',
  'mutation apiKeyCreate': 'keys:write',
  'mutation apiKeyDisable': 'keys:write',
  'mutation apiKeyEnable': 'keys:write',
  'mutation apiKeyRevoke': 'keys:delete',
  'mutation apiKeyRotate': 'keys:write',
  'mutation apiKeyUpdate': 'keys:write',
  'mutation apiKeyVerify': 'keys:read',
  'mutation replayCreate': 'deliveries:write',
  'mutation replayCancel': 'deliveries:write',
  'mutation deliveryCancel': 'deliveries:write',
  'mutation deliveryRetry': 'deliveries:write',
  'mutation deliveryStreamAcknowledge': 'deliveries:write',
  'mutation deliveryStreamClaim': 'webhooks:write',
  'subscription deliveryStream': 'webhooks:write',
  'mutation eventPublish': 'events:write',
  'mutation eventPublishMany': 'events:write',
  'mutation eventTypeCatalogueImport': 'events:write',
  'mutation eventTypeCreate': 'events:write',
  'mutation eventTypeUpdate': 'events:write',
  'mutation organizationCreate': 'platform:write',
  'mutation organizationDelete': 'platform:delete',
  'mutation organizationUpdate': 'platform:write',
  'mutation organizationUpsert': 'platform:write',
  'mutation webhookEndpointCreate': 'webhooks:write',
  'mutation webhookEndpointDelete': 'webhooks:delete',
  'mutation webhookEndpointDisable': 'webhooks:write',
  'mutation webhookEndpointEnable': 'webhooks:write',
  'mutation webhookEndpointRotateSecret': 'webhooks:write',
  'mutation webhookEndpointTest': 'webhooks:write',
  'mutation webhookEndpointUpdate': 'webhooks:write',
  'query replayPreview': 'deliveries:read',
  'query replays': 'deliveries:read',
  'query invalidKeyAttempts': 'platform:read',
  'query invalidKeyUsage': 'platform:read',
  'query peopleUsage': 'usage:read',
  'query usage': 'usage:read',
  'query usageRecords': 'usage:read',
  'subscription usageUpdates': 'usage:read',
  'query deliveryStats': 'deliveries:read',
  'query deliveryUpdatesCursor': 'deliveries:read',
  'subscription replayUpdates': 'deliveries:read',
  'subscription deliveryStatsUpdates': 'deliveries:read',
  'subscription deliveryUpdates': 'deliveries:read',
  'subscription webhookEndpointUpdates': 'webhooks:read',
  'subscription apiKeyUpdates': 'keys:read',
  'subscription auditEntryUpdates': 'audit:read',
  'subscription liveStatus': ANYONE,
}
/** Fields that lead from one type to another. Fields of payloads are excluded, because the caller has just created their objects. */
export const EDGES: Record<string, string> = {
  'ApiKey.auditEntries': 'audit:read',
  'ApiKey.publishedEvents': 'events:read',
  'Delivery.attempts': 'deliveries:read',
  'Delivery.endpoint': 'webhooks:read',
  'Delivery.event': 'events:read',
  'Event.deliveries': 'deliveries:read',
  'Event.endpointMatches': 'webhooks:read',
  'Member.person': 'members:read',
  'EventType.events': 'events:read',
  'EventType.webhookEndpoints': 'webhooks:read',
  'Organization.apiKeys': 'keys:read',
  'Organization.auditEntries': 'audit:read',
  'Organization.deliveries': 'deliveries:read',
  'Organization.eventTypes': 'events:read',
  'Organization.events': 'events:read',
  'Organization.webhookEndpoints': 'webhooks:read',
  'KeyNearLimit.apiKey': 'keys:read',
  'OperatorDelivery.organization': 'platform:read',
  'OperatorOrganization.organization': 'platform:read',
  // Guarded by the permission of the root fields that lease the delivery.
  'LeasedDelivery.delivery': 'webhooks:write',
  'Replay.endpoint': 'webhooks:read',
  'SchemaRehearsalExample.event': 'events:read',
  'WebhookEndpoint.auditEntries': 'audit:read',
  'WebhookEndpoint.deliveries': 'deliveries:read',
  'WebhookEndpoint.replays': 'deliveries:read',
  'WebhookEndpointMatch.delivery': 'deliveries:read',
  'WebhookEndpointMatch.endpoint': 'webhooks:read',
  'Viewer.apiKey': ANYONE,
  'Viewer.organization': ANYONE,
  'Viewer.person': ANYONE,
}

interface Scopes {
  authenticated?: true
  person?: true
  admittedPerson?: true
  anyPerson?: true
  can?: string
  elevated?: true
  $all?: Scopes
}

/** The scope of a field as it is written here, from the extensions of the schema. */
export function scopeOf(extensions: unknown): string {
  const { pothosOptions } = extensions as { pothosOptions?: { authScopes?: Scopes } }
  const { $all, ...one } = pothosOptions?.authScopes ?? {}
  const scopes = { ...one, ...$all }
  const parts = [
    ...(scopes.authenticated ? [ANYONE] : []),
    ...(scopes.person || scopes.admittedPerson ? [PERSON] : []),
    ...(scopes.anyPerson ? [ENROLLING] : []),
    ...(scopes.can === undefined ? [] : [scopes.can]),
    ...(scopes.elevated ? ['elevated'] : []),
  ]
  return parts.join(' and ') || OPEN
}
