import type pg from 'pg'
import { EVENT_TYPE_CHANGES, type LiveBus } from '../../bus/bus.ts'
import { createCache } from '../../bus/cache.ts'
import { createRemoveFields, type RemoveFields } from '../events/redact.ts'
import type { CheckPayload } from './json-schema.ts'
import type { SchemaCompiler } from './schema-compiler.ts'

/** Maximum cached event types of all organizations. */
const TYPES_REMEMBERED = 2_000
/** Maximum age of a cached event type, even when no change was heard. */
const TYPES_FRESH_MS = 5_000

const FIND = `
SELECT schema, sensitive_fields AS "sensitiveFields" FROM event_types WHERE organization_id = $1 AND name = $2`

/** The parts of an event type that publishing needs. */
export interface PublishableType {
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
    ownerOf: (key) => key,
    maxEntries: TYPES_REMEMBERED,
    freshMs: TYPES_FRESH_MS,
  })

  async function load(key: string): Promise<PublishableType | undefined> {
    const organizationId = key.slice(0, key.indexOf(' '))
    const values = [organizationId, key.slice(organizationId.length + 1)]
    const { rows } = await deps.pool.query<{ schema: unknown; sensitiveFields: string[] }>(FIND, values)
    const [type] = rows
    if (type === undefined) return undefined
    const check = type.schema === null ? () => [] : await checkOf(organizationId, type.schema)
    return { removeFields: createRemoveFields(type.sensitiveFields), check }
  }

  /** A schema stored by an older version may be refused by now. Publishes then fail with the reason. */
  async function checkOf(organizationId: string, schema: unknown): Promise<CheckPayload> {
    try {
      return await deps.schemas.check(organizationId, schema)
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

    /** Invalidates an event type after a change in this process and announces the change to other nodes. */
    changed({ organizationId, name }: { organizationId: string; name: string }): void {
      cache.forget(keyOf(organizationId, name))
      deps.bus.publish(EVENT_TYPE_CHANGES, [keyOf(organizationId, name)])
    },

    start: cache.start,
  }
}
