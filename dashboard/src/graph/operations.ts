// Made by npm run manifest from persisted-operations/dashboard/*.graphql.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Changes of the own account. Absent fields stay. */
export type AccountUpdateInput = {
  /** Email address. A change needs `reauthenticate`; the old address is notified. Default: unchanged. */
  email?: string | null | undefined;
  /** True gives an owner a mail when an endpoint fails for the first time or is disabled. Default: unchanged. */
  mailsOfEndpoints?: boolean | null | undefined;
  /** Display name, 1 to 100 characters. Default: unchanged. */
  name?: string | null | undefined;
};

/** An API key to create. */
export type ApiKeyCreateInput = {
  /** Addresses and networks (CIDR) from which the key may be used, at most 100; empty allows every address. Default empty. */
  allowedIps?: Array<string> | null | undefined;
  /** Environment of the key. Default LIVE. */
  environment?: ApiKeyEnvironment | null | undefined;
  /** Time at which the key expires, in the future; null for a key that never expires. Default null. */
  expiresAt?: string | null | undefined;
  /** Display name, 1 to 100 characters. */
  name: string;
  /** Permissions on at most 64 resources, each resource once. A key cannot grant a permission that it lacks. */
  permissions: Array<PermissionInput>;
  /** True confines the key to persisted operations. Default false. */
  persistedOnly?: boolean | null | undefined;
  /** Tier of the rate limits. Default STANDARD, or no rate limits for a key with permissions on `platform`. */
  tier?: ApiKeyTier | null | undefined;
};

/** Environment of a key, which its prefix shows: `sb_live_…` or `sb_test_…`. */
export type ApiKeyEnvironment =
  /** Key of a production system. */
  | 'LIVE'
  /** Key of a test system. It can create test keys only. */
  | 'TEST';

/** Filter of API keys. Every given condition must hold; an empty list is no condition. The filter is checked key by key: for at most 10,000 keys, and for revoked ones when `statuses` is absent or has REVOKED. */
export type ApiKeyFilter = {
  /** False for keys of people who are no members any more, true for keys of members. Default: every key, those that keys created included. */
  creatorIsMember?: boolean | null | undefined;
  /** Keys of this environment. Default: both environments. */
  environment?: ApiKeyEnvironment | null | undefined;
  /** Keys that were last used before this time, and keys that were created before this time and never used. Default: every key. */
  lastUsedBefore?: string | null | undefined;
  /** Keys whose name or `displayPrefix` contains this text, at most 100 characters; A to Z match in either case. Default: every key. */
  search?: string | null | undefined;
  /** Keys in one of these states now. Default: every state. */
  statuses?: Array<ApiKeyStatus> | null | undefined;
  /** Keys of one of these tiers. Default: every tier, and keys without one. */
  tiers?: Array<ApiKeyTier> | null | undefined;
};

/** Settings of a key rotation. */
export type ApiKeyRotateInput = {
  /** Part of the key that stays: the key itself, or only its name and rights. */
  mode: ApiKeyRotateMode;
  /** Seconds for which earlier secrets stay valid, 0 to 604,800 (7 days). A key has at most 10 valid secrets. */
  overlapSeconds: number;
};

/** Part of a rotated key that stays. */
export type ApiKeyRotateMode =
  /** Creates a new key with the same name and rights; the old key expires at the end of the overlap. */
  | 'NEW_ID'
  /** Keeps the key with its rate limits and history and adds a new secret; earlier secrets expire at the end of the overlap. */
  | 'SAME_ID';

/** State of a key. The first of REVOKED, DISABLED, EXPIRED and ACTIVE that holds is its state. */
export type ApiKeyStatus =
  /** The key can be used. */
  | 'ACTIVE'
  /** The key cannot be used until it is enabled again. */
  | 'DISABLED'
  /** The time of `expiresAt` has come. */
  | 'EXPIRED'
  /** The key was revoked, which is final. */
  | 'REVOKED';

/** Tier of the rate limits of a key. The numbers are defaults that the operator may change. */
export type ApiKeyTier =
  /** At most 120 requests per minute and 6,000 per hour. */
  | 'ELEVATED'
  /** At most 300 requests per minute and 15,000 per hour. */
  | 'ENTERPRISE'
  /** At most 60 requests per minute and 3,000 per hour. */
  | 'STANDARD';

/** Changes to an API key. Absent fields keep their value, as do null fields other than `tier` and `expiresAt`. */
export type ApiKeyUpdateInput = {
  /** Addresses and networks (CIDR) from which the key may be used, at most 100; empty allows every address. */
  allowedIps?: Array<string> | null | undefined;
  /** Time at which the key expires, in the future; null for a key that never expires. */
  expiresAt?: string | null | undefined;
  /** Display name, 1 to 100 characters. */
  name?: string | null | undefined;
  /** Permissions on at most 64 resources, each resource once. A key cannot grant a permission that it lacks. */
  permissions?: Array<PermissionInput> | null | undefined;
  /** True confines the key to persisted operations. */
  persistedOnly?: boolean | null | undefined;
  /** Tier of the rate limits; null sets the default of a new key, which is STANDARD, or no rate limits for a key with permissions on `platform`. */
  tier?: ApiKeyTier | null | undefined;
};

/** Reason of a failed attempt. INTERRUPTED, INTERNAL and INTERIM_RESPONSE are no fault of the receiver. */
export type AttemptErrorCode =
  /** The connection failed for another reason. */
  | 'CONNECTION_FAILED'
  /** Nothing listens at the address of the receiver. */
  | 'CONNECTION_REFUSED'
  /** The receiver closed the connection before it answered. */
  | 'CONNECTION_RESET'
  /** The name of the receiver was not found. */
  | 'DNS_FAILED'
  /** The receiver answered 410 and wants no more webhooks. */
  | 'GONE'
  /** The receiver answered with another status of 400 to 499. */
  | 'HTTP_CLIENT_ERROR'
  /** The receiver answered with a status of 500 or above. */
  | 'HTTP_SERVER_ERROR'
  /** The receiver sent an interim response unasked. The delivery is sent again at once. */
  | 'INTERIM_RESPONSE'
  /** Signalbox could not build the request. */
  | 'INTERNAL'
  /** Signalbox stopped during the request. The delivery is sent again. */
  | 'INTERRUPTED'
  /** The receiver answered 429. */
  | 'RATE_LIMITED'
  /** The receiver answered with a redirect, which is not followed. */
  | 'REDIRECTED'
  /** The receiver did not answer in valid HTTP. */
  | 'RESPONSE_INVALID'
  /** The receiver sent more than a response may have. */
  | 'RESPONSE_TOO_LARGE'
  /** The address of the receiver is not allowed. */
  | 'TARGET_FORBIDDEN'
  /** The receiver did not answer within the timeout. */
  | 'TIMEOUT'
  /** The certificate of the receiver is not valid. */
  | 'TLS_CERTIFICATE'
  /** The TLS handshake failed. */
  | 'TLS_FAILED'
  /** There is no route to the receiver. */
  | 'UNREACHABLE';

/** Cause of an attempt. */
export type AttemptTrigger =
  /** Attempt requested with `deliveryRetry`. */
  | 'MANUAL'
  /** First attempt of a delivery in a replay. */
  | 'REPLAY'
  /** First attempt after the publish, or a retry by the retry policy. */
  | 'SCHEDULED'
  /** Attempt of a test event (`webhookEndpointTest`). */
  | 'TEST';

/** Change that was made or refused. */
export type AuditAction =
  /** A person changed the own password. */
  | 'ACCOUNT_CHANGE_PASSWORD'
  /** A person removed the own authenticator. */
  | 'ACCOUNT_DISABLE_TOTP'
  /** A person added an authenticator. */
  | 'ACCOUNT_ENABLE_TOTP'
  /** A person replaced the own recovery codes. */
  | 'ACCOUNT_REGENERATE_RECOVERY_CODES'
  /** A person chose a new password by a reset link; all sessions were ended. */
  | 'ACCOUNT_RESET_PASSWORD'
  /** A person changed the own name or address. */
  | 'ACCOUNT_UPDATE'
  /** A person gave a recovery code in place of a code of the authenticator. */
  | 'ACCOUNT_USE_RECOVERY_CODE'
  /** An API key was created. */
  | 'API_KEY_CREATE'
  /** An API key was disabled. */
  | 'API_KEY_DISABLE'
  /** An API key was enabled. */
  | 'API_KEY_ENABLE'
  /** An API key was revoked. */
  | 'API_KEY_REVOKE'
  /** An API key was given a new secret. */
  | 'API_KEY_ROTATE'
  /** An API key was changed. */
  | 'API_KEY_UPDATE'
  /** A retry or cancel of many deliveries was canceled. */
  | 'BULK_ACTION_CANCEL'
  /** A retry or cancel of many deliveries was started. */
  | 'BULK_ACTION_CREATE'
  /** A delivery was canceled. */
  | 'DELIVERY_CANCEL'
  /** A delivery was retried. */
  | 'DELIVERY_RETRY'
  /** An event type was registered. */
  | 'EVENT_TYPE_CREATE'
  /** A catalogue of event types was imported. */
  | 'EVENT_TYPE_IMPORT'
  /** An event type was changed. */
  | 'EVENT_TYPE_UPDATE'
  /** An invitation was accepted. */
  | 'INVITATION_ACCEPT'
  /** A person was invited. */
  | 'INVITATION_CREATE'
  /** An invitation was revoked. */
  | 'INVITATION_REVOKE'
  /** A person became a member. */
  | 'MEMBER_CREATE'
  /** A member was removed or left. */
  | 'MEMBER_DELETE'
  /** A member was given another role. */
  | 'MEMBER_UPDATE'
  /** A person of the operator acted in another organization and gave a reason. */
  | 'OPERATOR_ACT'
  /** A person of the operator looked into another organization. */
  | 'OPERATOR_LOOK'
  /** An organization was created. */
  | 'ORGANIZATION_CREATE'
  /** An organization was deleted; its rows go in batches. */
  | 'ORGANIZATION_DELETE'
  /** The rows of a deleted organization are gone. */
  | 'ORGANIZATION_PURGE'
  /** An organization was changed. */
  | 'ORGANIZATION_UPDATE'
  /** The rules by which members sign in were changed. */
  | 'ORGANIZATION_UPDATE_SETTINGS'
  /** A resource of the operator was declared. */
  | 'PERMISSION_RESOURCE_CREATE'
  /** A resource of the operator was deleted. */
  | 'PERMISSION_RESOURCE_DELETE'
  /** A registered operation was made available. */
  | 'PERSISTED_DOCUMENT_ACTIVATE'
  /** An operation was registered. */
  | 'PERSISTED_DOCUMENT_CREATE'
  /** A registered operation was made unavailable. */
  | 'PERSISTED_DOCUMENT_RETIRE'
  /** The second factor of a person was removed. */
  | 'PERSON_DISABLE_TWO_FACTOR'
  /** A link to set the password of a person was made. */
  | 'PERSON_RESET_PASSWORD'
  /** A replay was canceled. */
  | 'REPLAY_CANCEL'
  /** A replay was started. */
  | 'REPLAY_CREATE'
  /** A request, or a field of it, was refused; `field` names the field. */
  | 'REQUEST'
  /** A person signed in. */
  | 'SESSION_CREATE'
  /** A person gave the password again, for dangerous changes. */
  | 'SESSION_ELEVATE'
  /** A session of a person was ended. */
  | 'SESSION_END'
  /** A replaced token of a session was presented, and the session was ended. */
  | 'SESSION_REUSE'
  /** A link that makes the first owner was made. */
  | 'SETUP_CREATE'
  /** An endpoint was created. */
  | 'WEBHOOK_ENDPOINT_CREATE'
  /** An endpoint was deleted. */
  | 'WEBHOOK_ENDPOINT_DELETE'
  /** An endpoint was disabled, on request or after failures. */
  | 'WEBHOOK_ENDPOINT_DISABLE'
  /** An endpoint was enabled. */
  | 'WEBHOOK_ENDPOINT_ENABLE'
  /** An endpoint was given a new signing secret. */
  | 'WEBHOOK_ENDPOINT_ROTATE_SECRET'
  /** A test event was sent to an endpoint. */
  | 'WEBHOOK_ENDPOINT_TEST'
  /** An endpoint was changed. */
  | 'WEBHOOK_ENDPOINT_UPDATE';

/** Filter of the audit trail. Every given condition must hold; an empty list is no condition. */
export type AuditEntryFilter = {
  /** Entries of one of these actions. Default: every action. */
  actions?: Array<AuditAction> | null | undefined;
  /** Entries of the principal with this id, or of `system`. Default: every principal. */
  actorId?: string | number | null | undefined;
  /** Entries of this time or later. Default: no lower bound. */
  from?: string | null | undefined;
  /** Entries with this outcome. Default: every outcome. */
  outcome?: AuditOutcome | null | undefined;
  /** Entries about the object with this id. Default: every object. */
  resourceId?: string | number | null | undefined;
  /** Entries before this time. Default: no upper bound. */
  to?: string | null | undefined;
};

/** Outcome of a change or request. */
export type AuditOutcome =
  /** The change or request was refused. Each process records repeated refusals at most once a minute. */
  | 'DENIED'
  /** The change was made. */
  | 'SUCCEEDED';

/** A change to make to all deliveries that a filter finds. */
export type BulkActionCreateInput = {
  /** Filter of the deliveries; `statuses` is required, with states that the kind can change. */
  filter: DeliveryFilter;
  /** Change to make. */
  kind: BulkActionKind;
};

/** Change that a bulk action makes. */
export type BulkActionKind =
  /** Cancels deliveries in the states PENDING, RETRYING or HELD, as `deliveryCancel` does. */
  | 'CANCEL'
  /** Makes deliveries in the states DEAD, EXPIRED, CANCELED or RETRYING due now, as `deliveryRetry` does; deliveries to disabled endpoints are left out. */
  | 'RETRY';

/** Filter of deliveries. Every given condition must hold; an empty list is no condition. */
export type DeliveryFilter = {
  /** Deliveries to the endpoint with this id or external id. Default: every endpoint. */
  endpointId?: string | number | null | undefined;
  /** Deliveries in the states RETRYING and DEAD whose last attempt failed with one of these codes; no delivery in another state. Default: every delivery. */
  errorCodes?: Array<AttemptErrorCode> | null | undefined;
  /** Deliveries of this event. Default: every event. */
  eventId?: string | number | null | undefined;
  /** Deliveries created at or after this time. Default: no lower bound. */
  from?: string | null | undefined;
  /** Deliveries of events that the principal with this id published, or `system`; none of earlier versions. Default: every principal. */
  publishedById?: string | number | null | undefined;
  /** Deliveries in one of these states. Default: every state. */
  statuses?: Array<DeliveryStatus> | null | undefined;
  /** Deliveries created before this time. Default: no upper bound. */
  to?: string | null | undefined;
  /** Deliveries of events of one of these types. Default: every type. */
  types?: Array<string> | null | undefined;
};

/** Filter of deliveries and days. */
export type DeliveryStatsFilter = {
  /** Deliveries to the endpoint with this id or external id. Default: every endpoint. */
  endpointId?: string | number | null | undefined;
  /** First day, as any time of that day (UTC), at most 366 days before `to`. Default: 29 days before `to`. */
  from?: string | null | undefined;
  /** Last day, as any time of that day (UTC). Default: today. */
  to?: string | null | undefined;
};

/** State of a delivery. */
export type DeliveryStatus =
  /** The delivery was canceled with `deliveryCancel`, when its endpoint was enabled again, or when its endpoint was deleted. */
  | 'CANCELED'
  /** All attempts failed, or a test failed: the delivery is a dead letter. */
  | 'DEAD'
  /** The event became older than the `maxAgeSeconds` of the endpoint. */
  | 'EXPIRED'
  /** The delivery waits until its endpoint is enabled or, for a STREAM endpoint, until a listener connects. */
  | 'HELD'
  /** The delivery waits for its first attempt. */
  | 'PENDING'
  /** An attempt failed and the next one is planned. */
  | 'RETRYING'
  /** A request is in flight. */
  | 'SENDING'
  /** The receiver accepted the delivery. */
  | 'SUCCEEDED';

/** Results of leased deliveries. */
export type DeliveryStreamAcknowledgeInput = {
  /** Results, 1 to 100, each delivery once. */
  results: Array<DeliveryStreamResultInput>;
};

/** Fate of an acknowledged result. */
export type DeliveryStreamAcknowledgementStatus =
  /** The result is recorded as an attempt of the delivery. */
  | 'RECORDED'
  /** The lease was lost, or the id is unknown: the result changed nothing, and the delivery is sent again unless it has ended. */
  | 'STALE';

/** Reason why the target of a listener gave no complete response. Each is an `ErrorCode` of the attempt. */
export type DeliveryStreamErrorCode =
  /** The target of the listener could not be reached. */
  | 'CONNECTION_FAILED'
  /** The target of the listener refused the connection: nothing listens there. */
  | 'CONNECTION_REFUSED'
  /** The target of the listener closed the connection before it answered. */
  | 'CONNECTION_RESET'
  /** The target of the listener has a name that was not found: check its DNS records. */
  | 'DNS_FAILED'
  /** The target of the listener did not answer in valid HTTP. */
  | 'RESPONSE_INVALID'
  /** The target of the listener sent more than the listener takes. */
  | 'RESPONSE_TOO_LARGE'
  /** The target of the listener did not answer in time. */
  | 'TIMEOUT'
  /** The target of the listener has a certificate that the listener does not trust. */
  | 'TLS_CERTIFICATE'
  /** The target of the listener does not speak TLS as the listener expects. */
  | 'TLS_FAILED'
  /** The target of the listener has no route from the listener. */
  | 'UNREACHABLE';

/** The result of one leased delivery: a response of the target, or the reason why there was none. */
export type DeliveryStreamResultInput = {
  /** Body of the response, at most 65,536 characters, of which the first 10 KiB are kept. */
  body?: string | null | undefined;
  /** Duration of the exchange in milliseconds, 0 to 1,800,000 (30 minutes). */
  durationMs: number;
  /** Reason why there was no complete response; the attempt has failed then. Default null. */
  errorCode?: DeliveryStreamErrorCode | null | undefined;
  /** Headers of the response, at most 100 with 16,384 characters in total. `retry-after` is respected. */
  headers?: Array<HttpHeaderInput> | null | undefined;
  /** Id of the delivery. */
  id: string | number;
  /** Status code of the response, 200 to 599; 200 to 299 accepts the delivery. Required without `errorCode`. */
  statusCode?: number | null | undefined;
  /** Version of the lease, from the message of the delivery. */
  version: number;
};

