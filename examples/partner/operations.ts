// Made by npm run manifest from persisted-operations/*.graphql.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** State of a delivery. */
export type DeliveryStatus =
  /** A person canceled the delivery, or its endpoint was deleted. */
  | 'CANCELED'
  /** All attempts are used up; a dead letter. */
  | 'DEAD'
  /** The event became older than the endpoint allows. */
  | 'EXPIRED'
  /** The endpoint of the delivery is disabled. */
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


export type PartnerDeliveriesQuery = { deliveries: { nodes: Array<{ id: string, status: DeliveryStatus, explanation: string, event: { id: string, type: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PartnerEndpointCreateMutationVariables = Exact<{
  url: string;
  eventTypes: Array<string> | string;
}>;


export type PartnerEndpointCreateMutation = { webhookEndpointCreate:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'ValidationError', code: string, message: string }
    | { __typename: 'WebhookEndpointCreatePayload', secret: string | null, webhookEndpoint: { id: string, url: string } }
   };

export type PartnerEventsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type PartnerEventsQuery = { events: { nodes: Array<{ id: string, type: string, data: unknown, createdAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PartnerRetryMutationVariables = Exact<{
  id: string | number;
}>;


export type PartnerRetryMutation = { deliveryRetry:
    | { __typename: 'ConflictError', code: string, message: string }
    | { __typename: 'DeliveryRetryPayload', delivery: { id: string, status: DeliveryStatus } }
    | { __typename: 'NotFoundError', code: string, message: string }
   };

export type PartnerWatchSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type PartnerWatchSubscription = { deliveryUpdates: { cursor: string, gap: boolean, delivery: { id: string, status: DeliveryStatus, attemptCount: number, event: { id: string, type: string } } } };

/** An operation that Signalbox knows, with what it takes and what it answers. */
export interface Operation<Data, Variables> {
  documentId: string
  /** Only for the types. */
  readonly _?: (variables: Variables) => Data
}

export const partnerDeliveries: Operation<PartnerDeliveriesQuery, PartnerDeliveriesQueryVariables> = {
  documentId: 'sha256:9650b57899724aed6c35c4ac16d4ed935a56f1a48223f403d47e856e0d78ca70',
}

export const partnerEndpointCreate: Operation<PartnerEndpointCreateMutation, PartnerEndpointCreateMutationVariables> = {
  documentId: 'sha256:efb85271640ac1ad4fc9ae01189fcf6a41b31bc0b88d00c1d3930ed6d62811cd',
}

export const partnerEvents: Operation<PartnerEventsQuery, PartnerEventsQueryVariables> = {
  documentId: 'sha256:12fe15f45b2337666be7e5e491e3c4dfcc9b1e735d998f3df1609049233b3251',
}

export const partnerRetry: Operation<PartnerRetryMutation, PartnerRetryMutationVariables> = {
  documentId: 'sha256:2bd2f75562f93d015393a7d0e68ee681f50d0e33c5096f411c0ac9d618982c32',
}

export const partnerWatch: Operation<PartnerWatchSubscription, PartnerWatchSubscriptionVariables> = {
  documentId: 'sha256:aef240267695e63c4ddafebbbdbbef03da1d4603cb44c6373b9c6754e10834cc',
}

