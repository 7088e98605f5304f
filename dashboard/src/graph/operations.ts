// Made by npm run manifest from persisted-operations/dashboard/*.graphql.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