/** Filter of changes. Every given condition must hold. */
export type DeliveryUpdatesFilter = {
  /** Changes of deliveries to the endpoint with this id or external id. Default: every endpoint. */
  endpointId?: string | number | null | undefined;
  /** Changes into one of these states. Default: every state. */
  statuses?: Array<DeliveryStatus> | null | undefined;
};

/** Health of an endpoint. */
export type EndpointHealthStatus =
  /** The endpoint is disabled; `disabledReason` gives the reason. */
  | 'DISABLED'
  /** The last attempt failed. */
  | 'FAILING'
  /** The last attempt succeeded, or no attempt was made. */
  | 'HEALTHY';

/** How the deliveries of an endpoint reach their receiver. */
export type EndpointKind =
  /** Signalbox sends a request to the URL of the endpoint, the default. */
  | 'HTTP'
  /** Listeners lease deliveries with `deliveryStream` or `deliveryStreamClaim` and acknowledge them with `deliveryStreamAcknowledge`, so that a receiver needs no public address. */
  | 'STREAM';

/** Filter of events. Every given condition must hold; an empty list is no condition. */
export type EventFilter = {
  /** Events stored at or after this time. Default: no lower bound. */
  from?: string | null | undefined;
  /** The event with this id. Default: every event. */
  id?: string | number | null | undefined;
  /** The event that was published with this idempotency key. Default: every event. */
  idempotencyKey?: string | null | undefined;
  /** Events that the principal with this id published, or `system`; none of earlier versions. Default: every principal. */
  publishedById?: string | number | null | undefined;
  /** Events stored before this time. Default: no upper bound. */
  to?: string | null | undefined;
  /** Events of one of these types. Default: every type. */
  types?: Array<string> | null | undefined;
};

/** A path and the value to compare with. */
export type EventPredicateComparisonInput = {
  /** Names and list indexes from the envelope to the value, 1 to 20, such as `["data", "lines", "0", "sku"]`. The first is `id`, `type`, `timestamp`, `organizationId`, `data`, `previous`, `metadata` or `channels`. */
  path: Array<string>;
  /** A string, a number, a boolean or null; required. `less` and `greater` take a number or a string. Numbers are compared by their exact values, so `1.0` equals `1`. */
  value?: unknown;
};

/** A path to look for. */
export type EventPredicateExistsInput = {
  /** Names and list indexes from the envelope to the value, 1 to 20, such as `["data", "lines", "0", "sku"]`. The first is `id`, `type`, `timestamp`, `organizationId`, `data`, `previous`, `metadata` or `channels`. */
  path: Array<string>;
};

/** A path and the values that it may have. */
export type EventPredicateInInput = {
  /** Names and list indexes from the envelope to the value, 1 to 20, such as `["data", "lines", "0", "sku"]`. The first is `id`, `type`, `timestamp`, `organizationId`, `data`, `previous`, `metadata` or `channels`. */
  path: Array<string>;
  /** Strings, numbers, booleans or null, 1 to 100. */
  values: Array<unknown>;
};

/** A condition on the envelope of an event: one operator. At most 50 conditions, nested at most 8 deep, of at most 4096 bytes as JSON. A comparison does not hold when its path leads nowhere, or to a value of another kind. */
export type EventPredicateInput =
  {   /** Holds when every condition holds. */
  and: Array<EventPredicateInput>; equals?: never; exists?: never; greater?: never; in?: never; less?: never; not?: never; or?: never; prefix?: never; }
  |  { and?: never;   /** Holds when the value at the path is the given one. */
  equals: EventPredicateComparisonInput; exists?: never; greater?: never; in?: never; less?: never; not?: never; or?: never; prefix?: never; }
  |  { and?: never; equals?: never;   /** Holds when the path leads to a value, null included. */
  exists: EventPredicateExistsInput; greater?: never; in?: never; less?: never; not?: never; or?: never; prefix?: never; }
  |  { and?: never; equals?: never; exists?: never;   /** Holds when the value at the path is greater: a larger number, or a later string by UTF-16 code units. */
  greater: EventPredicateComparisonInput; in?: never; less?: never; not?: never; or?: never; prefix?: never; }
  |  { and?: never; equals?: never; exists?: never; greater?: never;   /** Holds when the value at the path is one of the given ones. */
  in: EventPredicateInInput; less?: never; not?: never; or?: never; prefix?: never; }
  |  { and?: never; equals?: never; exists?: never; greater?: never; in?: never;   /** Holds when the value at the path is less: a smaller number, or an earlier string by UTF-16 code units. */
  less: EventPredicateComparisonInput; not?: never; or?: never; prefix?: never; }
  |  { and?: never; equals?: never; exists?: never; greater?: never; in?: never; less?: never;   /** Holds when the condition does not hold, also because its path leads nowhere. */
  not: EventPredicateInput; or?: never; prefix?: never; }
  |  { and?: never; equals?: never; exists?: never; greater?: never; in?: never; less?: never; not?: never;   /** Holds when at least one condition holds. */
  or: Array<EventPredicateInput>; prefix?: never; }
  |  { and?: never; equals?: never; exists?: never; greater?: never; in?: never; less?: never; not?: never; or?: never;   /** Holds when the value at the path is a string with this beginning. */
  prefix: EventPredicatePrefixInput; };

/** A path and the beginning of its value. */
export type EventPredicatePrefixInput = {
  /** Names and list indexes from the envelope to the value, 1 to 20, such as `["data", "lines", "0", "sku"]`. The first is `id`, `type`, `timestamp`, `organizationId`, `data`, `previous`, `metadata` or `channels`. */
  path: Array<string>;
  /** Beginning of the string, case-sensitive. */
  value: string;
};

/** An event to publish. Its body has at most 256 KiB without sensitive fields, and its values nest at most 100 levels deep. Values in JSON variables are stored and sent in the text of the request. */
export type EventPublishInput = {
  /** Labels by which endpoints select events, at most 20 of 1 to 128 characters; not part of the body. Default none. */
  channels?: Array<string> | null | undefined;
  /** Payload, which must satisfy the JSON Schema of the event type. */
  data: unknown;
  /** Key of 1 to 255 characters under which a repeated publish of the same content returns the first event, as long as retention keeps the event. Default none. */
  idempotencyKey?: string | null | undefined;
  /** Metadata for receivers. Default null. */
  metadata?: unknown;
  /** State before the change, for receivers. Default null. */
  previous?: unknown;
  /** Name of a registered event type. */
  type: string;
};

/** Catalogue of event types that Signalbox brings along, each with a JSON Schema and an example. */
export type EventTypeCatalogue =
  /** 44 types of sign-in and access: users, authentication, applications, organizations, second factors, single sign-on and roles. */
  | 'IDENTITY'
  /** 7 types of hiring: applications, jobs, interviews and candidates. */
  | 'RECRUITING';

/** A catalogue to import. */
export type EventTypeCatalogueImportInput = {
  /** Name of the catalogue. */
  name: EventTypeCatalogue;
};

/** An event type to register. */
export type EventTypeCreateInput = {
  /** Category that groups event types in lists, 1 to 100 characters. Default: the first word of the name. */
  category?: string | null | undefined;
  /** Meaning of the event, at most 2,000 characters. Default empty. */
  description?: string | null | undefined;
  /** Example value of `data`, at most 256 KiB. Default null. */
  example?: unknown;
  /** Name in dotted words of letters, digits, `_` and `-`, at most 128 characters, unique in the organization. An event type of the operator with the same name is replaced. The prefix `webhook.` is reserved. */
  name: string;
  /** JSON Schema that `data` must satisfy, at most 64 KiB: draft 2020-12, or draft-07 when `$schema` names it. Keywords that begin with `x-` are annotations; other unknown ones are refused. Default null, which accepts every payload. */
  schema?: unknown;
  /** Names of fields to remove before an event is stored, at most 100, matched whatever their case and with or without `_` and `-`. Default: `password`, `token`, `secret`, `accessToken`, `client_secret`, `apiKey`, `authorization`. */
  sensitiveFields?: Array<string> | null | undefined;
};

/** Filter of event types. Every given condition must hold. The filter is checked type by type, for at most 2,000. */
export type EventTypeFilter = {
  /** Event types of this category. Default: every category. */
  category?: string | null | undefined;
  /** True for deprecated event types, false for the other ones. Default: every event type. */
  deprecated?: boolean | null | undefined;
  /** Event types whose name or description contains this text, at most 100 characters; A to Z match in either case. Default: every event type. */
  search?: string | null | undefined;
};

/** Origin of an event type. */
export type EventTypeSource =
  /** The operator registered the event type for every organization. Only the organization of the operator can change it. */
  | 'OPERATOR'
  /** The organization registered the event type for itself. */
  | 'ORGANIZATION';

/** Changes to an event type. Absent fields keep their value, as do null fields other than `schema` and `example`. */
export type EventTypeUpdateInput = {
  /** Category that groups event types in lists, 1 to 100 characters. */
  category?: string | null | undefined;
  /** True when new integrations should avoid the event type. */
  deprecated?: boolean | null | undefined;
  /** Meaning of the event, at most 2,000 characters. */
  description?: string | null | undefined;
  /** Example value of `data`, at most 256 KiB; null removes the example. */
  example?: unknown;
  /** JSON Schema that `data` must satisfy, at most 64 KiB; null accepts every payload. */
  schema?: unknown;
  /** Names of fields to remove before an event is stored, at most 100, matched whatever their case and with or without `_` and `-`; replaces the list. */
  sensitiveFields?: Array<string> | null | undefined;
};

/** Treatment of deliveries that were held while the endpoint was disabled. */
export type HeldDeliveries =
  /** Cancels the held deliveries. Each can be retried with `deliveryRetry`. */
  | 'CANCEL'
  /** Makes the held deliveries due, oldest first: 1,000 at once, the rest in portions by the workers. */
  | 'RELEASE';

/** A header of an HTTP request. */
export type HttpHeaderInput = {
  /** Name of the header, at most 128 characters. */
  name: string;
  /** Value of the header, at most 4,096 printable ASCII characters. */
  value: string;
};

/** The token of a link, and name and password of a new person. */
export type InvitationAcceptInput = {
  /** Display name, 1 to 100 characters. Only for a person without an account. */
  name?: string | null | undefined;
  /** Password, at least 15 characters. Only for a person without an account. */
  password?: string | null | undefined;
  /** Token of the link, the part after `#`. */
  token: string;
};

/** A person to invite. */
export type InvitationCreateInput = {
  /** Email address of the person. */
  email: string;
  /** Role of the person: below the own one, or any for an owner. */
  role: MemberRole;
};

/** State of an invitation. */
export type InvitationStatus =
  /** The person became a member. */
  | 'ACCEPTED'
  /** The link was not used within 7 days. */
  | 'EXPIRED'
  /** The link is good. */
  | 'OPEN'
  /** A member took the invitation back, or invited the address again. */
  | 'REVOKED';

/** State of a replay or bulk action. */
export type JobStatus =
  /** The job ended before it was complete. */
  | 'CANCELED'
  /** The job has reached every event or delivery of its filter. */
  | 'COMPLETED'
  /** The job goes on, batch by batch. */
  | 'RUNNING';

/** Role of a member: a set of permissions, which docs/people.md lists. */
export type MemberRole =
  /** Everything but owners, and name and deletion of the organization. */
  | 'ADMIN'
  /** Publishes events and changes endpoints; reads neither members nor audit trail. */
  | 'DEVELOPER'
  /** Everything in the organization, owners and its deletion included. */
  | 'OWNER'
  /** Reads everything but members and audit trail. */
  | 'VIEWER';

/** Changes to a member. */
export type MemberUpdateInput = {
  /** Role of the member: below the own one, or any for an owner. */
  role: MemberRole;
};

/** Filter of the deliveries of all organizations. Every given condition must hold; an empty list is no condition. */
export type OperatorDeliveryFilter = {
  /** Deliveries to the endpoint with this id, or with this external id in the organization of the request. Default: every endpoint. */
  endpointId?: string | number | null | undefined;
  /** Deliveries created at or after this time. Default: no lower bound. */
  from?: string | null | undefined;
  /** Deliveries of the organization with this id or external id. Default: every organization. */
  organizationId?: string | number | null | undefined;
  /** Deliveries in one of these states. Default: every state. */
  statuses?: Array<DeliveryStatus> | null | undefined;
  /** Deliveries created before this time. Default: no upper bound. */
  to?: string | null | undefined;
};

/** Order of the organizations in the list of the operator. Equal ones follow from the newest to the oldest. */
export type OperatorOrganizationOrder =
  /** The organization with the most failed attempts today first, as counted up to 10 seconds ago. */
  | 'FAILURES_TODAY'
  /** The newest organization first. */
  | 'NEWEST'
  /** The organization whose due delivery waits longest first. */
  | 'OLDEST_DUE'
  /** The organization with the most API requests today first. */
  | 'REQUESTS_TODAY'
  /** The organization with the most waiting deliveries first. */
  | 'WAITING';

/** Changes to the rules by which members sign in. Absent fields keep their value, as do null fields other than the lengths of sessions. */
export type OrganizationSettingsUpdateInput = {
  /** Addresses and networks (CIDR) from which members may act, at most 100; empty allows every address. Keys have lists of their own. */
  memberIps?: Array<string> | null | undefined;
  /** Seconds without a request after which the session of a member ends, 300 to 2,592,000; null for the default, which is an hour. The shorter of this and the length of the session counts. */
  sessionIdleSeconds?: number | null | undefined;
  /** Seconds after the sign-in after which the session of a member ends, 300 to 2,592,000; null for the default, which is a day. The shorter of this and the length of the session counts. */
  sessionLifetimeSeconds?: number | null | undefined;
  /** Roles of members who must have a second factor. Without one they can do nothing but enroll. */
  twoFactorRoles?: Array<MemberRole> | null | undefined;
};

/** Changes to the own organization. */
export type OwnOrganizationUpdateInput = {
  /** Display name, 1 to 100 characters. */
  name: string;
};

/** The current and the new password. */
export type PasswordChangeInput = {
  /** Password that is good now. */
  currentPassword: string;
  /** True ends every other session of the person. Default true. */
  endOtherSessions?: boolean | null | undefined;
  /** New password, at least 15 characters; 8 where a second factor is needed. */
  password: string;
};

/** Code of a reset link and the new password. */
export type PasswordResetInput = {
  /** Code of the reset link, the part after `#`. */
  code: string;
  /** New password, at least 15 characters; 8 where a second factor is needed. */
  password: string;
};

/** Filter of requests of people. Every given condition must hold. */
export type PeopleUsageFilter = {
  /** Start of the range, rounded down to the start of its bucket. Default: 24 hours before `to`. */
  from?: string | null | undefined;
  /** Length of the buckets; a range has at most 1,000. Default: the shortest that is kept for the whole range and fits: MINUTE up to 3 hours, HOUR up to 8 days, DAY up to 92 days, else MONTH. */
  interval?: UsageInterval | null | undefined;
  /** Requests of this operation. Default: every operation. */
  operation?: string | null | undefined;
  /** Requests with this HTTP status. Default: every status. */
  status?: number | null | undefined;
  /** End of the range: buckets that begin before it are included. Default: now. */
  to?: string | null | undefined;
};

/** Action on a resource. No action implies another. */
export type PermissionAction =
  /** Delete and revoke. */
  | 'DELETE'
  /** Read and subscribe. */
  | 'READ'
  /** Create and change. */
  | 'WRITE';

/** Actions to allow on a resource. */
export type PermissionInput = {
  /** Allowed actions, at least one. */
  actions: Array<PermissionAction>;
  /** Resource of Signalbox: `keys`, `webhooks`, `events`, `deliveries`, `usage`, `audit`, `members`, `platform`; or one that the operator declared with `permissionResourceCreate`. */
  resource: string;
};

/** Plan of an organization, agreed with the operator. The numbers are defaults that the operator may change. */
export type Plan =
  /** No quota of requests per day. */
  | 'ENTERPRISE'
  /** At most 50,000 requests per day and key. */
  | 'GROWTH'
  /** At most 1,000 requests per day and key. Only the operator creates keys. */
  | 'STARTER';

/** Password of the signed-in person, and a code where a second factor is enabled. */
export type ReauthenticateInput = {
  /** Code of the authenticator, or a recovery code. Default: none. */
  code?: string | null | undefined;
  /** Password of the person. */
  password: string;
};

/** Filter of stored events to send to an endpoint. Every given condition must hold. */
export type ReplayCreateInput = {
  /** Id or external id of the endpoint. Only events that its `eventTypes`, `channels` and `predicate` match today are sent, and no test events. */
  endpointId: string | number;
  /** Events stored at or after this time. Default: no lower bound. */
  from?: string | null | undefined;
  /** Events with a delivery to the endpoint in one of these states: SUCCEEDED, DEAD, EXPIRED or CANCELED. Default: DEAD, EXPIRED, CANCELED, and events without a delivery to the endpoint. */
  statuses?: Array<DeliveryStatus> | null | undefined;
  /** Events stored before this time. Default: no upper bound. */
  to?: string | null | undefined;
  /** Events of one of these types, at most 200. Default: every type. */
  types?: Array<string> | null | undefined;
};

/** A retry policy: a preset, or a custom schedule. Default: the preset DEFAULT. */
export type RetryPolicyInput = {
  /** Seconds before the second attempt, the third, and so on: 1 to 50 entries of 1 to 604,800 (7 days); the last entry repeats. Default: 60, 300, 900. */
  backoffSeconds?: Array<number> | null | undefined;
  /** Number of attempts in total, 1 to 50. Default: one more than `backoffSeconds` has entries. */
  maxAttempts?: number | null | undefined;
  /** Preset of the retry policy; excludes the other fields. */
  preset?: RetryPreset | null | undefined;
};

/** Preset of a retry policy. */
export type RetryPreset =
  /** 3 attempts, with backoffs of 60, 300, 900 seconds. */
  | 'DEFAULT'
  /** 7 attempts, with backoffs of 60, 300, 900, 3600, 21600, 86400 seconds. */
  | 'EXTENDED'
  /** 10 attempts, with backoffs of 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 seconds. */
  | 'STANDARD_WEBHOOKS';

/** A JSON Schema to try on the stored events of a type. */
export type SchemaRehearsalInput = {
  /** Name of a registered event type, of the organization or of the operator. */
  eventType: string;
  /** Events stored at or after this time. Default: no lower bound. */
  from?: string | null | undefined;
  /** JSON Schema as for `eventTypeCreate`, at most 64 KiB. */
  schema: unknown;
  /** Events stored before this time. Default: no upper bound. */
  to?: string | null | undefined;
};

