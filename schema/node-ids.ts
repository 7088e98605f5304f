import { type GraphQLSchema, isObjectType } from 'graphql'
import type { IdPrefix } from '../src/lib/ids.ts'

/** The type that each kind of id names; ids without one are of no use to clients. */
const TYPES: Partial<Record<IdPrefix, string>> = {
  org: 'Organization',
  key: 'ApiKey',
  type: 'EventType',
  whep: 'WebhookEndpoint',
  evt: 'Event',
  dlv: 'Delivery',
  att: 'Attempt',
  aud: 'AuditEntry',
  rpl: 'Replay',
  doc: 'PersistedDocument',
}

/** An id of no known kind is looked up like one that does not exist. */
export function typeOfId(id: string): string {
  const prefix = id.slice(0, id.indexOf('_')) as IdPrefix
  return (Object.hasOwn(TYPES, prefix) && TYPES[prefix]) || 'Event'
}

/**
 * Ids are what the rows have. The relay plugin answers each by a promise all the same, so that a whole list of nodes, and
 * every message of a subscription, is waited for: a fifth of what such an answer costs.
 */
export function answerIdsAtOnce(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) continue
    type.getFields().id!.resolve = ({ id }: { id: string }) => id
  }
  return schema
}
