import { type GraphQLSchema, isObjectType } from 'graphql'
import type { IdPrefix } from '../src/lib/ids.ts'

/** Type of each id prefix. Types without a prefix here have no use for clients. */
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

/** An id with an unknown prefix is looked up like an unknown id. */
export function typeOfId(id: string): string {
  const prefix = id.slice(0, id.indexOf('_')) as IdPrefix
  return (Object.hasOwn(TYPES, prefix) && TYPES[prefix]) || 'Event'
}

/**
 * Ids are the ids of the rows. The relay plugin resolves each by a promise, and awaiting it for every message of a
 * subscription is a fifth of the cost.
 */
export function answerIdsAtOnce(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) continue
    type.getFields().id!.resolve = ({ id }: { id: string }) => id
  }
  return schema
}