/** The first owner of the installation and the name of the first organization. */
export type SetupCompleteInput = {
  /** Code of the set-up link, the part after `#`. */
  code: string;
  /** Email address of the person. */
  email: string;
  /** Display name of the person, 1 to 100 characters. */
  name: string;
  /** Display name of the organization, 1 to 100 characters. */
  organizationName: string;
  /** Password, at least 15 characters. */
  password: string;
};

/** Address and password of a person. */
export type SignInInput = {
  /** Email address of the person. */
  email: string;
  /** Password of the person. */
  password: string;
  /** True for a session of 30 days. Default false: 24 hours. */
  remember?: boolean | null | undefined;
};

/** The answer to a challenge. */
export type SignInVerifyInput = {
  /** Challenge of `signIn`, good for 5 minutes and 5 tries. */
  challenge: string;
  /** Code of the authenticator, or a recovery code. */
  code: string;
};

/** Signature scheme of the requests to an endpoint, which the delivery contract describes. */
export type SignatureScheme =
  /** HMAC-SHA256 of the body, as `X-Webhook-Signature: sha256=<hex>`. */
  | 'BODY_HEX'
  /** Standard Webhooks with HMAC-SHA256 (v1), the default. */
  | 'STANDARD'
  /** Standard Webhooks with ed25519 (v1a). */
  | 'STANDARD_ED25519'
  /** HMAC-SHA256 of `{timestamp}.{event id}.{body}`, as `X-Webhook-Signature: <hex>`. */
  | 'TIMESTAMPED_HEX';

/** A code that proves that the authenticator has the seed. */
export type TotpConfirmInput = {
  /** Present code of the authenticator. */
  code: string;
};

/** Filter of requests. Every given condition must hold. */
export type UsageFilter = {
  /** Start of the range, rounded down to the start of its bucket. Default: 24 hours before `to`. */
  from?: string | null | undefined;
  /** Length of the buckets; a range has at most 1,000. Default: the shortest that is kept for the whole range and fits: MINUTE up to 3 hours, HOUR up to 8 days, DAY up to 92 days, else MONTH. */
  interval?: UsageInterval | null | undefined;
  /** Requests with this key. Default: every key of the organization. */
  keyId?: string | number | null | undefined;
  /** Requests of this operation. Default: every operation. */
  operation?: string | null | undefined;
  /** Requests with this HTTP status. Default: every status. */
  status?: number | null | undefined;
  /** Requests with keys that had this tier. Default: every tier. */
  tier?: ApiKeyTier | null | undefined;
  /** End of the range: buckets that begin before it are included. Default: now. */
  to?: string | null | undefined;
};

/** Length of a bucket of usage; buckets begin at full minutes, hours, days and months (UTC). */
export type UsageInterval =
  /** Buckets of one day, kept for 800 days. */
  | 'DAY'
  /** Buckets of one hour, kept for 60 days. */
  | 'HOUR'
  /** Buckets of one minute, kept for 2 days. */
  | 'MINUTE'
  /** Buckets of one month, kept for 3,660 days. */
  | 'MONTH';

/** An endpoint to create. */
export type WebhookEndpointCreateInput = {
  /** Channels, at most 100 of up to 128 characters: the endpoint wants only events with at least one of them; empty for all events. Default empty. */
  channels?: Array<string> | null | undefined;
  /** Description for people, at most 500 characters. Default empty. */
  description?: string | null | undefined;
  /** Number of consecutive failed attempts that disable the endpoint, 1 to 1,000; null for never. Default 10. */
  disableAfterFailures?: number | null | undefined;
  /** False creates a disabled endpoint and holds its deliveries. Default true. */
  enabled?: boolean | null | undefined;
  /** True deletes a STREAM endpoint 7 days after its last listener. Default false. */
  ephemeral?: boolean | null | undefined;
  /** Event types to subscribe to, 1 to 200: exact names, prefixes such as `invoice.*`, or `*` for every registered type. `webhook.endpoint.disabled` needs its name or its prefix. */
  eventTypes: Array<string>;
  /** Id of the endpoint in the organization's own system, unique in the organization: 1 to 100 visible ASCII characters, not beginning with `org_` or `whep_`. Arguments accept it in place of the id. A deleted endpoint frees it. Default none. */
  externalId?: string | null | undefined;
  /** Custom headers, at most 20 and each name once, which are stored encrypted. Their values cannot be read. Default none. */
  headers?: Array<HttpHeaderInput> | null | undefined;
  /** Kind of the endpoint, which is fixed. Default HTTP. */
  kind?: EndpointKind | null | undefined;
  /** Maximum age of an event in seconds, 60 to 7,776,000 (90 days), after which its deliveries become EXPIRED. Default 604,800 (7 days). */
  maxAgeSeconds?: number | null | undefined;
  /** Maximum requests in flight over all workers, or leased deliveries over all listeners of a STREAM endpoint, 1 to 1,000. Default 64, and 1,000 for STREAM. */
  maxConcurrency?: number | null | undefined;
  /** Condition on the envelope: the endpoint wants only events for which it holds; null for all events. Default null. */
  predicate?: EventPredicateInput | null | undefined;
  /** Maximum requests per second over all workers, 1 to 10,000; null for no rate limit. Absent for STREAM. Default null. */
  rateLimit?: number | null | undefined;
  /** Retry policy of the endpoint. Default: the preset DEFAULT. */
  retryPolicy?: RetryPolicyInput | null | undefined;
  /** Signing secret that the receiver verifies with already: `whsec_` and 24 to 64 bytes in base64. Not for STANDARD_ED25519. Default: a new one. */
  secret?: string | null | undefined;
  /** Signature scheme of the requests. Default STANDARD. */
  signatureScheme?: SignatureScheme | null | undefined;
  /** Timeout of one request in seconds, from connecting to the end of the body, 1 to 60. Default 30. */
  timeoutSeconds?: number | null | undefined;
  /** URL of the receiver: `https://` and a public address. Plain `http://` and private addresses are allowed only within networks that the operator allows. Required for HTTP, absent for STREAM. */
  url?: string | null | undefined;
};

/** Filter of endpoints. Every given condition must hold. The filter is checked endpoint by endpoint, for at most 1,000. */
export type WebhookEndpointFilter = {
  /** True for enabled endpoints, false for disabled ones. Default: every endpoint. */
  enabled?: boolean | null | undefined;
  /** True for endpoints whose last attempt failed, disabled ones included; false for the other ones. Default: every endpoint. */
  failing?: boolean | null | undefined;
  /** Endpoints whose URL or description contains this text, at most 100 characters; A to Z match in either case. Default: every endpoint. */
  search?: string | null | undefined;
  /** Endpoints that are subscribed to this event type, by its name, a prefix such as `invoice.*`, or `*`. Default: every endpoint. */
  type?: string | null | undefined;
};

/** The filter of an endpoint by its id, or a filter to try. */
export type WebhookEndpointMatchPreviewInput = {
  /** Channels as for `webhookEndpointCreate`. Default none: all events. */
  channels?: Array<string> | null | undefined;
  /** Id or external id of an endpoint, which needs `webhooks: read`; excludes the filter. Default none. */
  endpointId?: string | number | null | undefined;
  /** Event types as for `webhookEndpointCreate`. Default `*`, every registered type. */
  eventTypes?: Array<string> | null | undefined;
  /** Number of events to examine, the newest of the organization, 1 to 500. Default 100. */
  events?: number | null | undefined;
  /** Predicate as for `webhookEndpointCreate`. Default none: all events. */
  predicate?: EventPredicateInput | null | undefined;
};

/** Reason why an endpoint did not get an event, or would not get it today. */
export type WebhookEndpointMatchReason =
  /** The endpoint has channels, and the event has none of them. */
  | 'CHANNEL'
  /** The endpoint was created after the event. A replay can send the event. */
  | 'CREATED_LATER'
  /** The endpoint was deleted before the event. */
  | 'DELETED'
  /** The event is a system event, and the endpoint was disabled or is its subject. Other events are held for a disabled endpoint. */
  | 'DISABLED'
  /** The event types of the endpoint do not include the type of the event. */
  | 'EVENT_TYPE'
  /** The filter matches the event since it changed, which was after or while the event was stored. */
  | 'FILTER_CHANGED'
  /** The predicate of the endpoint does not hold for the event. */
  | 'PREDICATE'
  /** The event is a test, which goes only to the endpoint under test. */
  | 'TEST_EVENT';

/** Changes to an endpoint. Absent fields keep their value; null is valid only for `externalId`, `predicate`, `rateLimit` and `disableAfterFailures`. */
export type WebhookEndpointUpdateInput = {
  /** Channels, at most 100 of up to 128 characters: the endpoint wants only events with at least one of them; empty for all events. */
  channels?: Array<string> | null | undefined;
  /** Description for people, at most 500 characters. */
  description?: string | null | undefined;
  /** Number of consecutive failed attempts that disable the endpoint, 1 to 1,000; null for never. */
  disableAfterFailures?: number | null | undefined;
  /** Event types to subscribe to, 1 to 200: exact names, prefixes such as `invoice.*`, or `*` for every registered type. `webhook.endpoint.disabled` needs its name or its prefix. */
  eventTypes?: Array<string> | null | undefined;
  /** Id of the endpoint in the organization's own system, unique in the organization: 1 to 100 visible ASCII characters, not beginning with `org_` or `whep_`. Arguments accept it in place of the id. A deleted endpoint frees it. Null removes it. */
  externalId?: string | null | undefined;
  /** Custom headers, at most 20 and each name once, which are stored encrypted. Their values cannot be read. The list replaces all custom headers. */
  headers?: Array<HttpHeaderInput> | null | undefined;
  /** Maximum age of an event in seconds, 60 to 7,776,000 (90 days), after which its deliveries become EXPIRED. */
  maxAgeSeconds?: number | null | undefined;
  /** Maximum requests in flight over all workers, or leased deliveries over all listeners of a STREAM endpoint, 1 to 1,000. */
  maxConcurrency?: number | null | undefined;
  /** Condition on the envelope: the endpoint wants only events for which it holds; null for all events. */
  predicate?: EventPredicateInput | null | undefined;
  /** Maximum requests per second over all workers, 1 to 10,000; null for no rate limit. */
  rateLimit?: number | null | undefined;
  /** Retry policy of the endpoint, for attempts that are not planned yet. */
  retryPolicy?: RetryPolicyInput | null | undefined;
  /** Timeout of one request in seconds, from connecting to the end of the body, 1 to 60. */
  timeoutSeconds?: number | null | undefined;
  /** URL of the receiver: `https://` and a public address. Plain `http://` and private addresses are allowed only within networks that the operator allows. Absent for STREAM. */
  url?: string | null | undefined;
};

/** Parts of Signalbox that run in the process of a worker. */
export type WorkerMode =
  /** The process runs the API and a worker. */
  | 'ALL'
  /** The process runs a worker alone. */
  | 'WORKER';

/** State of a worker by its heartbeats. */
export type WorkerStatus =
  /** The last heartbeat is at most 30 seconds old. */
  | 'ALIVE'
  /** The heartbeats ended without a stop: the process was killed, or it stalls. */
  | 'LOST'
  /** The worker was stopped in order. */
  | 'STOPPED';

export type AccountQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountQuery = { viewer: { __typename: 'Viewer', id: string, person: { __typename: 'Person', id: string, name: string, email: string | null, mailsOfEndpoints: boolean | null, version: number, createdAt: string, twoFactor: { __typename: 'TwoFactor', isEnabled: boolean, recoveryCodesLeft: number } | null } | null }, sessions: Array<{ __typename: 'Session', id: string, device: string | null, address: string | null, isCurrent: boolean, twoFactor: boolean, createdAt: string, lastUsedAt: string, expiresAt: string, elevatedUntil: string | null }> };

export type AccountUpdateMutationVariables = Exact<{
  input: AccountUpdateInput;
}>;


export type AccountUpdateMutation = { accountUpdate:
    | { __typename: 'AccountUpdatePayload', person: { __typename: 'Person', id: string, name: string, email: string | null, mailsOfEndpoints: boolean | null, version: number } }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'PersonVersionConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type AuditQueryVariables = Exact<{
  filter?: AuditEntryFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditQuery = { auditEntries: { __typename: 'AuditEntryConnection', nodes: Array<{ __typename: 'AuditEntry', id: string, action: AuditAction, outcome: AuditOutcome, resource: string | null, field: string | null, ip: string | null, details: unknown, createdAt: string, actor:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'PersonActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
       }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type AuditUpdatesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type AuditUpdatesSubscription = { auditEntryUpdates: { __typename: 'AuditEntryUpdate', gap: boolean, entries: Array<{ __typename: 'AuditEntry', id: string, action: AuditAction, outcome: AuditOutcome, resource: string | null, field: string | null, ip: string | null, details: unknown, createdAt: string, actor:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'PersonActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
       }> } };

export type BulkActionCancelMutationVariables = Exact<{
  id: string | number;
}>;


export type BulkActionCancelMutation = { bulkActionCancel:
    | { __typename: 'BulkActionCancelPayload', bulkAction: { __typename: 'BulkAction', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, kind: BulkActionKind, createdBy:
          | { __typename: 'ApiKeyActor', id: string, name: string }
          | { __typename: 'PersonActor', id: string, name: string }
          | { __typename: 'SystemActor', id: string, name: string }
         } }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type BulkActionCreateMutationVariables = Exact<{
  input: BulkActionCreateInput;
}>;


export type BulkActionCreateMutation = { bulkActionCreate:
    | { __typename: 'BulkActionCreatePayload', bulkAction: { __typename: 'BulkAction', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, kind: BulkActionKind, filter: unknown, createdBy:
          | { __typename: 'ApiKeyActor', id: string, name: string }
          | { __typename: 'PersonActor', id: string, name: string }
          | { __typename: 'SystemActor', id: string, name: string }
         } }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type BulkActionPreviewQueryVariables = Exact<{
  input: BulkActionCreateInput;
}>;


export type BulkActionPreviewQuery = { bulkActionPreview:
    | { __typename: 'BulkActionPreviewPayload', count: number, isExact: boolean }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type BulkActionUpdatesSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type BulkActionUpdatesSubscription = { bulkActionUpdates: { __typename: 'BulkAction', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, kind: BulkActionKind, createdBy:
      | { __typename: 'ApiKeyActor', id: string, name: string }
      | { __typename: 'PersonActor', id: string, name: string }
      | { __typename: 'SystemActor', id: string, name: string }
     } | null };

export type CatalogueImportMutationVariables = Exact<{
  input: EventTypeCatalogueImportInput;
}>;


export type CatalogueImportMutation = { eventTypeCatalogueImport:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'EventTypeCatalogueImportPayload', created: Array<{ __typename: 'EventType', id: string, name: string, category: string, description: string, deprecated: boolean, source: EventTypeSource, replacesOperatorType: boolean, version: number, updatedAt: string }>, existing: Array<{ __typename: 'EventType', id: string }> }
   };

export type DeadLettersQueryVariables = Exact<{
  filter: DeliveryFilter;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeadLettersQuery = { deliveries: { __typename: 'DeliveryConnection', nodes: Array<{ __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string }, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string } }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } }, bulkActions: { __typename: 'BulkActionConnection', nodes: Array<{ __typename: 'BulkAction', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, kind: BulkActionKind, filter: unknown, createdBy:
        | { __typename: 'ApiKeyActor', id: string, name: string }
        | { __typename: 'PersonActor', id: string, name: string }
        | { __typename: 'SystemActor', id: string, name: string }
       }> } };

export type DeliveriesQueryVariables = Exact<{
  filter?: DeliveryFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { deliveries: { __typename: 'DeliveryConnection', nodes: Array<{ __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string }, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null } }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type DeliveryQueryVariables = Exact<{
  id: string | number;
}>;


export type DeliveryQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string, channels: Array<string>, idempotencyKey: string | null, createdAt: string, requestId: string | null, body: string, publishedBy:
          | { __typename: 'ApiKeyActor', id: string, principalId: string, name: string }
          | { __typename: 'PersonActor', id: string, principalId: string, name: string }
          | { __typename: 'SystemActor', id: string, principalId: string, name: string }
         | null }, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, kind: EndpointKind, signatureScheme: SignatureScheme, publicKeys: Array<string> }, attempts: { __typename: 'AttemptConnection', nodes: Array<{ __typename: 'Attempt', id: string, number: number, trigger: AttemptTrigger, statusCode: number | null, errorCode: AttemptErrorCode | null, explanation: string, durationMicroseconds: number, startedAt: string, nextAttemptAt: string | null, responseBody: string | null, request: { __typename: 'AttemptRequest', url: string, byteCount: number, headers: Array<{ __typename: 'HttpHeader', name: string, value: string }> } | null, responseHeaders: Array<{ __typename: 'HttpHeader', name: string, value: string }> | null }> } }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null };

export type DeliveryCancelMutationVariables = Exact<{
  id: string | number;
}>;


export type DeliveryCancelMutation = { deliveryCancel:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'DeliveryCancelPayload', delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null } }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type DeliveryRetryMutationVariables = Exact<{
  id: string | number;
}>;


export type DeliveryRetryMutation = { deliveryRetry:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'DeliveryRetryPayload', delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null } }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type DeliveryUpdatesSubscriptionVariables = Exact<{
  filter?: DeliveryUpdatesFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveryUpdatesSubscription = { deliveryUpdates: { __typename: 'DeliveryUpdate', cursor: string, gap: boolean, delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string }, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null } } } };

export type DeliveryUpdatesCursorQueryVariables = Exact<{ [key: string]: never; }>;


export type DeliveryUpdatesCursorQuery = { deliveryUpdatesCursor: string };

export type EndpointQueryVariables = Exact<{
  id: string | number;
  filter?: DeliveryFilter | null | undefined;
  failures?: DeliveryFilter | null | undefined;
  stats?: DeliveryStatsFilter | null | undefined;
}>;


export type EndpointQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, kind: EndpointKind, channels: Array<string>, predicate: unknown, headerNames: Array<string>, timeoutSeconds: number, maxConcurrency: number, rateLimit: number | null, maxAgeSeconds: number, disableAfterFailures: number | null, disabledReason: string | null, updatedAt: string, deletedAt: string | null, externalId: string | null, signatureScheme: SignatureScheme, publicKeys: Array<string>, createdAt: string, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null }, retryPolicy: { __typename: 'RetryPolicy', maxAttempts: number, backoffSeconds: Array<number> }, secrets: Array<{ __typename: 'WebhookEndpointSecret', id: string, createdAt: string, expiresAt: string | null, isSigning: boolean, publicKey: string | null }>, recentHours: { __typename: 'WebhookEndpointHours', from: string, succeeded: Array<number>, failed: Array<number> } | null }
   | null, deliveries: { __typename: 'DeliveryConnection', nodes: Array<{ __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string } }> }, failures: { __typename: 'DeliveryConnection', nodes: Array<{ __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string } }> }, deliveryStats: { __typename: 'DeliveryStats', total: number, succeeded: number, failed: number, dead: number, pending: number, retrying: number, held: number, successRate: number | null, meanDuration: number | null, p95Duration: number | null, meanRetries: number | null, days: Array<{ __typename: 'DeliveryDay', day: string, total: number, succeeded: number, failed: number, dead: number, p95Duration: number | null }> } };

