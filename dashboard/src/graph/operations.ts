// Made by npm run manifest from persisted-operations/dashboard/*.graphql.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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
  /** Deliveries in one of these states. Default: every state. */
  statuses?: Array<DeliveryStatus> | null | undefined;
  /** Deliveries created before this time. Default: no upper bound. */
  to?: string | null | undefined;
  /** Deliveries of events of one of these types. Default: every type. */
  types?: Array<string> | null | undefined;
};

/** State of a delivery. */
export type DeliveryStatus =
  /** The delivery was canceled with `deliveryCancel`, when its endpoint was enabled again, or when its endpoint was deleted. */
  | 'CANCELED'
  /** All attempts failed, or a test failed: the delivery is a dead letter. */
  | 'DEAD'
  /** The event became older than the `maxAgeSeconds` of the endpoint. */
  | 'EXPIRED'
  /** The delivery waits until its endpoint is enabled. */
  | 'HELD'
  /** The delivery waits for its first attempt. */
  | 'PENDING'
  /** An attempt failed and the next one is planned. */
  | 'RETRYING'
  /** A request is in flight. */
  | 'SENDING'
  /** The receiver accepted the delivery. */
  | 'SUCCEEDED';

/** Filter of changes. Every given condition must hold. */
export type DeliveryUpdatesFilter = {
  /** Changes of deliveries to the endpoint with this id or external id. Default: every endpoint. */
  endpointId?: string | number | null | undefined;
  /** Changes into one of these states. Default: every state. */
  statuses?: Array<DeliveryStatus> | null | undefined;
};

/** Role of a member: a set of permissions, which docs/people.md lists. */
export type MemberRole =
  /** Everything but owners, settings and deletion of the organization. */
  | 'ADMIN'
  /** Publishes events and changes endpoints; reads neither members nor audit trail. */
  | 'DEVELOPER'
  /** Everything in the organization, owners and its deletion included. */
  | 'OWNER'
  /** Reads everything but members and audit trail. */
  | 'VIEWER';

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

