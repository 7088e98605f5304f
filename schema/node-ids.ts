import type { IdPrefix } from '../src/ids.ts'

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