export type EndpointChangeQueryVariables = Exact<{
  filter?: AuditEntryFilter | null | undefined;
}>;


export type EndpointChangeQuery = { auditEntries: { __typename: 'AuditEntryConnection', nodes: Array<{ __typename: 'AuditEntry', id: string, action: AuditAction, outcome: AuditOutcome, resource: string | null, details: unknown, createdAt: string, actor:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'PersonActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
       }> } };

export type EndpointCreateMutationVariables = Exact<{
  input: WebhookEndpointCreateInput;
}>;


export type EndpointCreateMutation = { webhookEndpointCreate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
    | { __typename: 'WebhookEndpointCreatePayload', secret: string | null, webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null } } }
   };

export type EndpointDeleteMutationVariables = Exact<{
  id: string | number;
}>;


export type EndpointDeleteMutation = { webhookEndpointDelete:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'WebhookEndpointDeletePayload', webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, deletedAt: string | null, version: number } }
   };

export type EndpointDisableMutationVariables = Exact<{
  id: string | number;
}>;


export type EndpointDisableMutation = { webhookEndpointDisable:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'WebhookEndpointDisablePayload', webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, disabledReason: string | null, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null } } }
   };

export type EndpointEnableMutationVariables = Exact<{
  id: string | number;
  heldDeliveries?: HeldDeliveries | null | undefined;
}>;


export type EndpointEnableMutation = { webhookEndpointEnable:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'WebhookEndpointEnablePayload', webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, disabledReason: string | null, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null } } }
   };

export type EndpointImpactQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type EndpointImpactQuery = { nodes: Array<
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string, enabled: boolean, version: number, deliveryStats: { __typename: 'DeliveryStats', pending: number, sending: number, retrying: number, held: number } }
   | null> };

export type EndpointMatchPreviewQueryVariables = Exact<{
  input: WebhookEndpointMatchPreviewInput;
}>;


export type EndpointMatchPreviewQuery = { webhookEndpointMatchPreview:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
    | { __typename: 'WebhookEndpointMatchPreviewPayload', examined: number, matching: number }
   };

export type EndpointRotateSecretMutationVariables = Exact<{
  id: string | number;
  overlapSeconds?: number | null | undefined;
}>;


export type EndpointRotateSecretMutation = { webhookEndpointRotateSecret:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
    | { __typename: 'WebhookEndpointRotateSecretPayload', secret: string | null, webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, version: number, publicKeys: Array<string>, secrets: Array<{ __typename: 'WebhookEndpointSecret', id: string, createdAt: string, expiresAt: string | null, isSigning: boolean, publicKey: string | null }> } }
   };

export type EndpointTestMutationVariables = Exact<{
  id: string | number;
  type?: string | null | undefined;
}>;


export type EndpointTestMutation = { webhookEndpointTest:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
    | { __typename: 'WebhookEndpointTestPayload', delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null } }
   };

export type EndpointUpdateMutationVariables = Exact<{
  id: string | number;
  input: WebhookEndpointUpdateInput;
  expectedVersion?: number | null | undefined;
}>;


export type EndpointUpdateMutation = { webhookEndpointUpdate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
    | { __typename: 'WebhookEndpointUpdatePayload', webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, kind: EndpointKind, channels: Array<string>, predicate: unknown, headerNames: Array<string>, timeoutSeconds: number, maxConcurrency: number, rateLimit: number | null, maxAgeSeconds: number, disableAfterFailures: number | null, disabledReason: string | null, updatedAt: string, deletedAt: string | null, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null }, retryPolicy: { __typename: 'RetryPolicy', maxAttempts: number, backoffSeconds: Array<number> } } }
    | { __typename: 'WebhookEndpointVersionConflictError', code: string, message: string, webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, kind: EndpointKind, channels: Array<string>, predicate: unknown, headerNames: Array<string>, timeoutSeconds: number, maxConcurrency: number, rateLimit: number | null, maxAgeSeconds: number, disableAfterFailures: number | null, disabledReason: string | null, updatedAt: string, deletedAt: string | null, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null }, retryPolicy: { __typename: 'RetryPolicy', maxAttempts: number, backoffSeconds: Array<number> } } }
   };

export type EndpointUpdatesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type EndpointUpdatesSubscription = { webhookEndpointUpdates: { __typename: 'WebhookEndpointUpdate', gap: boolean, webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, kind: EndpointKind, channels: Array<string>, predicate: unknown, headerNames: Array<string>, timeoutSeconds: number, maxConcurrency: number, rateLimit: number | null, maxAgeSeconds: number, disableAfterFailures: number | null, disabledReason: string | null, updatedAt: string, deletedAt: string | null, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null }, retryPolicy: { __typename: 'RetryPolicy', maxAttempts: number, backoffSeconds: Array<number> } } | null } };

export type EndpointsQueryVariables = Exact<{
  filter?: WebhookEndpointFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EndpointsQuery = { webhookEndpoints: { __typename: 'WebhookEndpointConnection', nodes: Array<{ __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, eventTypes: Array<string>, version: number, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null }, recentHours: { __typename: 'WebhookEndpointHours', from: string, succeeded: Array<number>, failed: Array<number> } | null }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type EventQueryVariables = Exact<{
  id: string | number;
  deliveriesAfter?: string | null | undefined;
  matchesAfter?: string | null | undefined;
}>;


export type EventQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', type: string, channels: Array<string>, idempotencyKey: string | null, createdAt: string, requestId: string | null, body: string, id: string, publishedBy:
        | { __typename: 'ApiKeyActor', id: string, principalId: string, name: string }
        | { __typename: 'PersonActor', id: string, principalId: string, name: string }
        | { __typename: 'SystemActor', id: string, principalId: string, name: string }
       | null, deliveries: { __typename: 'EventDeliveriesConnection', nodes: Array<{ __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, trigger: AttemptTrigger, createdAt: string, updatedAt: string, nextAttemptAt: string | null, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, deletedAt: string | null } }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean } }, endpointMatches: { __typename: 'WebhookEndpointMatchConnection', nodes: Array<{ __typename: 'WebhookEndpointMatch', matches: boolean, reason: WebhookEndpointMatchReason | null, message: string, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string }, delivery: { __typename: 'Delivery', id: string } | null }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean } } }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null };

export type EventPublishMutationVariables = Exact<{
  input: EventPublishInput;
}>;


export type EventPublishMutation = { eventPublish:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'EventPublishPayload', event: { __typename: 'Event', id: string, type: string, createdAt: string } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type EventTypeQueryVariables = Exact<{
  id: string | number;
}>;


export type EventTypeQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string, name: string, category: string, description: string, deprecated: boolean, source: EventTypeSource, replacesOperatorType: boolean, version: number, updatedAt: string, schema: unknown, example: unknown, sensitiveFields: Array<string>, createdAt: string, webhookEndpoints: { __typename: 'WebhookEndpointConnection', nodes: Array<{ __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, kind: EndpointKind, channels: Array<string>, predicate: unknown }>, total: { __typename: 'TotalCount', count: number, isExact: boolean } } }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null };

export type EventTypeCreateMutationVariables = Exact<{
  input: EventTypeCreateInput;
}>;


export type EventTypeCreateMutation = { eventTypeCreate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'EventTypeCreatePayload', eventType: { __typename: 'EventType', id: string, name: string, category: string, description: string, deprecated: boolean, source: EventTypeSource, replacesOperatorType: boolean, version: number, updatedAt: string, schema: unknown, example: unknown, sensitiveFields: Array<string> } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type EventTypeUpdateMutationVariables = Exact<{
  id: string | number;
  input: EventTypeUpdateInput;
  expectedVersion?: number | null | undefined;
}>;


export type EventTypeUpdateMutation = { eventTypeUpdate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'EventTypeUpdatePayload', eventType: { __typename: 'EventType', id: string, name: string, category: string, description: string, deprecated: boolean, source: EventTypeSource, replacesOperatorType: boolean, version: number, updatedAt: string, schema: unknown, example: unknown, sensitiveFields: Array<string> } }
    | { __typename: 'EventTypeVersionConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type EventTypesQueryVariables = Exact<{
  filter?: EventTypeFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EventTypesQuery = { eventTypes: { __typename: 'EventTypeConnection', nodes: Array<{ __typename: 'EventType', id: string, name: string, category: string, description: string, deprecated: boolean, source: EventTypeSource, replacesOperatorType: boolean, version: number, updatedAt: string }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type EventsQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsQuery = { events: { __typename: 'EventConnection', nodes: Array<{ __typename: 'Event', id: string, type: string, channels: Array<string>, idempotencyKey: string | null, createdAt: string, publishedBy:
        | { __typename: 'ApiKeyActor', id: string, principalId: string, name: string }
        | { __typename: 'PersonActor', id: string, principalId: string, name: string }
        | { __typename: 'SystemActor', id: string, principalId: string, name: string }
       | null }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type InboxAcknowledgeMutationVariables = Exact<{
  input: DeliveryStreamAcknowledgeInput;
}>;


export type InboxAcknowledgeMutation = { deliveryStreamAcknowledge:
    | { __typename: 'DeliveryStreamAcknowledgePayload', acknowledgements: Array<{ __typename: 'DeliveryStreamAcknowledgement', deliveryId: string, status: DeliveryStreamAcknowledgementStatus }> }
    | { __typename: 'ValidationError', code: string, message: string }
   };

export type InboxOpenMutationVariables = Exact<{
  input: WebhookEndpointCreateInput;
}>;


export type InboxOpenMutation = { webhookEndpointCreate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string }
    | { __typename: 'WebhookEndpointCreatePayload', secret: string | null, webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, version: number, publicKeys: Array<string> } }
   };

export type InboxReadyQueryVariables = Exact<{
  id: string | number;
}>;


export type InboxReadyQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', lastListenedAt: string | null, id: string }
   | null };

export type InboxStreamSubscriptionVariables = Exact<{
  endpointId: string | number;
}>;


export type InboxStreamSubscription = { deliveryStream: { __typename: 'LeasedDelivery', version: number, bodyBase64: string, delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string }, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null } }, headers: Array<{ __typename: 'HttpHeader', name: string, value: string }> } };

export type InvalidKeyAttemptsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type InvalidKeyAttemptsQuery = { invalidKeyAttempts: { __typename: 'InvalidKeyAttemptConnection', nodes: Array<{ __typename: 'UsageRecord', at: string, operation: string, outcome: string, error: string | null, status: number, ip: string | null, userAgent: string | null }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean } } };

export type InvalidKeyUsageQueryVariables = Exact<{
  filter?: UsageFilter | null | undefined;
  withCsv?: boolean | null | undefined;
}>;


export type InvalidKeyUsageQuery = { invalidKeyUsage: { __typename: 'Usage', from: string, to: string, interval: UsageInterval, csv?: string, totals: { __typename: 'UsageTotals', requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null, p50Duration: number | null, p99Duration: number | null }, series: Array<{ __typename: 'UsagePoint', at: string, requests: number, failed: number, rateLimited: number, p95Duration: number | null }>, byOperation: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }>, byStatus: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }> } };

export type InvitationAcceptMutationVariables = Exact<{
  input: InvitationAcceptInput;
}>;


