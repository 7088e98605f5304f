import type { EndpointQuery, EventTypeQuery, KeyQuery, MembersQuery, SettingsQuery } from './operations.ts'

// Objects of answers that a page hands to its parts.

/** The object of a query by id, as its type. */
export type NodeOf<Query extends { node: unknown }, Name extends string> = Extract<
  NonNullable<Query['node']>,
  { __typename: Name }
>

export type EndpointRow = NodeOf<EndpointQuery, 'WebhookEndpoint'>
export type EventTypeRow = NodeOf<EventTypeQuery, 'EventType'>
export type KeyRow = NodeOf<KeyQuery, 'ApiKey'>
export type MemberRow = MembersQuery['members']['nodes'][number]
export type SettingsOrganization = SettingsQuery['viewer']['organization']
