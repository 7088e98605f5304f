import type pg from 'pg'
import { EVENT_TYPE_CHANGES, type LiveBus } from '../../bus/bus.ts'
import { createCache } from '../../bus/cache.ts'
import { createRemoveFields, type RemoveFields } from '../events/redact.ts'
import type { CheckPayload } from './json-schema.ts'
import type { SchemaCompiler } from './schema-compiler.ts'
import { resolveTypeSql } from './visible-types.ts'

/** Maximum cached event types of all organizations. */
const TYPES_REMEMBERED = 2_000
/** Maximum age of a cached event type, even when no change was heard. */
const TYPES_FRESH_MS = 5_000

const FIND = resolveTypeSql('t.organization_id AS "ownerId", t.schema, t.sensitive_fields AS "sensitiveFields"')

interface Row {
  ownerId: string
  schema: unknown
  sensitiveFields: string[]
}

/** The parts of an event type that publishing needs. */
export interface PublishableType {
  /** The organization that registered the type: the publishing one, or the operator's. */
  ownerId: string
  removeFields: RemoveFields
  check: CheckPayload
}

/**
 * Caches event types for publishing until the bus announces their change.
 *
 * @param deps.pool the pool of publishing, so that slow reads cannot block publishes
 */
export function createPublishableTypes(deps: { pool: pg.Pool; bus: LiveBus; schemas: SchemaCompiler }) {
  const keyOf = (organizationId: string, name: string) => `${organizationId} ${name}`
  const cache = createCache<PublishableType | undefined>({
    bus: deps.bus,
    channel: EVENT_TYPE_CHANGES,
    load,
    // A type of the operator also leaves when an own type takes its name.
    ownerOf: (key, type) => (type === undefined ? key : [key, keyOf(type.ownerId, key.slice(key.indexOf(' ') + 1))]),
    maxEntries: TYPES_REMEMBERED,
    freshMs: TYPES_FRESH_MS,
  })

  async function load(key: string): Promise<PublishableType | undefined> {
    const organizationId = key.slice(0, key.indexOf(' '))
    const values = [organizationId, key.slice(organizationId.length + 1)]
    const { rows } = await deps.pool.query<Row>(FIND, values)
    const [type] = rows
    if (type === undefined) return undefined
    const { ownerId, schema, sensitiveFields } = type
    // The owner has written the schema, so the time of compiling it counts for the owner.
    const check = schema === null ? () => [] : await checkOf(ownerId, schema)
    return { ownerId, removeFields: createRemoveFields(sensitiveFields), check }
  }

  /** A schema stored by an older version may be refused by now. Publishes then fail with the reason. */
  async function checkOf(ownerId: string, schema: unknown): Promise<CheckPayload> {
    try {
      return await deps.schemas.check(ownerId, schema)
    } catch (error) {
      const why = `the schema of its type is not usable: ${(error as Error).message}`
      return () => [
        { path: 'data', message: `cannot be checked, because ${why}. Change the schema with eventTypeUpdate.` },
      ]
    }
  }

  return {
    /** Undefined for an unknown type. Absence is not cached, so that a new type works at once. */
    resolve: (organizationId: string, name: string) => cache.get(keyOf(organizationId, name)),

    /** Invalidates created and changed event types in this process and announces them to other nodes. */
    changed(types: readonly { organizationId: string; name: string }[]): void {
      const owners = types.map(({ organizationId, name }) => keyOf(organizationId, name))
      for (const owner of owners) cache.forget(owner)
      deps.bus.publish(EVENT_TYPE_CHANGES, owners)
    },

    start: cache.start,
  }
}