export type InvitationAcceptMutation = { invitationAccept:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'InvitationAcceptPayload', person: { __typename: 'Person', id: string } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type InvitationCreateMutationVariables = Exact<{
  input: InvitationCreateInput;
}>;


export type InvitationCreateMutation = { invitationCreate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'InvitationCreatePayload', url: string, invitation: { __typename: 'Invitation', id: string } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type InvitationPreviewQueryVariables = Exact<{
  token: string;
}>;


export type InvitationPreviewQuery = { invitationPreview: { __typename: 'InvitationPreview', email: string, expiresAt: string, organizationName: string, role: MemberRole } | null };

export type InvitationRevokeMutationVariables = Exact<{
  id: string | number;
}>;


export type InvitationRevokeMutation = { invitationRevoke:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'InvitationRevokePayload', invitation: { __typename: 'Invitation', id: string, status: InvitationStatus } }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type KeyQueryVariables = Exact<{
  id: string | number;
}>;


export type KeyQuery = { node:
    | { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null, allowedIps: Array<string>, persistedOnly: boolean, disabledAt: string | null, revokedAt: string | null, lastUsedIp: string | null, replacedBy: string | null, creatorIsMember: boolean | null, permissions: Array<{ __typename: 'Permission', resource: string, actions: Array<PermissionAction> }>, createdBy:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'PersonActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
      , revokedBy:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'PersonActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
       | null, secrets: Array<{ __typename: 'ApiKeySecret', createdAt: string, expiresAt: string | null }> }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null };

export type KeyActivityQueryVariables = Exact<{
  id: string | number;
}>;


export type KeyActivityQuery = { node:
    | { __typename: 'ApiKey', id: string, activity: { __typename: 'ApiKeyActivity', recentRequests: number, openSubscriptions: number } }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null };

export type KeyAuditQueryVariables = Exact<{
  id: string | number;
}>;


export type KeyAuditQuery = { auditEntries: { __typename: 'AuditEntryConnection', nodes: Array<{ __typename: 'AuditEntry', id: string, action: AuditAction, outcome: AuditOutcome, resource: string | null, field: string | null, ip: string | null, details: unknown, createdAt: string, actor:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'PersonActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
       }> } };

export type KeyCreateMutationVariables = Exact<{
  input: ApiKeyCreateInput;
}>;


export type KeyCreateMutation = { apiKeyCreate:
    | { __typename: 'ApiKeyCreatePayload', secret: string, apiKey: { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null } }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type KeyDisableMutationVariables = Exact<{
  id: string | number;
}>;


export type KeyDisableMutation = { apiKeyDisable:
    | { __typename: 'ApiKeyDisablePayload', apiKey: { __typename: 'ApiKey', id: string, status: ApiKeyStatus, version: number, disabledAt: string | null, revokedAt: string | null } }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type KeyEnableMutationVariables = Exact<{
  id: string | number;
}>;


export type KeyEnableMutation = { apiKeyEnable:
    | { __typename: 'ApiKeyEnablePayload', apiKey: { __typename: 'ApiKey', id: string, status: ApiKeyStatus, version: number, disabledAt: string | null, revokedAt: string | null } }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string }
   };

export type KeyNamesQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type KeyNamesQuery = { nodes: Array<
    | { __typename: 'ApiKey', name: string, status: ApiKeyStatus, version: number, id: string }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null> };

export type KeyResourcesQueryVariables = Exact<{ [key: string]: never; }>;


export type KeyResourcesQuery = { permissionResources: Array<{ __typename: 'PermissionResource', name: string, description: string, isDeclared: boolean }> };

export type KeyRevokeMutationVariables = Exact<{
  id: string | number;
}>;


export type KeyRevokeMutation = { apiKeyRevoke:
    | { __typename: 'ApiKeyRevokePayload', apiKey: { __typename: 'ApiKey', id: string, status: ApiKeyStatus, version: number, disabledAt: string | null, revokedAt: string | null } }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type KeyRotateMutationVariables = Exact<{
  id: string | number;
  input: ApiKeyRotateInput;
}>;


export type KeyRotateMutation = { apiKeyRotate:
    | { __typename: 'ApiKeyRotatePayload', secret: string, apiKey: { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null }, replacedApiKey: { __typename: 'ApiKey', id: string, status: ApiKeyStatus, expiresAt: string | null, version: number } | null }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type KeyUpdateMutationVariables = Exact<{
  id: string | number;
  input: ApiKeyUpdateInput;
  expectedVersion?: number | null | undefined;
}>;


export type KeyUpdateMutation = { apiKeyUpdate:
    | { __typename: 'ApiKeyUpdatePayload', apiKey: { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, tier: ApiKeyTier | null, version: number, expiresAt: string | null, allowedIps: Array<string>, persistedOnly: boolean, permissions: Array<{ __typename: 'Permission', resource: string, actions: Array<PermissionAction> }> } }
    | { __typename: 'ApiKeyVersionConflictError', code: string, message: string }
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type KeyUpdatesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type KeyUpdatesSubscription = { apiKeyUpdates: { __typename: 'ApiKeyUpdate', gap: boolean, apiKey: { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null, disabledAt: string | null, revokedAt: string | null } | null } };

export type KeyUseQueryVariables = Exact<{
  id: string | number;
}>;


export type KeyUseQuery = { node:
    | { __typename: 'ApiKey', id: string, currentLimits: { __typename: 'Limits', degraded: boolean, windows: Array<{ __typename: 'LimitWindow', name: string, limit: number, seconds: number, remaining: number, resetAt: string }> } | null, usage: { __typename: 'Usage', from: string, to: string, interval: UsageInterval, totals: { __typename: 'UsageTotals', requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }, series: Array<{ __typename: 'UsagePoint', at: string, requests: number, failed: number, rateLimited: number }> } }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Invitation', id: string }
    | { __typename: 'Member', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'Session', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null, usageRecords: { __typename: 'UsageRecordConnection', nodes: Array<{ __typename: 'UsageRecord', at: string, operation: string, outcome: string, error: string | null, status: number, durationMicroseconds: number, ip: string | null, userAgent: string | null }> } };

export type KeysQueryVariables = Exact<{
  filter?: ApiKeyFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type KeysQuery = { apiKeys: { __typename: 'ApiKeyConnection', nodes: Array<{ __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type MemberLeaveMutationVariables = Exact<{ [key: string]: never; }>;


export type MemberLeaveMutation = { memberLeave:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'MemberLeavePayload' }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type MemberRemoveMutationVariables = Exact<{
  id: string | number;
}>;


export type MemberRemoveMutation = { memberRemove:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'MemberRemovePayload' }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type MemberUpdateMutationVariables = Exact<{
  id: string | number;
  input: MemberUpdateInput;
  expectedVersion?: number | null | undefined;
}>;


export type MemberUpdateMutation = { memberUpdate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'MemberUpdatePayload', member: { __typename: 'Member', id: string, role: MemberRole, version: number } }
    | { __typename: 'MemberVersionConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type MembersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MembersQuery = { members: { __typename: 'MemberConnection', nodes: Array<{ __typename: 'Member', id: string, role: MemberRole, version: number, createdAt: string, lastSeenAt: string | null, twoFactorEnabled: boolean, person: { __typename: 'Person', id: string, name: string, email: string | null } }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean } }, invitations: { __typename: 'InvitationConnection', nodes: Array<{ __typename: 'Invitation', id: string, email: string, role: MemberRole, status: InvitationStatus, expiresAt: string, invitedBy:
        | { __typename: 'ApiKeyActor', id: string, name: string }
        | { __typename: 'PersonActor', id: string, name: string }
        | { __typename: 'SystemActor', id: string, name: string }
       }> } };

export type OperatorQueryVariables = Exact<{ [key: string]: never; }>;


export type OperatorQuery = { operatorOverview: { __typename: 'OperatorOverview', day: { __typename: 'OperatorDay', day: string, created: number, delivered: number, failedAttempts: number, dead: number, attempts: number, meanRetries: number | null }, queue: { __typename: 'OperatorQueue', oldestDueAt: string | null, oldestDueSeconds: number | null, due: { __typename: 'CappedCount', count: number, isExact: boolean }, later: { __typename: 'CappedCount', count: number, isExact: boolean }, inFlight: { __typename: 'CappedCount', count: number, isExact: boolean }, held: { __typename: 'CappedCount', count: number, isExact: boolean }, pending: { __typename: 'CappedCount', count: number, isExact: boolean }, retrying: { __typename: 'CappedCount', count: number, isExact: boolean } }, tiers: Array<{ __typename: 'OperatorTier', tier: ApiKeyTier | null, active: number, disabled: number, expired: number, revoked: number, consumersToday: number, limitHitsToday: number, requestsToday: number }>, workers: Array<{ __typename: 'OperatorWorker', id: string, host: string, mode: WorkerMode, status: WorkerStatus, version: string, startedAt: string, heartbeatAt: string, stoppedAt: string | null, inFlight: number, concurrency: number }> } };

export type OperatorDeliveriesQueryVariables = Exact<{
  filter?: OperatorDeliveryFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type OperatorDeliveriesQuery = { operatorDeliveries: { __typename: 'OperatorDeliveryConnection', nodes: Array<{ __typename: 'OperatorDelivery', id: string, status: DeliveryStatus, eventType: string, attemptCount: number, endpointId: string, errorCode: AttemptErrorCode | null, explanation: string | null, createdAt: string, updatedAt: string, organization: { __typename: 'Organization', id: string, name: string } }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean } } };

export type OperatorOrganizationsQueryVariables = Exact<{
  orderBy?: OperatorOrganizationOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type OperatorOrganizationsQuery = { operatorOrganizations: { __typename: 'OperatorOrganizationConnection', nodes: Array<{ __typename: 'OperatorOrganization', oldestDueAt: string | null, failureShareToday: number | null, failureShareLastHour: number | null, failingEndpoints: number, limitHitsToday: number, requestsToday: number, organization: { __typename: 'Organization', id: string, name: string, plan: Plan }, waiting: { __typename: 'CappedCount', count: number, isExact: boolean }, keysByTier: Array<{ __typename: 'TierCount', tier: ApiKeyTier | null, count: number }> }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean } } };

export type OrganizationRemoveMutationVariables = Exact<{ [key: string]: never; }>;


export type OrganizationRemoveMutation = { ownOrganizationDelete:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'OwnOrganizationDeletePayload' }
   };

export type OrganizationRenameMutationVariables = Exact<{
  input: OwnOrganizationUpdateInput;
  expectedVersion?: number | null | undefined;
}>;


export type OrganizationRenameMutation = { ownOrganizationUpdate:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'OrganizationVersionConflictError', code: string, message: string }
    | { __typename: 'OwnOrganizationUpdatePayload', organization: { __typename: 'Organization', id: string, name: string, version: number } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type OverviewQueryVariables = Exact<{ [key: string]: never; }>;


export type OverviewQuery = { overview: { __typename: 'Overview', lastHour: { __typename: 'OverviewLastHour', successShare: number | null, p95Duration: number | null, minutes: Array<{ __typename: 'OverviewMinute', at: string, created: number, succeeded: number, failed: number }> }, backlog: { __typename: 'OverviewBacklog', oldestDueAt: string | null, due: { __typename: 'CappedCount', count: number, isExact: boolean }, later: { __typename: 'CappedCount', count: number, isExact: boolean }, dead: { __typename: 'CappedCount', count: number, isExact: boolean }, held: { __typename: 'CappedCount', count: number, isExact: boolean } }, keysNearLimit: Array<{ __typename: 'KeyNearLimit', used: number, usedShare: number, apiKey: { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus }, window: { __typename: 'LimitWindow', name: string, limit: number, resetAt: string } }> | null }, webhookEndpoints: { __typename: 'WebhookEndpointConnection', total: { __typename: 'TotalCount', count: number, isExact: boolean }, nodes: Array<{ __typename: 'WebhookEndpoint', id: string, url: string | null, description: string, enabled: boolean, version: number, health: { __typename: 'EndpointHealth', status: EndpointHealthStatus, consecutiveFailures: number, failingSince: string | null, lastFailure: string | null, lastFailureAt: string | null } }> }, deliveryStats: { __typename: 'DeliveryStats', days: Array<{ __typename: 'DeliveryDay', day: string, total: number, succeeded: number, failed: number, dead: number, p95Duration: number | null }> } };

export type OwnershipTransferMutationVariables = Exact<{
  id: string | number;
}>;


export type OwnershipTransferMutation = { ownershipTransfer:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'OwnershipTransferPayload', owner: { __typename: 'Member', id: string, role: MemberRole, version: number }, former: { __typename: 'Member', id: string, role: MemberRole, version: number } }
   };

export type PasswordChangeMutationVariables = Exact<{
  input: PasswordChangeInput;
}>;


export type PasswordChangeMutation = { passwordChange:
    | { __typename: 'PasswordChangePayload' }
    | { __typename: 'UnauthenticatedError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type PasswordResetMutationVariables = Exact<{
  input: PasswordResetInput;
}>;


export type PasswordResetMutation = { passwordReset:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'PasswordResetPayload' }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type PasswordResetRequestMutationVariables = Exact<{
  email: string;
}>;


export type PasswordResetRequestMutation = { passwordResetRequest:
    | { __typename: 'PasswordResetRequestPayload' }
    | { __typename: 'ValidationError' }
   };

export type PeopleUsageQueryVariables = Exact<{
  filter?: PeopleUsageFilter | null | undefined;
  withCsv?: boolean | null | undefined;
}>;


export type PeopleUsageQuery = { peopleUsage: { __typename: 'Usage', from: string, to: string, interval: UsageInterval, csv?: string, totals: { __typename: 'UsageTotals', requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null, p50Duration: number | null, p99Duration: number | null }, series: Array<{ __typename: 'UsagePoint', at: string, requests: number, failed: number, rateLimited: number, p95Duration: number | null }>, byOperation: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }>, byStatus: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }> } };

export type ReauthenticateMutationVariables = Exact<{
  input: ReauthenticateInput;
}>;


export type ReauthenticateMutation = { reauthenticate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'ReauthenticatePayload' }
    | { __typename: 'UnauthenticatedError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type RecoveryCodesRegenerateMutationVariables = Exact<{ [key: string]: never; }>;


export type RecoveryCodesRegenerateMutation = { recoveryCodesRegenerate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'RecoveryCodesRegeneratePayload', recoveryCodes: Array<string> }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type ReplayCancelMutationVariables = Exact<{
  id: string | number;
}>;


export type ReplayCancelMutation = { replayCancel:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ReplayCancelPayload', replay: { __typename: 'Replay', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, explanation: string | null, createdBy:
          | { __typename: 'ApiKeyActor', id: string, name: string }
          | { __typename: 'PersonActor', id: string, name: string }
          | { __typename: 'SystemActor', id: string, name: string }
         } }
   };

export type ReplayCreateMutationVariables = Exact<{
  input: ReplayCreateInput;
}>;


export type ReplayCreateMutation = { replayCreate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ReplayCreatePayload', replay: { __typename: 'Replay', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, createdBy:
          | { __typename: 'ApiKeyActor', id: string, name: string }
          | { __typename: 'PersonActor', id: string, name: string }
          | { __typename: 'SystemActor', id: string, name: string }
         } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type ReplayPreviewQueryVariables = Exact<{
  input: ReplayCreateInput;
}>;


export type ReplayPreviewQuery = { replayPreview:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'ReplayPreviewPayload', count: number, isExact: boolean }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type ReplayUpdatesSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type ReplayUpdatesSubscription = { replayUpdates: { __typename: 'Replay', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, explanation: string | null, createdBy:
      | { __typename: 'ApiKeyActor', id: string, name: string }
      | { __typename: 'PersonActor', id: string, name: string }
      | { __typename: 'SystemActor', id: string, name: string }
     } | null };

export type ReplaysQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ReplaysQuery = { replays: { __typename: 'ReplayConnection', nodes: Array<{ __typename: 'Replay', id: string, status: JobStatus, count: number, createdAt: string, finishedAt: string | null, types: Array<string>, statuses: Array<DeliveryStatus>, from: string | null, to: string | null, explanation: string | null, createdBy:
        | { __typename: 'ApiKeyActor', id: string, name: string }
        | { __typename: 'PersonActor', id: string, name: string }
        | { __typename: 'SystemActor', id: string, name: string }
      , endpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null, description: string } }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean } } };

export type SchemaRehearsalQueryVariables = Exact<{
  input: SchemaRehearsalInput;
}>;


export type SchemaRehearsalQuery = { schemaRehearsal:
    | { __typename: 'SchemaRehearsalPayload', examined: number, refused: number, isComplete: boolean, webhookEndpointCount: number, examples: Array<{ __typename: 'SchemaRehearsalExample', event: { __typename: 'Event', id: string, type: string, createdAt: string }, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }> }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SessionQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionQuery = { viewer: { __typename: 'Viewer', id: string, role: MemberRole | null, permissions: Array<{ __typename: 'Permission', resource: string, actions: Array<PermissionAction> }>, person: { __typename: 'Person', id: string, name: string, email: string | null } | null, organization: { __typename: 'Organization', id: string, name: string, plan: Plan } }, memberships: Array<{ __typename: 'Membership', organizationId: string, organizationName: string, role: MemberRole }> };

export type SessionEndMutationVariables = Exact<{
  id: string | number;
}>;


export type SessionEndMutation = { sessionEnd:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'SessionEndPayload', sessionId: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SessionRefreshMutationVariables = Exact<{ [key: string]: never; }>;


export type SessionRefreshMutation = { sessionRefresh:
    | { __typename: 'SessionRefreshPayload', session: { __typename: 'Session', id: string, expiresAt: string, idleSeconds: number } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SessionUseQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionUseQuery = { viewer: { __typename: 'Viewer', id: string } };

export type SessionsEndOthersMutationVariables = Exact<{ [key: string]: never; }>;


export type SessionsEndOthersMutation = { sessionsEndOthers:
    | { __typename: 'SessionsEndOthersPayload', ended: number }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type SettingsQuery = { viewer: { __typename: 'Viewer', id: string, organization: { __typename: 'Organization', id: string, name: string, plan: Plan, version: number, createdAt: string, settings: { __typename: 'OrganizationSettings', twoFactorRoles: Array<MemberRole>, sessionIdleSeconds: number | null, sessionLifetimeSeconds: number | null, memberIps: Array<string> } | null } } };

export type SettingsUpdateMutationVariables = Exact<{
  input: OrganizationSettingsUpdateInput;
  expectedVersion?: number | null | undefined;
}>;


export type SettingsUpdateMutation = { organizationSettingsUpdate:
    | { __typename: 'NotFoundError', code: string, message: string }
    | { __typename: 'OrganizationSettingsUpdatePayload', organization: { __typename: 'Organization', id: string, version: number, settings: { __typename: 'OrganizationSettings', twoFactorRoles: Array<MemberRole>, sessionIdleSeconds: number | null, sessionLifetimeSeconds: number | null, memberIps: Array<string> } | null } }
    | { __typename: 'OrganizationVersionConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SetupCompleteMutationVariables = Exact<{
  input: SetupCompleteInput;
}>;


export type SetupCompleteMutation = { setupComplete:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'SetupCompletePayload', person: { __typename: 'Person', id: string } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SetupLinkQueryVariables = Exact<{
  code: string;
}>;


export type SetupLinkQuery = { setupLinkIsGood: boolean };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn:
    | { __typename: 'SignInChallenge', challenge: string, expiresAt: string }
    | { __typename: 'SignInPayload', person: { __typename: 'Person', id: string } }
    | { __typename: 'UnauthenticatedError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SignInVerifyMutationVariables = Exact<{
  input: SignInVerifyInput;
}>;


export type SignInVerifyMutation = { signInVerify:
    | { __typename: 'SignInVerifyPayload', person: { __typename: 'Person', id: string } }
    | { __typename: 'UnauthenticatedError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut:
    | { __typename: 'SignOutPayload' }
    | { __typename: 'ValidationError' }
   };

export type TotpConfirmMutationVariables = Exact<{
  input: TotpConfirmInput;
}>;


export type TotpConfirmMutation = { totpConfirm:
    | { __typename: 'TotpConfirmPayload', recoveryCodes: Array<string> }
    | { __typename: 'UnauthenticatedError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type TotpDisableMutationVariables = Exact<{ [key: string]: never; }>;


export type TotpDisableMutation = { totpDisable:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'TotpDisablePayload' }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type TotpEnrolMutationVariables = Exact<{ [key: string]: never; }>;


export type TotpEnrolMutation = { totpEnrol:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'TotpEnrolPayload', secret: string, uri: string, qrSvg: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type UsageQueryVariables = Exact<{
  filter?: UsageFilter | null | undefined;
  withCsv?: boolean | null | undefined;
}>;


export type UsageQuery = { usage: { __typename: 'Usage', from: string, to: string, interval: UsageInterval, csv?: string, uniqueKeys: number, totals: { __typename: 'UsageTotals', requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null, p50Duration: number | null, p99Duration: number | null }, series: Array<{ __typename: 'UsagePoint', at: string, requests: number, failed: number, rateLimited: number, p95Duration: number | null }>, byOperation: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }>, byStatus: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }>, byTier: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }>, byKey: Array<{ __typename: 'UsageShare', value: string, requests: number, failed: number, rateLimited: number, errorRate: number | null, p95Duration: number | null }> } };

/** An operation that Signalbox knows, with what it takes and what it answers. */
export interface Operation<Data, Variables> {
  documentId: string
  name: string
  body: string
  /** Only for the types. */
  readonly _?: (variables: Variables) => Data
}

export const account: Operation<AccountQuery, AccountQueryVariables> = {
  documentId: 'sha256:d6a5512ac0dc0955bc9f3a7e0941098e62707fb7c50352da4429c3331990c16b',
  name: 'Account',
  body: "query Account {\n  viewer {\n    id\n    person {\n      id\n      name\n      email\n      mailsOfEndpoints\n      version\n      twoFactor {\n        isEnabled\n        recoveryCodesLeft\n        __typename\n      }\n      createdAt\n      __typename\n    }\n    __typename\n  }\n  sessions {\n    id\n    device\n    address\n    isCurrent\n    twoFactor\n    createdAt\n    lastUsedAt\n    expiresAt\n    elevatedUntil\n    __typename\n  }\n}",
}

export const accountUpdate: Operation<AccountUpdateMutation, AccountUpdateMutationVariables> = {
  documentId: 'sha256:543f7d522bc7c8fdc569e43ab453500b63f183eb018dada862ef5c8e26b8f048',
  name: 'AccountUpdate',
  body: "mutation AccountUpdate($input: AccountUpdateInput!) {\n  accountUpdate(input: $input) {\n    ... on AccountUpdatePayload {\n      person {\n        id\n        name\n        email\n        mailsOfEndpoints\n        version\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const audit: Operation<AuditQuery, AuditQueryVariables> = {
  documentId: 'sha256:37531b82237b3d03adc58e031d2d56945a6ddc33924324c66a6100afc03e1eb0',
  name: 'Audit',
  body: "query Audit($filter: AuditEntryFilter, $first: Int, $after: String) {\n  auditEntries(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      action\n      outcome\n      resource\n      field\n      ip\n      details\n      createdAt\n      actor {\n        id\n        name\n        principalId\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const auditUpdates: Operation<AuditUpdatesSubscription, AuditUpdatesSubscriptionVariables> = {
  documentId: 'sha256:e7520690e4ef1301516dc8364a75ab86ff7a46cfe0ce2b957c6dc75cb6f46672',
  name: 'AuditUpdates',
  body: "subscription AuditUpdates {\n  auditEntryUpdates {\n    gap\n    entries {\n      id\n      action\n      outcome\n      resource\n      field\n      ip\n      details\n      createdAt\n      actor {\n        id\n        name\n        principalId\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const bulkActionCancel: Operation<BulkActionCancelMutation, BulkActionCancelMutationVariables> = {
  documentId: 'sha256:168a0ba4da46600610b4b76318781b9053c300561bb5448900d01d4ea64a17a3',
  name: 'BulkActionCancel',
  body: "mutation BulkActionCancel($id: ID!) {\n  bulkActionCancel(id: $id) {\n    ... on BulkActionCancelPayload {\n      bulkAction {\n        id\n        status\n        count\n        createdAt\n        finishedAt\n        createdBy {\n          id\n          name\n          __typename\n        }\n        kind\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const bulkActionCreate: Operation<BulkActionCreateMutation, BulkActionCreateMutationVariables> = {
  documentId: 'sha256:b1e553d15deb38bd939117ca1a02bb6618bd1608279a40c1ea15c7cb40d21323',
  name: 'BulkActionCreate',
  body: "mutation BulkActionCreate($input: BulkActionCreateInput!) {\n  bulkActionCreate(input: $input) {\n    ... on BulkActionCreatePayload {\n      bulkAction {\n        id\n        status\n        count\n        createdAt\n        finishedAt\n        createdBy {\n          id\n          name\n          __typename\n        }\n        kind\n        filter\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const bulkActionPreview: Operation<BulkActionPreviewQuery, BulkActionPreviewQueryVariables> = {
  documentId: 'sha256:28a94cc327d8a1efabca9e8355ed6d5e8e31d8b8df9c582f720472d2fd33c225',
  name: 'BulkActionPreview',
  body: "query BulkActionPreview($input: BulkActionCreateInput!) {\n  bulkActionPreview(input: $input) {\n    ... on BulkActionPreviewPayload {\n      count\n      isExact\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const bulkActionUpdates: Operation<BulkActionUpdatesSubscription, BulkActionUpdatesSubscriptionVariables> = {
  documentId: 'sha256:adf0981cac27e85bbf4059d112a1ec52894b2cb4a663af426cd9b06a766587a0',
  name: 'BulkActionUpdates',
  body: "subscription BulkActionUpdates($id: ID!) {\n  bulkActionUpdates(id: $id) {\n    id\n    status\n    count\n    createdAt\n    finishedAt\n    createdBy {\n      id\n      name\n      __typename\n    }\n    kind\n    __typename\n  }\n}",
}

export const catalogueImport: Operation<CatalogueImportMutation, CatalogueImportMutationVariables> = {
  documentId: 'sha256:697b2ac583bf1c3a0ebdd4f968508d0ff5f4da4201ee08bd3e2d1dd84286c3e2',
  name: 'CatalogueImport',
  body: "mutation CatalogueImport($input: EventTypeCatalogueImportInput!) {\n  eventTypeCatalogueImport(input: $input) {\n    ... on EventTypeCatalogueImportPayload {\n      created {\n        id\n        name\n        category\n        description\n        deprecated\n        source\n        replacesOperatorType\n        version\n        updatedAt\n        __typename\n      }\n      existing {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const deadLetters: Operation<DeadLettersQuery, DeadLettersQueryVariables> = {
  documentId: 'sha256:49ea781be3a88ee8674aa237e5f4cba274143d4eb22c23c7ad7e753c5aca56dd',
  name: 'DeadLetters',
  body: "query DeadLetters($filter: DeliveryFilter!, $first: Int, $after: String) {\n  deliveries(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      trigger\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      endpoint {\n        id\n        url\n        description\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n  bulkActions(first: 5) {\n    nodes {\n      id\n      status\n      count\n      createdAt\n      finishedAt\n      createdBy {\n        id\n        name\n        __typename\n      }\n      kind\n      filter\n      __typename\n    }\n    __typename\n  }\n}",
}

export const deliveries: Operation<DeliveriesQuery, DeliveriesQueryVariables> = {
  documentId: 'sha256:fd30a06981fded8a7b4522bed64bd41ad371aedcb649ef47ea7ce6742250ed29',
  name: 'Deliveries',
  body: "query Deliveries($filter: DeliveryFilter, $first: Int, $after: String) {\n  deliveries(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      endpoint {\n        id\n        url\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const delivery: Operation<DeliveryQuery, DeliveryQueryVariables> = {
  documentId: 'sha256:ee37c5bcf0b217dc11b3c5146f80480893f92075b7cfe8c19fecefc53c9d9c55',
  name: 'Delivery',
  body: "query Delivery($id: ID!) {\n  node(id: $id) {\n    id\n    ... on Delivery {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      trigger\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        channels\n        idempotencyKey\n        createdAt\n        requestId\n        publishedBy {\n          id\n          principalId\n          name\n          __typename\n        }\n        body\n        __typename\n      }\n      endpoint {\n        id\n        url\n        description\n        enabled\n        kind\n        signatureScheme\n        publicKeys\n        __typename\n      }\n      attempts(last: 50) {\n        nodes {\n          id\n          number\n          trigger\n          statusCode\n          errorCode\n          explanation\n          durationMicroseconds\n          startedAt\n          nextAttemptAt\n          request {\n            url\n            byteCount\n            headers {\n              name\n              value\n              __typename\n            }\n            __typename\n          }\n          responseBody\n          responseHeaders {\n            name\n            value\n            __typename\n          }\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const deliveryCancel: Operation<DeliveryCancelMutation, DeliveryCancelMutationVariables> = {
  documentId: 'sha256:e47fbd913dcebdac17879987a42dcf7a3dd0076eda07866c7b655633122960ce',
  name: 'DeliveryCancel',
  body: "mutation DeliveryCancel($id: ID!) {\n  deliveryCancel(id: $id) {\n    ... on DeliveryCancelPayload {\n      delivery {\n        id\n        status\n        attemptCount\n        version\n        explanation\n        trigger\n        createdAt\n        updatedAt\n        nextAttemptAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const deliveryRetry: Operation<DeliveryRetryMutation, DeliveryRetryMutationVariables> = {
  documentId: 'sha256:879d0a31cc0980521911205df319b15d7420cba23bc7bf0f01d18ba7f440e111',
  name: 'DeliveryRetry',
  body: "mutation DeliveryRetry($id: ID!) {\n  deliveryRetry(id: $id) {\n    ... on DeliveryRetryPayload {\n      delivery {\n        id\n        status\n        attemptCount\n        version\n        explanation\n        trigger\n        createdAt\n        updatedAt\n        nextAttemptAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const deliveryUpdates: Operation<DeliveryUpdatesSubscription, DeliveryUpdatesSubscriptionVariables> = {
  documentId: 'sha256:188c05d46a5e7eb185ee158ea05ec9ab8335511354b401404621ba91c9ed5532',
  name: 'DeliveryUpdates',
  body: "subscription DeliveryUpdates($filter: DeliveryUpdatesFilter, $after: String) {\n  deliveryUpdates(filter: $filter, after: $after) {\n    cursor\n    gap\n    delivery {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      endpoint {\n        id\n        url\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const deliveryUpdatesCursor: Operation<DeliveryUpdatesCursorQuery, DeliveryUpdatesCursorQueryVariables> = {
  documentId: 'sha256:8bb3842e1b1c498d3bb3846ed130ae19759facefe4200baee10049298a299cf1',
  name: 'DeliveryUpdatesCursor',
  body: "query DeliveryUpdatesCursor {\n  deliveryUpdatesCursor\n}",
}

export const endpoint: Operation<EndpointQuery, EndpointQueryVariables> = {
  documentId: 'sha256:752a742815f9e5796d584cb15ad01ad8dada448bff83a19e244ebb18042591c3',
  name: 'Endpoint',
  body: "query Endpoint($id: ID!, $filter: DeliveryFilter, $failures: DeliveryFilter, $stats: DeliveryStatsFilter) {\n  node(id: $id) {\n    id\n    ... on WebhookEndpoint {\n      id\n      url\n      description\n      enabled\n      eventTypes\n      version\n      health {\n        status\n        consecutiveFailures\n        failingSince\n        lastFailure\n        lastFailureAt\n        __typename\n      }\n      kind\n      channels\n      predicate\n      headerNames\n      timeoutSeconds\n      maxConcurrency\n      rateLimit\n      maxAgeSeconds\n      disableAfterFailures\n      disabledReason\n      updatedAt\n      deletedAt\n      retryPolicy {\n        maxAttempts\n        backoffSeconds\n        __typename\n      }\n      externalId\n      signatureScheme\n      publicKeys\n      createdAt\n      secrets {\n        id\n        createdAt\n        expiresAt\n        isSigning\n        publicKey\n        __typename\n      }\n      recentHours {\n        from\n        succeeded\n        failed\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n  deliveries(filter: $filter, first: 8) {\n    nodes {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      trigger\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n  failures: deliveries(filter: $failures, first: 5) {\n    nodes {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      trigger\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n  deliveryStats(filter: $stats) {\n    total\n    succeeded\n    failed\n    dead\n    pending\n    retrying\n    held\n    successRate\n    meanDuration\n    p95Duration\n    meanRetries\n    days {\n      day\n      total\n      succeeded\n      failed\n      dead\n      p95Duration\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointChange: Operation<EndpointChangeQuery, EndpointChangeQueryVariables> = {
  documentId: 'sha256:562d5f8f314d931ce4c4945b49c9a73492c4a211385c20ac4ec4f4dd960e52d0',
  name: 'EndpointChange',
  body: "query EndpointChange($filter: AuditEntryFilter) {\n  auditEntries(filter: $filter, first: 1) {\n    nodes {\n      id\n      action\n      outcome\n      resource\n      details\n      createdAt\n      actor {\n        id\n        name\n        principalId\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointCreate: Operation<EndpointCreateMutation, EndpointCreateMutationVariables> = {
  documentId: 'sha256:262e5c4e84420ea14197ad66faadfbe8087c543d548fafad4c62f8449a747e07',
  name: 'EndpointCreate',
  body: "mutation EndpointCreate($input: WebhookEndpointCreateInput!) {\n  webhookEndpointCreate(input: $input) {\n    ... on WebhookEndpointCreatePayload {\n      secret\n      webhookEndpoint {\n        id\n        url\n        description\n        enabled\n        eventTypes\n        version\n        health {\n          status\n          consecutiveFailures\n          failingSince\n          lastFailure\n          lastFailureAt\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointDelete: Operation<EndpointDeleteMutation, EndpointDeleteMutationVariables> = {
  documentId: 'sha256:f4b552d52c5f9e385741d54e5696fbe73254772434e70f5f408a2df35dc338f5',
  name: 'EndpointDelete',
  body: "mutation EndpointDelete($id: ID!) {\n  webhookEndpointDelete(id: $id) {\n    ... on WebhookEndpointDeletePayload {\n      webhookEndpoint {\n        id\n        deletedAt\n        version\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointDisable: Operation<EndpointDisableMutation, EndpointDisableMutationVariables> = {
  documentId: 'sha256:130e28b8197d247d087c8eee19479ce1071620987884b3e86eca0489db6e485e',
  name: 'EndpointDisable',
  body: "mutation EndpointDisable($id: ID!) {\n  webhookEndpointDisable(id: $id) {\n    ... on WebhookEndpointDisablePayload {\n      webhookEndpoint {\n        id\n        url\n        description\n        enabled\n        eventTypes\n        version\n        health {\n          status\n          consecutiveFailures\n          failingSince\n          lastFailure\n          lastFailureAt\n          __typename\n        }\n        disabledReason\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointEnable: Operation<EndpointEnableMutation, EndpointEnableMutationVariables> = {
  documentId: 'sha256:142cc84cdd78bc394f3791be3f44e4bb980bc0828697084d174f1910cfb805d4',
  name: 'EndpointEnable',
  body: "mutation EndpointEnable($id: ID!, $heldDeliveries: HeldDeliveries) {\n  webhookEndpointEnable(id: $id, heldDeliveries: $heldDeliveries) {\n    ... on WebhookEndpointEnablePayload {\n      webhookEndpoint {\n        id\n        url\n        description\n        enabled\n        eventTypes\n        version\n        health {\n          status\n          consecutiveFailures\n          failingSince\n          lastFailure\n          lastFailureAt\n          __typename\n        }\n        disabledReason\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointImpact: Operation<EndpointImpactQuery, EndpointImpactQueryVariables> = {
  documentId: 'sha256:0d1de8f27762ab12ad96f907da0434bd201dc180c9d9a6c33d1cd359a857b309',
  name: 'EndpointImpact',
  body: "query EndpointImpact($ids: [ID!]!) {\n  nodes(ids: $ids) {\n    id\n    ... on WebhookEndpoint {\n      id\n      enabled\n      version\n      deliveryStats {\n        pending\n        sending\n        retrying\n        held\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointMatchPreview: Operation<EndpointMatchPreviewQuery, EndpointMatchPreviewQueryVariables> = {
  documentId: 'sha256:d547faa1f3457b8c880a2294b45aa3443850b2a75b3eb30d3a9f43cc38fa7b4b',
  name: 'EndpointMatchPreview',
  body: "query EndpointMatchPreview($input: WebhookEndpointMatchPreviewInput!) {\n  webhookEndpointMatchPreview(input: $input) {\n    ... on WebhookEndpointMatchPreviewPayload {\n      examined\n      matching\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointRotateSecret: Operation<EndpointRotateSecretMutation, EndpointRotateSecretMutationVariables> = {
  documentId: 'sha256:e85005c226733b49e286e568a03d91fedacffa533e2820e60fe602ef9db5239b',
  name: 'EndpointRotateSecret',
  body: "mutation EndpointRotateSecret($id: ID!, $overlapSeconds: Int) {\n  webhookEndpointRotateSecret(id: $id, overlapSeconds: $overlapSeconds) {\n    ... on WebhookEndpointRotateSecretPayload {\n      secret\n      webhookEndpoint {\n        id\n        version\n        publicKeys\n        secrets {\n          id\n          createdAt\n          expiresAt\n          isSigning\n          publicKey\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointTest: Operation<EndpointTestMutation, EndpointTestMutationVariables> = {
  documentId: 'sha256:62937195330ca714e7402144d17d65f15588c15c154352b3746995c24483501b',
  name: 'EndpointTest',
  body: "mutation EndpointTest($id: ID!, $type: String) {\n  webhookEndpointTest(id: $id, type: $type) {\n    ... on WebhookEndpointTestPayload {\n      delivery {\n        id\n        status\n        attemptCount\n        version\n        explanation\n        trigger\n        createdAt\n        updatedAt\n        nextAttemptAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointUpdate: Operation<EndpointUpdateMutation, EndpointUpdateMutationVariables> = {
  documentId: 'sha256:49951b2e77d733fde5dc7a77e14ede11a267fd77e2d513e99f3759924497d601',
  name: 'EndpointUpdate',
  body: "mutation EndpointUpdate($id: ID!, $input: WebhookEndpointUpdateInput!, $expectedVersion: Int) {\n  webhookEndpointUpdate(id: $id, input: $input, expectedVersion: $expectedVersion) {\n    ... on WebhookEndpointUpdatePayload {\n      webhookEndpoint {\n        id\n        url\n        description\n        enabled\n        eventTypes\n        version\n        health {\n          status\n          consecutiveFailures\n          failingSince\n          lastFailure\n          lastFailureAt\n          __typename\n        }\n        kind\n        channels\n        predicate\n        headerNames\n        timeoutSeconds\n        maxConcurrency\n        rateLimit\n        maxAgeSeconds\n        disableAfterFailures\n        disabledReason\n        updatedAt\n        deletedAt\n        retryPolicy {\n          maxAttempts\n          backoffSeconds\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    ... on WebhookEndpointVersionConflictError {\n      webhookEndpoint {\n        id\n        url\n        description\n        enabled\n        eventTypes\n        version\n        health {\n          status\n          consecutiveFailures\n          failingSince\n          lastFailure\n          lastFailureAt\n          __typename\n        }\n        kind\n        channels\n        predicate\n        headerNames\n        timeoutSeconds\n        maxConcurrency\n        rateLimit\n        maxAgeSeconds\n        disableAfterFailures\n        disabledReason\n        updatedAt\n        deletedAt\n        retryPolicy {\n          maxAttempts\n          backoffSeconds\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpointUpdates: Operation<EndpointUpdatesSubscription, EndpointUpdatesSubscriptionVariables> = {
  documentId: 'sha256:28a12ea974546b7cf987c84096c4d98021c93e0ffb887ab02ac1d41d6c3df3af',
  name: 'EndpointUpdates',
  body: "subscription EndpointUpdates {\n  webhookEndpointUpdates {\n    gap\n    webhookEndpoint {\n      id\n      url\n      description\n      enabled\n      eventTypes\n      version\n      health {\n        status\n        consecutiveFailures\n        failingSince\n        lastFailure\n        lastFailureAt\n        __typename\n      }\n      kind\n      channels\n      predicate\n      headerNames\n      timeoutSeconds\n      maxConcurrency\n      rateLimit\n      maxAgeSeconds\n      disableAfterFailures\n      disabledReason\n      updatedAt\n      deletedAt\n      retryPolicy {\n        maxAttempts\n        backoffSeconds\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const endpoints: Operation<EndpointsQuery, EndpointsQueryVariables> = {
  documentId: 'sha256:9dd0be91b3b43d54ffcd4f716cc96e4686802fb1574a64764d1dd78c2aa493f7',
  name: 'Endpoints',
  body: "query Endpoints($filter: WebhookEndpointFilter, $first: Int, $after: String) {\n  webhookEndpoints(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      url\n      description\n      enabled\n      eventTypes\n      version\n      health {\n        status\n        consecutiveFailures\n        failingSince\n        lastFailure\n        lastFailureAt\n        __typename\n      }\n      recentHours {\n        from\n        succeeded\n        failed\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const event: Operation<EventQuery, EventQueryVariables> = {
  documentId: 'sha256:d03d82b0592a0bd2f514d6949227ba78ee5327ffa73231904c971a2eedb23836',
  name: 'Event',
  body: "query Event($id: ID!, $deliveriesAfter: String, $matchesAfter: String) {\n  node(id: $id) {\n    id\n    ... on Event {\n      type\n      channels\n      idempotencyKey\n      createdAt\n      requestId\n      publishedBy {\n        id\n        principalId\n        name\n        __typename\n      }\n      body\n      deliveries(first: 50, after: $deliveriesAfter) {\n        nodes {\n          id\n          status\n          attemptCount\n          version\n          explanation\n          trigger\n          createdAt\n          updatedAt\n          nextAttemptAt\n          endpoint {\n            id\n            url\n            description\n            deletedAt\n            __typename\n          }\n          __typename\n        }\n        pageInfo {\n          endCursor\n          hasNextPage\n          __typename\n        }\n        __typename\n      }\n      endpointMatches(first: 50, after: $matchesAfter) {\n        nodes {\n          matches\n          reason\n          message\n          endpoint {\n            id\n            url\n            description\n            __typename\n          }\n          delivery {\n            id\n            __typename\n          }\n          __typename\n        }\n        pageInfo {\n          endCursor\n          hasNextPage\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const eventPublish: Operation<EventPublishMutation, EventPublishMutationVariables> = {
  documentId: 'sha256:36bd97fc7f9f7dab1ea9ebfd41cf7659ea58bd62dffb4521a5615eba7db65d10',
  name: 'EventPublish',
  body: "mutation EventPublish($input: EventPublishInput!) {\n  eventPublish(input: $input) {\n    ... on EventPublishPayload {\n      event {\n        id\n        type\n        createdAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const eventType: Operation<EventTypeQuery, EventTypeQueryVariables> = {
  documentId: 'sha256:79f5e87ad4f5da9feee2e120e5c146701a2783b8a373d13b5819534d58c1969f',
  name: 'EventType',
  body: "query EventType($id: ID!) {\n  node(id: $id) {\n    id\n    ... on EventType {\n      id\n      name\n      category\n      description\n      deprecated\n      source\n      replacesOperatorType\n      version\n      updatedAt\n      schema\n      example\n      sensitiveFields\n      createdAt\n      webhookEndpoints(first: 20) {\n        nodes {\n          id\n          url\n          description\n          enabled\n          kind\n          channels\n          predicate\n          __typename\n        }\n        total {\n          count\n          isExact\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const eventTypeCreate: Operation<EventTypeCreateMutation, EventTypeCreateMutationVariables> = {
  documentId: 'sha256:91e07a7cbb74ecd17f0bf994e2b3fa3a4bfd371d3ceb006ccc75c6302a4ea962',
  name: 'EventTypeCreate',
  body: "mutation EventTypeCreate($input: EventTypeCreateInput!) {\n  eventTypeCreate(input: $input) {\n    ... on EventTypeCreatePayload {\n      eventType {\n        id\n        name\n        category\n        description\n        deprecated\n        source\n        replacesOperatorType\n        version\n        updatedAt\n        schema\n        example\n        sensitiveFields\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const eventTypeUpdate: Operation<EventTypeUpdateMutation, EventTypeUpdateMutationVariables> = {
  documentId: 'sha256:97f3ffadf17335885f9c419f000381aaf27a9ab38da5d5110a19a1d5565a6b7a',
  name: 'EventTypeUpdate',
  body: "mutation EventTypeUpdate($id: ID!, $input: EventTypeUpdateInput!, $expectedVersion: Int) {\n  eventTypeUpdate(id: $id, input: $input, expectedVersion: $expectedVersion) {\n    ... on EventTypeUpdatePayload {\n      eventType {\n        id\n        name\n        category\n        description\n        deprecated\n        source\n        replacesOperatorType\n        version\n        updatedAt\n        schema\n        example\n        sensitiveFields\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const eventTypes: Operation<EventTypesQuery, EventTypesQueryVariables> = {
  documentId: 'sha256:dbc26b8f24d24f816882c272f032f24be1b5b7ef6babe01644170d5637ecfdbd',
  name: 'EventTypes',
  body: "query EventTypes($filter: EventTypeFilter, $first: Int, $after: String) {\n  eventTypes(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      name\n      category\n      description\n      deprecated\n      source\n      replacesOperatorType\n      version\n      updatedAt\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const events: Operation<EventsQuery, EventsQueryVariables> = {
  documentId: 'sha256:bd035e6c7561362051c65e94cfef7d771a018169ef9d044e77bc9f075c86a96c',
  name: 'Events',
  body: "query Events($filter: EventFilter, $first: Int, $after: String) {\n  events(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      type\n      channels\n      idempotencyKey\n      createdAt\n      publishedBy {\n        id\n        principalId\n        name\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const inboxAcknowledge: Operation<InboxAcknowledgeMutation, InboxAcknowledgeMutationVariables> = {
  documentId: 'sha256:efc3e9e62995ae96039e3248887c3cc58f3775ba71aad38fc3c0dc9c262799a2',
  name: 'InboxAcknowledge',
  body: "mutation InboxAcknowledge($input: DeliveryStreamAcknowledgeInput!) {\n  deliveryStreamAcknowledge(input: $input) {\n    ... on DeliveryStreamAcknowledgePayload {\n      acknowledgements {\n        deliveryId\n        status\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const inboxOpen: Operation<InboxOpenMutation, InboxOpenMutationVariables> = {
  documentId: 'sha256:5f44de588a1dd78441832becc3ef8da2f553fd800aaffb96eebbd607b34f72ee',
  name: 'InboxOpen',
  body: "mutation InboxOpen($input: WebhookEndpointCreateInput!) {\n  webhookEndpointCreate(input: $input) {\n    ... on WebhookEndpointCreatePayload {\n      secret\n      webhookEndpoint {\n        id\n        url\n        version\n        publicKeys\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const inboxReady: Operation<InboxReadyQuery, InboxReadyQueryVariables> = {
  documentId: 'sha256:0bf39ea6a8ed1ebabc2ba90fbc43473328afa8e07db67205910a616d2e68222d',
  name: 'InboxReady',
  body: "query InboxReady($id: ID!) {\n  node(id: $id) {\n    id\n    ... on WebhookEndpoint {\n      lastListenedAt\n      __typename\n    }\n    __typename\n  }\n}",
}

export const inboxStream: Operation<InboxStreamSubscription, InboxStreamSubscriptionVariables> = {
  documentId: 'sha256:19733f4010ce8bad572ff9c412240e5c2b6de5068dd6973816cfb68023890485',
  name: 'InboxStream',
  body: "subscription InboxStream($endpointId: ID!) {\n  deliveryStream(endpointId: $endpointId, capacity: 16) {\n    delivery {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      endpoint {\n        id\n        url\n        __typename\n      }\n      __typename\n    }\n    version\n    headers {\n      name\n      value\n      __typename\n    }\n    bodyBase64\n    __typename\n  }\n}",
}

export const invalidKeyAttempts: Operation<InvalidKeyAttemptsQuery, InvalidKeyAttemptsQueryVariables> = {
  documentId: 'sha256:b93645e8200a3a04e0fbb620b8282a42b05dd7a76be0017f00b5833bfe275200',
  name: 'InvalidKeyAttempts',
  body: "query InvalidKeyAttempts($first: Int, $after: String) {\n  invalidKeyAttempts(first: $first, after: $after) {\n    nodes {\n      at\n      operation\n      outcome\n      error\n      status\n      ip\n      userAgent\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    __typename\n  }\n}",
}

export const invalidKeyUsage: Operation<InvalidKeyUsageQuery, InvalidKeyUsageQueryVariables> = {
  documentId: 'sha256:e05c3d5210ff83e81ab81fb81dee30b018aacd5f7ccfaf9b8b150b9da50778b0',
  name: 'InvalidKeyUsage',
  body: "query InvalidKeyUsage($filter: UsageFilter, $withCsv: Boolean = false) {\n  invalidKeyUsage(filter: $filter) {\n    from\n    to\n    interval\n    csv @include(if: $withCsv)\n    totals {\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      p50Duration\n      p99Duration\n      __typename\n    }\n    series {\n      at\n      requests\n      failed\n      rateLimited\n      p95Duration\n      __typename\n    }\n    byOperation {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    byStatus {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    __typename\n  }\n}",
}

export const invitationAccept: Operation<InvitationAcceptMutation, InvitationAcceptMutationVariables> = {
  documentId: 'sha256:8e819d1051c296661100c184fab0beafe258d9c42039a254a47f72cef9043aab',
  name: 'InvitationAccept',
  body: "mutation InvitationAccept($input: InvitationAcceptInput!) {\n  invitationAccept(input: $input) {\n    ... on InvitationAcceptPayload {\n      person {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const invitationCreate: Operation<InvitationCreateMutation, InvitationCreateMutationVariables> = {
  documentId: 'sha256:24b695cb1b166447f0799e4e9e84d8ef1f5c0208ddc171d1ff107078e6117101',
  name: 'InvitationCreate',
  body: "mutation InvitationCreate($input: InvitationCreateInput!) {\n  invitationCreate(input: $input) {\n    ... on InvitationCreatePayload {\n      url\n      invitation {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const invitationPreview: Operation<InvitationPreviewQuery, InvitationPreviewQueryVariables> = {
  documentId: 'sha256:42318784e42914dc90ee774bbe820d1579b75ab328db0ec5888a552464d95599',
  name: 'InvitationPreview',
  body: "query InvitationPreview($token: String!) {\n  invitationPreview(token: $token) {\n    email\n    expiresAt\n    organizationName\n    role\n    __typename\n  }\n}",
}

export const invitationRevoke: Operation<InvitationRevokeMutation, InvitationRevokeMutationVariables> = {
  documentId: 'sha256:845552ec2d73ad8d73297391a9a1dedabae0335a94a09a779597d5cf412bf2d8',
  name: 'InvitationRevoke',
  body: "mutation InvitationRevoke($id: ID!) {\n  invitationRevoke(id: $id) {\n    ... on InvitationRevokePayload {\n      invitation {\n        id\n        status\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const key: Operation<KeyQuery, KeyQueryVariables> = {
  documentId: 'sha256:e98b86c9be51c393009f4ef087c714bf6f273bd54ab0ae1dbf992f0568dca608',
  name: 'Key',
  body: "query Key($id: ID!) {\n  node(id: $id) {\n    id\n    ... on ApiKey {\n      id\n      name\n      status\n      environment\n      displayPrefix\n      tier\n      version\n      createdAt\n      lastUsedAt\n      expiresAt\n      permissions {\n        resource\n        actions\n        __typename\n      }\n      allowedIps\n      persistedOnly\n      disabledAt\n      revokedAt\n      lastUsedIp\n      replacedBy\n      creatorIsMember\n      createdBy {\n        id\n        name\n        principalId\n        __typename\n      }\n      revokedBy {\n        id\n        name\n        principalId\n        __typename\n      }\n      secrets {\n        createdAt\n        expiresAt\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyActivity: Operation<KeyActivityQuery, KeyActivityQueryVariables> = {
  documentId: 'sha256:fc579db0e2573262859623d2e92a596d2e0d25d6aef3fbd066813d310f26317e',
  name: 'KeyActivity',
  body: "query KeyActivity($id: ID!) {\n  node(id: $id) {\n    id\n    ... on ApiKey {\n      activity {\n        recentRequests\n        openSubscriptions\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyAudit: Operation<KeyAuditQuery, KeyAuditQueryVariables> = {
  documentId: 'sha256:e8d69d047772b7fdf85d4293e7ecf40a2865b9e783a4a57b41d743880554157f',
  name: 'KeyAudit',
  body: "query KeyAudit($id: ID!) {\n  auditEntries(filter: {resourceId: $id}, first: 20) {\n    nodes {\n      id\n      action\n      outcome\n      resource\n      field\n      ip\n      details\n      createdAt\n      actor {\n        id\n        name\n        principalId\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyCreate: Operation<KeyCreateMutation, KeyCreateMutationVariables> = {
  documentId: 'sha256:2d059f211e7157667bf7df4f192ddfd4a4fcc29944474183c13db4273ffdac71',
  name: 'KeyCreate',
  body: "mutation KeyCreate($input: ApiKeyCreateInput!) {\n  apiKeyCreate(input: $input) {\n    ... on ApiKeyCreatePayload {\n      secret\n      apiKey {\n        id\n        name\n        status\n        environment\n        displayPrefix\n        tier\n        version\n        createdAt\n        lastUsedAt\n        expiresAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyDisable: Operation<KeyDisableMutation, KeyDisableMutationVariables> = {
  documentId: 'sha256:e4aace415f72e48e46585b8b2f702c6ae6eea6004ab8d2e2da8439154af65dcb',
  name: 'KeyDisable',
  body: "mutation KeyDisable($id: ID!) {\n  apiKeyDisable(id: $id) {\n    ... on ApiKeyDisablePayload {\n      apiKey {\n        id\n        status\n        version\n        disabledAt\n        revokedAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyEnable: Operation<KeyEnableMutation, KeyEnableMutationVariables> = {
  documentId: 'sha256:d6ab7f75949fd1217ba97d73a69ee1e27ec4b92857c2532b8ad4c5569dcc0996',
  name: 'KeyEnable',
  body: "mutation KeyEnable($id: ID!) {\n  apiKeyEnable(id: $id) {\n    ... on ApiKeyEnablePayload {\n      apiKey {\n        id\n        status\n        version\n        disabledAt\n        revokedAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyNames: Operation<KeyNamesQuery, KeyNamesQueryVariables> = {
  documentId: 'sha256:45736b404d7caad42f58bf4858b0f31d59ad0686f2208f494a2aa769685fcbf2',
  name: 'KeyNames',
  body: "query KeyNames($ids: [ID!]!) {\n  nodes(ids: $ids) {\n    id\n    ... on ApiKey {\n      name\n      status\n      version\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyResources: Operation<KeyResourcesQuery, KeyResourcesQueryVariables> = {
  documentId: 'sha256:834651eee3bb32877d70986f5989cf766c4d106415f745c9f71933971653a349',
  name: 'KeyResources',
  body: "query KeyResources {\n  permissionResources {\n    name\n    description\n    isDeclared\n    __typename\n  }\n}",
}

export const keyRevoke: Operation<KeyRevokeMutation, KeyRevokeMutationVariables> = {
  documentId: 'sha256:95e5b6bff015883373e77088072e416d411631635d71e22772ec92b3cc33ecd1',
  name: 'KeyRevoke',
  body: "mutation KeyRevoke($id: ID!) {\n  apiKeyRevoke(id: $id) {\n    ... on ApiKeyRevokePayload {\n      apiKey {\n        id\n        status\n        version\n        disabledAt\n        revokedAt\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyRotate: Operation<KeyRotateMutation, KeyRotateMutationVariables> = {
  documentId: 'sha256:4ba9c5a1e5884eebbfc69f4a514cb6502676512052290365b74c5a7bf0f27c6e',
  name: 'KeyRotate',
  body: "mutation KeyRotate($id: ID!, $input: ApiKeyRotateInput!) {\n  apiKeyRotate(id: $id, input: $input) {\n    ... on ApiKeyRotatePayload {\n      secret\n      apiKey {\n        id\n        name\n        status\n        environment\n        displayPrefix\n        tier\n        version\n        createdAt\n        lastUsedAt\n        expiresAt\n        __typename\n      }\n      replacedApiKey {\n        id\n        status\n        expiresAt\n        version\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyUpdate: Operation<KeyUpdateMutation, KeyUpdateMutationVariables> = {
  documentId: 'sha256:0d4f9578f6dafd2bb6cc15df8e290ca6d068158a15f9cd63e2f131a5c677bc13',
  name: 'KeyUpdate',
  body: "mutation KeyUpdate($id: ID!, $input: ApiKeyUpdateInput!, $expectedVersion: Int) {\n  apiKeyUpdate(id: $id, input: $input, expectedVersion: $expectedVersion) {\n    ... on ApiKeyUpdatePayload {\n      apiKey {\n        id\n        name\n        status\n        tier\n        version\n        expiresAt\n        permissions {\n          resource\n          actions\n          __typename\n        }\n        allowedIps\n        persistedOnly\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyUpdates: Operation<KeyUpdatesSubscription, KeyUpdatesSubscriptionVariables> = {
  documentId: 'sha256:5abd4a21d007be0e1c073ba72a560a36cbf3d2547086c50513b513ec030307c0',
  name: 'KeyUpdates',
  body: "subscription KeyUpdates {\n  apiKeyUpdates {\n    gap\n    apiKey {\n      id\n      name\n      status\n      environment\n      displayPrefix\n      tier\n      version\n      createdAt\n      lastUsedAt\n      expiresAt\n      disabledAt\n      revokedAt\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyUse: Operation<KeyUseQuery, KeyUseQueryVariables> = {
  documentId: 'sha256:db90f3d65ed6a9886cc0719565d2b38a2be1c33d69e5c076d0425d88c366b8ba',
  name: 'KeyUse',
  body: "query KeyUse($id: ID!) {\n  node(id: $id) {\n    id\n    ... on ApiKey {\n      currentLimits {\n        degraded\n        windows {\n          name\n          limit\n          seconds\n          remaining\n          resetAt\n          __typename\n        }\n        __typename\n      }\n      usage {\n        from\n        to\n        interval\n        totals {\n          requests\n          failed\n          rateLimited\n          errorRate\n          p95Duration\n          __typename\n        }\n        series {\n          at\n          requests\n          failed\n          rateLimited\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n  usageRecords(keyId: $id, first: 20) {\n    nodes {\n      at\n      operation\n      outcome\n      error\n      status\n      durationMicroseconds\n      ip\n      userAgent\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keys: Operation<KeysQuery, KeysQueryVariables> = {
  documentId: 'sha256:01ef26eb64135f605e4e4e96b19f7d062c382fda994d8deab4b8d09212bec7eb',
  name: 'Keys',
  body: "query Keys($filter: ApiKeyFilter, $first: Int, $after: String) {\n  apiKeys(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      name\n      status\n      environment\n      displayPrefix\n      tier\n      version\n      createdAt\n      lastUsedAt\n      expiresAt\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const memberLeave: Operation<MemberLeaveMutation, MemberLeaveMutationVariables> = {
  documentId: 'sha256:f94c81b1745da5f9c03d7f659fe2e8287762e656d0609826caa8db1b123f6af3',
  name: 'MemberLeave',
  body: "mutation MemberLeave {\n  memberLeave {\n    __typename\n    ... on Error {\n      code\n      message\n      __typename\n    }\n  }\n}",
}

export const memberRemove: Operation<MemberRemoveMutation, MemberRemoveMutationVariables> = {
  documentId: 'sha256:c98103159a245fa9a5080d03011a65f181525ba1d5e0723e209906f7322b0d9f',
  name: 'MemberRemove',
  body: "mutation MemberRemove($id: ID!) {\n  memberRemove(id: $id) {\n    __typename\n    ... on Error {\n      code\n      message\n      __typename\n    }\n  }\n}",
}

export const memberUpdate: Operation<MemberUpdateMutation, MemberUpdateMutationVariables> = {
  documentId: 'sha256:ae04ce97bb4c25db8e35238b8b0123b9a8bd7b4bd6f1deae5b0f4f41c1689ebd',
  name: 'MemberUpdate',
  body: "mutation MemberUpdate($id: ID!, $input: MemberUpdateInput!, $expectedVersion: Int) {\n  memberUpdate(id: $id, input: $input, expectedVersion: $expectedVersion) {\n    ... on MemberUpdatePayload {\n      member {\n        id\n        role\n        version\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const members: Operation<MembersQuery, MembersQueryVariables> = {
  documentId: 'sha256:245f1bc09d7844842e09a9fd7060d25f9e6a501c6cd9c20a62a187547cb9d4ba',
  name: 'Members',
  body: "query Members($first: Int, $after: String) {\n  members(first: $first, after: $after) {\n    nodes {\n      id\n      role\n      version\n      createdAt\n      lastSeenAt\n      twoFactorEnabled\n      person {\n        id\n        name\n        email\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    __typename\n  }\n  invitations(first: 20) {\n    nodes {\n      id\n      email\n      role\n      status\n      expiresAt\n      invitedBy {\n        id\n        name\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const operator: Operation<OperatorQuery, OperatorQueryVariables> = {
  documentId: 'sha256:57cb0710fa96d0b72f7bca618e4f9fc926b4a2b1b0df3f2ba8a12541b6b34fca',
  name: 'Operator',
  body: "query Operator {\n  operatorOverview {\n    day {\n      day\n      created\n      delivered\n      failedAttempts\n      dead\n      attempts\n      meanRetries\n      __typename\n    }\n    queue {\n      due {\n        count\n        isExact\n        __typename\n      }\n      later {\n        count\n        isExact\n        __typename\n      }\n      inFlight {\n        count\n        isExact\n        __typename\n      }\n      held {\n        count\n        isExact\n        __typename\n      }\n      pending {\n        count\n        isExact\n        __typename\n      }\n      retrying {\n        count\n        isExact\n        __typename\n      }\n      oldestDueAt\n      oldestDueSeconds\n      __typename\n    }\n    tiers {\n      tier\n      active\n      disabled\n      expired\n      revoked\n      consumersToday\n      limitHitsToday\n      requestsToday\n      __typename\n    }\n    workers {\n      id\n      host\n      mode\n      status\n      version\n      startedAt\n      heartbeatAt\n      stoppedAt\n      inFlight\n      concurrency\n      __typename\n    }\n    __typename\n  }\n}",
}

export const operatorDeliveries: Operation<OperatorDeliveriesQuery, OperatorDeliveriesQueryVariables> = {
  documentId: 'sha256:e65983026f5620f8e250109da4cd3fb810aeab473f2fc5b15715ecda786e68ea',
  name: 'OperatorDeliveries',
  body: "query OperatorDeliveries($filter: OperatorDeliveryFilter, $first: Int, $after: String) {\n  operatorDeliveries(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      status\n      eventType\n      attemptCount\n      endpointId\n      errorCode\n      explanation\n      createdAt\n      updatedAt\n      organization {\n        id\n        name\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    __typename\n  }\n}",
}

export const operatorOrganizations: Operation<OperatorOrganizationsQuery, OperatorOrganizationsQueryVariables> = {
  documentId: 'sha256:b5ab0f0d2da5d9e300e4958ee9fc62d1cc62c945ccc6ff4c0ef374ade2d33c6c',
  name: 'OperatorOrganizations',
  body: "query OperatorOrganizations($orderBy: OperatorOrganizationOrder, $first: Int, $after: String) {\n  operatorOrganizations(orderBy: $orderBy, first: $first, after: $after) {\n    nodes {\n      organization {\n        id\n        name\n        plan\n        __typename\n      }\n      oldestDueAt\n      waiting {\n        count\n        isExact\n        __typename\n      }\n      failureShareToday\n      failureShareLastHour\n      failingEndpoints\n      limitHitsToday\n      requestsToday\n      keysByTier {\n        tier\n        count\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    __typename\n  }\n}",
}

export const organizationRemove: Operation<OrganizationRemoveMutation, OrganizationRemoveMutationVariables> = {
  documentId: 'sha256:30502287932089a1bda6e566b1d2e4037f9bbab11b7611014ce60b8e5488bf98',
  name: 'OrganizationRemove',
  body: "mutation OrganizationRemove {\n  ownOrganizationDelete {\n    __typename\n    ... on Error {\n      code\n      message\n      __typename\n    }\n  }\n}",
}

export const organizationRename: Operation<OrganizationRenameMutation, OrganizationRenameMutationVariables> = {
  documentId: 'sha256:979edf3b2e62add9f1a1267ceb53e52c1c2d112aed75c5d9a0a61db9b3c21c51',
  name: 'OrganizationRename',
  body: "mutation OrganizationRename($input: OwnOrganizationUpdateInput!, $expectedVersion: Int) {\n  ownOrganizationUpdate(input: $input, expectedVersion: $expectedVersion) {\n    ... on OwnOrganizationUpdatePayload {\n      organization {\n        id\n        name\n        version\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const overview: Operation<OverviewQuery, OverviewQueryVariables> = {
  documentId: 'sha256:9961dd172c5fc1c16f02cda7de5118ca0f91c597fe4be7a2cf91bb37d7b835ae',
  name: 'Overview',
  body: "query Overview {\n  overview {\n    lastHour {\n      successShare\n      p95Duration\n      minutes {\n        at\n        created\n        succeeded\n        failed\n        __typename\n      }\n      __typename\n    }\n    backlog {\n      due {\n        count\n        isExact\n        __typename\n      }\n      later {\n        count\n        isExact\n        __typename\n      }\n      dead {\n        count\n        isExact\n        __typename\n      }\n      held {\n        count\n        isExact\n        __typename\n      }\n      oldestDueAt\n      __typename\n    }\n    keysNearLimit {\n      apiKey {\n        id\n        name\n        status\n        __typename\n      }\n      window {\n        name\n        limit\n        resetAt\n        __typename\n      }\n      used\n      usedShare\n      __typename\n    }\n    __typename\n  }\n  webhookEndpoints(filter: {failing: true}, first: 5) {\n    total {\n      count\n      isExact\n      __typename\n    }\n    nodes {\n      id\n      url\n      description\n      enabled\n      version\n      health {\n        status\n        consecutiveFailures\n        failingSince\n        lastFailure\n        lastFailureAt\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n  deliveryStats {\n    days {\n      day\n      total\n      succeeded\n      failed\n      dead\n      p95Duration\n      __typename\n    }\n    __typename\n  }\n}",
}

export const ownershipTransfer: Operation<OwnershipTransferMutation, OwnershipTransferMutationVariables> = {
  documentId: 'sha256:07e989e0d22196c779c1e29629aa1e409568ed28498fd98d71f57e5fc762e776',
  name: 'OwnershipTransfer',
  body: "mutation OwnershipTransfer($id: ID!) {\n  ownershipTransfer(id: $id) {\n    ... on OwnershipTransferPayload {\n      owner {\n        id\n        role\n        version\n        __typename\n      }\n      former {\n        id\n        role\n        version\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const passwordChange: Operation<PasswordChangeMutation, PasswordChangeMutationVariables> = {
  documentId: 'sha256:fdd34c446203a72efe0d8740486a0927a6c87d0b855090abd58e6b394445133d',
  name: 'PasswordChange',
  body: "mutation PasswordChange($input: PasswordChangeInput!) {\n  passwordChange(input: $input) {\n    __typename\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n  }\n}",
}

export const passwordReset: Operation<PasswordResetMutation, PasswordResetMutationVariables> = {
  documentId: 'sha256:f3ce6a4cd6bad6086e4c0629babcb9d5467e5245d2892643fd527bcdb6095ce0',
  name: 'PasswordReset',
  body: "mutation PasswordReset($input: PasswordResetInput!) {\n  passwordReset(input: $input) {\n    __typename\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n  }\n}",
}

export const passwordResetRequest: Operation<PasswordResetRequestMutation, PasswordResetRequestMutationVariables> = {
  documentId: 'sha256:6f8cd194e602a1871f0353ce35553468d4a67a92c2a452573ab0b85ffacfd76a',
  name: 'PasswordResetRequest',
  body: "mutation PasswordResetRequest($email: String!) {\n  passwordResetRequest(email: $email) {\n    __typename\n  }\n}",
}

export const peopleUsage: Operation<PeopleUsageQuery, PeopleUsageQueryVariables> = {
  documentId: 'sha256:b3d197410e7dfeec29b7328ba215610d8082a82a649d5c67eef40996c3c28600',
  name: 'PeopleUsage',
  body: "query PeopleUsage($filter: PeopleUsageFilter, $withCsv: Boolean = false) {\n  peopleUsage(filter: $filter) {\n    from\n    to\n    interval\n    csv @include(if: $withCsv)\n    totals {\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      p50Duration\n      p99Duration\n      __typename\n    }\n    series {\n      at\n      requests\n      failed\n      rateLimited\n      p95Duration\n      __typename\n    }\n    byOperation {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    byStatus {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    __typename\n  }\n}",
}

export const reauthenticate: Operation<ReauthenticateMutation, ReauthenticateMutationVariables> = {
  documentId: 'sha256:1f4b097bba407f504f61a5cdb6b6883df9d9ead6f3b1d51eaccd20d7e6f7abb2',
  name: 'Reauthenticate',
  body: "mutation Reauthenticate($input: ReauthenticateInput!) {\n  reauthenticate(input: $input) {\n    __typename\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n  }\n}",
}

export const recoveryCodesRegenerate: Operation<RecoveryCodesRegenerateMutation, RecoveryCodesRegenerateMutationVariables> = {
  documentId: 'sha256:c284a9c5abf5887ec0fb9d444aac33ddc1d77988e999edd87087ca58f4980f6e',
  name: 'RecoveryCodesRegenerate',
  body: "mutation RecoveryCodesRegenerate {\n  recoveryCodesRegenerate {\n    ... on RecoveryCodesRegeneratePayload {\n      recoveryCodes\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const replayCancel: Operation<ReplayCancelMutation, ReplayCancelMutationVariables> = {
  documentId: 'sha256:b83ec7130af096d2dea191a0b4479ad9e868237ddf00377346e8d3a987e68b19',
  name: 'ReplayCancel',
  body: "mutation ReplayCancel($id: ID!) {\n  replayCancel(id: $id) {\n    ... on ReplayCancelPayload {\n      replay {\n        id\n        status\n        count\n        createdAt\n        finishedAt\n        createdBy {\n          id\n          name\n          __typename\n        }\n        explanation\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    __typename\n  }\n}",
}

export const replayCreate: Operation<ReplayCreateMutation, ReplayCreateMutationVariables> = {
  documentId: 'sha256:06a734d3c8a785417dd8de7d48b6af55203ad57862db94be010b131a84cb2b7b',
  name: 'ReplayCreate',
  body: "mutation ReplayCreate($input: ReplayCreateInput!) {\n  replayCreate(input: $input) {\n    ... on ReplayCreatePayload {\n      replay {\n        id\n        status\n        count\n        createdAt\n        finishedAt\n        createdBy {\n          id\n          name\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const replayPreview: Operation<ReplayPreviewQuery, ReplayPreviewQueryVariables> = {
  documentId: 'sha256:ef630847b62a9f79641da57e4a541ea6c3d10362b6d1d8e1fa3aa1882337d551',
  name: 'ReplayPreview',
  body: "query ReplayPreview($input: ReplayCreateInput!) {\n  replayPreview(input: $input) {\n    ... on ReplayPreviewPayload {\n      count\n      isExact\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const replayUpdates: Operation<ReplayUpdatesSubscription, ReplayUpdatesSubscriptionVariables> = {
  documentId: 'sha256:25aeb441b7ae9bdc7ac55cc82ac3efbf398bcb316c1569a511d08f63367de65f',
  name: 'ReplayUpdates',
  body: "subscription ReplayUpdates($id: ID!) {\n  replayUpdates(id: $id) {\n    id\n    status\n    count\n    createdAt\n    finishedAt\n    createdBy {\n      id\n      name\n      __typename\n    }\n    explanation\n    __typename\n  }\n}",
}

export const replays: Operation<ReplaysQuery, ReplaysQueryVariables> = {
  documentId: 'sha256:d392ea9f5b97a3edcc08de1db1677dabfd593ad7634cf0b309de522b8bf7be79',
  name: 'Replays',
  body: "query Replays($first: Int, $after: String) {\n  replays(first: $first, after: $after) {\n    nodes {\n      id\n      status\n      count\n      createdAt\n      finishedAt\n      createdBy {\n        id\n        name\n        __typename\n      }\n      endpoint {\n        id\n        url\n        description\n        __typename\n      }\n      types\n      statuses\n      from\n      to\n      explanation\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    __typename\n  }\n}",
}

export const schemaRehearsal: Operation<SchemaRehearsalQuery, SchemaRehearsalQueryVariables> = {
  documentId: 'sha256:de2e721bf414cbd1d8067afaa6352c68dc05a0b5a3a338890f8f217c28bd0d8b',
  name: 'SchemaRehearsal',
  body: "query SchemaRehearsal($input: SchemaRehearsalInput!) {\n  schemaRehearsal(input: $input) {\n    ... on SchemaRehearsalPayload {\n      examined\n      refused\n      isComplete\n      webhookEndpointCount\n      examples {\n        event {\n          id\n          type\n          createdAt\n          __typename\n        }\n        issues {\n          path\n          message\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const session: Operation<SessionQuery, SessionQueryVariables> = {
  documentId: 'sha256:e184f29d6c32f05e95589f8575fc25655c4d046c8f1774e3efe8e59505b541af',
  name: 'Session',
  body: "query Session {\n  viewer {\n    id\n    role\n    permissions {\n      resource\n      actions\n      __typename\n    }\n    person {\n      id\n      name\n      email\n      __typename\n    }\n    organization {\n      id\n      name\n      plan\n      __typename\n    }\n    __typename\n  }\n  memberships {\n    organizationId\n    organizationName\n    role\n    __typename\n  }\n}",
}

export const sessionEnd: Operation<SessionEndMutation, SessionEndMutationVariables> = {
  documentId: 'sha256:5fa868cf657370d5d826eae5819dc4a5d9c74fd03f52123509da53ffaf0e2b1e',
  name: 'SessionEnd',
  body: "mutation SessionEnd($id: ID!) {\n  sessionEnd(id: $id) {\n    ... on SessionEndPayload {\n      sessionId\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const sessionRefresh: Operation<SessionRefreshMutation, SessionRefreshMutationVariables> = {
  documentId: 'sha256:89d4450a802eb2ba4429634b088ac097204a46e845ddf73bebd69314cdcc697c',
  name: 'SessionRefresh',
  body: "mutation SessionRefresh {\n  sessionRefresh {\n    ... on SessionRefreshPayload {\n      session {\n        id\n        expiresAt\n        idleSeconds\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const sessionUse: Operation<SessionUseQuery, SessionUseQueryVariables> = {
  documentId: 'sha256:0080d765a6d870dfe7504509499ef7ef2ea39662cb4a687842ad0721f74ffcfd',
  name: 'SessionUse',
  body: "query SessionUse {\n  viewer {\n    id\n    __typename\n  }\n}",
}

export const sessionsEndOthers: Operation<SessionsEndOthersMutation, SessionsEndOthersMutationVariables> = {
  documentId: 'sha256:f82770fe61201efdf1cb6d55b4d3895eec7de0e99c3b8867dfd86ebb985003b3',
  name: 'SessionsEndOthers',
  body: "mutation SessionsEndOthers {\n  sessionsEndOthers {\n    ... on SessionsEndOthersPayload {\n      ended\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const settings: Operation<SettingsQuery, SettingsQueryVariables> = {
  documentId: 'sha256:4d39cd748a5f86fdb90a9b89618bad399be347defbbd49767cd808fc3e98b928',
  name: 'Settings',
  body: "query Settings {\n  viewer {\n    id\n    organization {\n      id\n      name\n      plan\n      version\n      createdAt\n      settings {\n        twoFactorRoles\n        sessionIdleSeconds\n        sessionLifetimeSeconds\n        memberIps\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const settingsUpdate: Operation<SettingsUpdateMutation, SettingsUpdateMutationVariables> = {
  documentId: 'sha256:217c20aea82f8aa9f08870e05db73574282de3e17a8fc5c01df8bca70a89d7cb',
  name: 'SettingsUpdate',
  body: "mutation SettingsUpdate($input: OrganizationSettingsUpdateInput!, $expectedVersion: Int) {\n  organizationSettingsUpdate(input: $input, expectedVersion: $expectedVersion) {\n    ... on OrganizationSettingsUpdatePayload {\n      organization {\n        id\n        version\n        settings {\n          twoFactorRoles\n          sessionIdleSeconds\n          sessionLifetimeSeconds\n          memberIps\n          __typename\n        }\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const setupComplete: Operation<SetupCompleteMutation, SetupCompleteMutationVariables> = {
  documentId: 'sha256:fd084607acd31e561835a7cb7f530a0f4a34079e5ae119eca311a3dff1e6979e',
  name: 'SetupComplete',
  body: "mutation SetupComplete($input: SetupCompleteInput!) {\n  setupComplete(input: $input) {\n    ... on SetupCompletePayload {\n      person {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const setupLink: Operation<SetupLinkQuery, SetupLinkQueryVariables> = {
  documentId: 'sha256:8bdd0a01ef094ae5b0a34a5e3d3c681d264c3199dbf90ca48805b7ead6f3f784',
  name: 'SetupLink',
  body: "query SetupLink($code: String!) {\n  setupLinkIsGood(code: $code)\n}",
}

export const signIn: Operation<SignInMutation, SignInMutationVariables> = {
  documentId: 'sha256:71751d6c98fcbeb56e52fba8bdbc5597419bfa800362dda78210813d5f98a385',
  name: 'SignIn',
  body: "mutation SignIn($input: SignInInput!) {\n  signIn(input: $input) {\n    ... on SignInPayload {\n      person {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on SignInChallenge {\n      challenge\n      expiresAt\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const signInVerify: Operation<SignInVerifyMutation, SignInVerifyMutationVariables> = {
  documentId: 'sha256:08dd18caa5b2812c90cbd55206ef75260650f21ef0a71c555353892208c88165',
  name: 'SignInVerify',
  body: "mutation SignInVerify($input: SignInVerifyInput!) {\n  signInVerify(input: $input) {\n    ... on SignInVerifyPayload {\n      person {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const signOut: Operation<SignOutMutation, SignOutMutationVariables> = {
  documentId: 'sha256:eed791e21ce4c385d4c6ab687a850208b2977710a8854ec5011a9b3098f0065b',
  name: 'SignOut',
  body: "mutation SignOut {\n  signOut {\n    __typename\n  }\n}",
}

export const totpConfirm: Operation<TotpConfirmMutation, TotpConfirmMutationVariables> = {
  documentId: 'sha256:c9aeec06f5e3aaf914b147ac51f342e3939399f3eb29b3756266209074b61640',
  name: 'TotpConfirm',
  body: "mutation TotpConfirm($input: TotpConfirmInput!) {\n  totpConfirm(input: $input) {\n    ... on TotpConfirmPayload {\n      recoveryCodes\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const totpDisable: Operation<TotpDisableMutation, TotpDisableMutationVariables> = {
  documentId: 'sha256:cb9e9b242c6a315fa028b93467584e637f2c4862bdc727b7f343fb3d56ba5461',
  name: 'TotpDisable',
  body: "mutation TotpDisable {\n  totpDisable {\n    __typename\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n  }\n}",
}

export const totpEnrol: Operation<TotpEnrolMutation, TotpEnrolMutationVariables> = {
  documentId: 'sha256:5799aa0eeaeeb70534b03a94bc2b2f5ecb762c0e8bb1fe6c2211a4473a0fd1e8',
  name: 'TotpEnrol',
  body: "mutation TotpEnrol {\n  totpEnrol {\n    ... on TotpEnrolPayload {\n      secret\n      uri\n      qrSvg\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const usage: Operation<UsageQuery, UsageQueryVariables> = {
  documentId: 'sha256:e01a88b5a875103cb36712d6bcfc0568e115511140c2daf1b2bbffccbbdf29b6',
  name: 'Usage',
  body: "query Usage($filter: UsageFilter, $withCsv: Boolean = false) {\n  usage(filter: $filter) {\n    from\n    to\n    interval\n    csv @include(if: $withCsv)\n    uniqueKeys\n    totals {\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      p50Duration\n      p99Duration\n      __typename\n    }\n    series {\n      at\n      requests\n      failed\n      rateLimited\n      p95Duration\n      __typename\n    }\n    byOperation {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    byStatus {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    byTier {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    byKey {\n      value\n      requests\n      failed\n      rateLimited\n      errorRate\n      p95Duration\n      __typename\n    }\n    __typename\n  }\n}",
}

