// Made by npm run manifest from persisted-operations/*.graphql.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

export type PartnerDeliveriesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type PartnerDeliveriesQuery = { deliveries: { __typename: 'DeliveryConnection', nodes: Array<{ __typename: 'Delivery', id: string, status: DeliveryStatus, explanation: string, event: { __typename: 'Event', id: string, type: string } }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } };

export type PartnerEndpointCreateMutationVariables = Exact<{
  url: string;
  eventTypes: Array<string> | string;
}>;


export type PartnerEndpointCreateMutation = { webhookEndpointCreate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string }
    | { __typename: 'WebhookEndpointCreatePayload', secret: string | null, webhookEndpoint: { __typename: 'WebhookEndpoint', id: string, url: string | null } }
   };

export type PartnerEventsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type PartnerEventsQuery = { events: { __typename: 'EventConnection', nodes: Array<{ __typename: 'Event', id: string, type: string, data: unknown, createdAt: string }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } };

export type PartnerRetryMutationVariables = Exact<{
  id: string | number;
}>;


export type PartnerRetryMutation = { deliveryRetry:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'DeliveryRetryPayload', delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus } }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type PartnerWatchSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type PartnerWatchSubscription = { deliveryUpdates: { __typename: 'DeliveryUpdate', cursor: string, gap: boolean, delivery: { __typename: 'Delivery', id: string, status: DeliveryStatus, attemptCount: number, event: { __typename: 'Event', id: string, type: string } } } };

/** An operation that Signalbox knows, with what it takes and what it answers. */
export interface Operation<Data, Variables> {
  documentId: string
  /** Only for the types. */
  readonly _?: (variables: Variables) => Data
}

export const partnerDeliveries: Operation<PartnerDeliveriesQuery, PartnerDeliveriesQueryVariables> = {
  documentId: 'sha256:71113458fdc3353892c3e5a60868fc38ccf2050269e2ba294021061f22e6fbd1',
}

export const partnerEndpointCreate: Operation<PartnerEndpointCreateMutation, PartnerEndpointCreateMutationVariables> = {
  documentId: 'sha256:6fdd4790d6c22e35bbdd8af3403a68218c96ad28647ed9f9551ac8a7e8a539d1',
}

export const partnerEvents: Operation<PartnerEventsQuery, PartnerEventsQueryVariables> = {
  documentId: 'sha256:edc281ac16c155019ddf662c3fa387fe1b9dcfcbfb02522c3711c2756c0cec4f',
}

export const partnerRetry: Operation<PartnerRetryMutation, PartnerRetryMutationVariables> = {
  documentId: 'sha256:70876e9173afb9947f897ffda4d41a93be507de97a1218b3d1b229968478cae2',
}

export const partnerWatch: Operation<PartnerWatchSubscription, PartnerWatchSubscriptionVariables> = {
  documentId: 'sha256:b0b5cede3acb34111d56e7ffb7ffa11715b5d6e5b02dae2b5344cb35044db075',
}