export type DeliveriesQueryVariables = Exact<{
  filter?: DeliveryFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { deliveries: { __typename: 'DeliveryConnection', nodes: Array<{ __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string }, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string } }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type DeliveryUpdatesSubscriptionVariables = Exact<{
  filter?: DeliveryUpdatesFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveryUpdatesSubscription = { deliveryUpdates: { __typename: 'DeliveryUpdate', cursor: string, gap: boolean, delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, version: number, explanation: string, createdAt: string, updatedAt: string, nextAttemptAt: string | null, event: { __typename: 'Event', id: string, type: string }, endpoint: { __typename: 'WebhookEndpoint', id: string, url: string } } } };

export type KeyQueryVariables = Exact<{
  id: string | number;
}>;


export type KeyQuery = { node:
    | { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null, allowedIps: Array<string>, persistedOnly: boolean, disabledAt: string | null, revokedAt: string | null, lastUsedIp: string | null, replacedBy: string | null, permissions: Array<{ __typename: 'Permission', resource: string, actions: Array<PermissionAction> }>, createdBy:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
      , revokedBy:
        | { __typename: 'ApiKeyActor', id: string, name: string, principalId: string }
        | { __typename: 'SystemActor', id: string, name: string, principalId: string }
       | null, secrets: Array<{ __typename: 'ApiKeySecret', createdAt: string, expiresAt: string | null }> }
    | { __typename: 'Attempt', id: string }
    | { __typename: 'AuditEntry', id: string }
    | { __typename: 'BulkAction', id: string }
    | { __typename: 'Delivery', id: string }
    | { __typename: 'Event', id: string }
    | { __typename: 'EventType', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
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
    | { __typename: 'Organization', id: string }
    | { __typename: 'PersistedDocument', id: string }
    | { __typename: 'Person', id: string }
    | { __typename: 'Replay', id: string }
    | { __typename: 'WebhookEndpoint', id: string }
   | null };

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

export type KeyUpdatesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type KeyUpdatesSubscription = { apiKeyUpdates: { __typename: 'ApiKeyUpdate', gap: boolean, apiKey: { __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null, disabledAt: string | null, revokedAt: string | null } | null } };

export type KeysQueryVariables = Exact<{
  filter?: ApiKeyFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type KeysQuery = { apiKeys: { __typename: 'ApiKeyConnection', nodes: Array<{ __typename: 'ApiKey', id: string, name: string, status: ApiKeyStatus, environment: ApiKeyEnvironment, displayPrefix: string, tier: ApiKeyTier | null, version: number, createdAt: string, lastUsedAt: string | null, expiresAt: string | null }>, pageInfo: { __typename: 'PageInfo', endCursor: string | null, hasNextPage: boolean }, total: { __typename: 'TotalCount', count: number, isExact: boolean } } };

export type SessionQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionQuery = { viewer: { __typename: 'Viewer', id: string, role: MemberRole | null, permissions: Array<{ __typename: 'Permission', resource: string, actions: Array<PermissionAction> }>, person: { __typename: 'Person', id: string, name: string, email: string } | null, organization: { __typename: 'Organization', id: string, name: string, plan: Plan } } };

export type SetupCompleteMutationVariables = Exact<{
  input: SetupCompleteInput;
}>;


export type SetupCompleteMutation = { setupComplete:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'SetupCompletePayload', person: { __typename: 'Person', id: string } }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn:
    | { __typename: 'SignInPayload', person: { __typename: 'Person', id: string } }
    | { __typename: 'UnauthenticatedError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string, issues: Array<{ __typename: 'ValidationIssue', path: string, message: string }> }
   };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut: boolean };

/** An operation that Signalbox knows, with what it takes and what it answers. */
export interface Operation<Data, Variables> {
  documentId: string
  name: string
  body: string
  /** Only for the types. */
  readonly _?: (variables: Variables) => Data
}

export const deliveries: Operation<DeliveriesQuery, DeliveriesQueryVariables> = {
  documentId: 'sha256:fd30a06981fded8a7b4522bed64bd41ad371aedcb649ef47ea7ce6742250ed29',
  name: 'Deliveries',
  body: "query Deliveries($filter: DeliveryFilter, $first: Int, $after: String) {\n  deliveries(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      endpoint {\n        id\n        url\n        __typename\n      }\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const deliveryUpdates: Operation<DeliveryUpdatesSubscription, DeliveryUpdatesSubscriptionVariables> = {
  documentId: 'sha256:188c05d46a5e7eb185ee158ea05ec9ab8335511354b401404621ba91c9ed5532',
  name: 'DeliveryUpdates',
  body: "subscription DeliveryUpdates($filter: DeliveryUpdatesFilter, $after: String) {\n  deliveryUpdates(filter: $filter, after: $after) {\n    cursor\n    gap\n    delivery {\n      id\n      status\n      attemptCount\n      version\n      explanation\n      createdAt\n      updatedAt\n      nextAttemptAt\n      event {\n        id\n        type\n        __typename\n      }\n      endpoint {\n        id\n        url\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const key: Operation<KeyQuery, KeyQueryVariables> = {
  documentId: 'sha256:c9758a435057c528c0fa7cffc2de8b0e05006dab20dc6c7ac564f1816fb5ef9e',
  name: 'Key',
  body: "query Key($id: ID!) {\n  node(id: $id) {\n    id\n    ... on ApiKey {\n      id\n      name\n      status\n      environment\n      displayPrefix\n      tier\n      version\n      createdAt\n      lastUsedAt\n      expiresAt\n      permissions {\n        resource\n        actions\n        __typename\n      }\n      allowedIps\n      persistedOnly\n      disabledAt\n      revokedAt\n      lastUsedIp\n      replacedBy\n      createdBy {\n        id\n        name\n        principalId\n        __typename\n      }\n      revokedBy {\n        id\n        name\n        principalId\n        __typename\n      }\n      secrets {\n        createdAt\n        expiresAt\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keyActivity: Operation<KeyActivityQuery, KeyActivityQueryVariables> = {
  documentId: 'sha256:fc579db0e2573262859623d2e92a596d2e0d25d6aef3fbd066813d310f26317e',
  name: 'KeyActivity',
  body: "query KeyActivity($id: ID!) {\n  node(id: $id) {\n    id\n    ... on ApiKey {\n      activity {\n        recentRequests\n        openSubscriptions\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
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

export const keyUpdates: Operation<KeyUpdatesSubscription, KeyUpdatesSubscriptionVariables> = {
  documentId: 'sha256:5abd4a21d007be0e1c073ba72a560a36cbf3d2547086c50513b513ec030307c0',
  name: 'KeyUpdates',
  body: "subscription KeyUpdates {\n  apiKeyUpdates {\n    gap\n    apiKey {\n      id\n      name\n      status\n      environment\n      displayPrefix\n      tier\n      version\n      createdAt\n      lastUsedAt\n      expiresAt\n      disabledAt\n      revokedAt\n      __typename\n    }\n    __typename\n  }\n}",
}

export const keys: Operation<KeysQuery, KeysQueryVariables> = {
  documentId: 'sha256:01ef26eb64135f605e4e4e96b19f7d062c382fda994d8deab4b8d09212bec7eb',
  name: 'Keys',
  body: "query Keys($filter: ApiKeyFilter, $first: Int, $after: String) {\n  apiKeys(filter: $filter, first: $first, after: $after) {\n    nodes {\n      id\n      name\n      status\n      environment\n      displayPrefix\n      tier\n      version\n      createdAt\n      lastUsedAt\n      expiresAt\n      __typename\n    }\n    pageInfo {\n      endCursor\n      hasNextPage\n      __typename\n    }\n    total {\n      count\n      isExact\n      __typename\n    }\n    __typename\n  }\n}",
}

export const session: Operation<SessionQuery, SessionQueryVariables> = {
  documentId: 'sha256:d4a0e9fb39993465e425ee729ffdcf2e8d00d4ccf3f8b2f14333e2d0b2f2b0f0',
  name: 'Session',
  body: "query Session {\n  viewer {\n    id\n    role\n    permissions {\n      resource\n      actions\n      __typename\n    }\n    person {\n      id\n      name\n      email\n      __typename\n    }\n    organization {\n      id\n      name\n      plan\n      __typename\n    }\n    __typename\n  }\n}",
}

export const setupComplete: Operation<SetupCompleteMutation, SetupCompleteMutationVariables> = {
  documentId: 'sha256:fd084607acd31e561835a7cb7f530a0f4a34079e5ae119eca311a3dff1e6979e',
  name: 'SetupComplete',
  body: "mutation SetupComplete($input: SetupCompleteInput!) {\n  setupComplete(input: $input) {\n    ... on SetupCompletePayload {\n      person {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const signIn: Operation<SignInMutation, SignInMutationVariables> = {
  documentId: 'sha256:72d4eabb7877cb7ca2a5531415e0d08f44551741b88713206d11c0f6ad17b068',
  name: 'SignIn',
  body: "mutation SignIn($input: SignInInput!) {\n  signIn(input: $input) {\n    ... on SignInPayload {\n      person {\n        id\n        __typename\n      }\n      __typename\n    }\n    ... on Error {\n      code\n      message\n      __typename\n    }\n    ... on ValidationError {\n      issues {\n        path\n        message\n        __typename\n      }\n      __typename\n    }\n    __typename\n  }\n}",
}

export const signOut: Operation<SignOutMutation, SignOutMutationVariables> = {
  documentId: 'sha256:06562a4643f1d41111c4f2edc22f3adf88348b04a76a979592af164d785a7b6d',
  name: 'SignOut',
  body: "mutation SignOut {\n  signOut\n}",
}

