import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Database } from '../../database/client.ts'
import { type EventType, Prisma } from '../../database/generated/client.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, RateLimitedError, ValidationError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { page } from '../../lib/pagination.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { EVENT_BYTES } from '../events/envelope.ts'
import { EVENT_DEPTH, SENSITIVE_FIELDS, sizeViolation } from '../events/redact.ts'
import { OPERATIONAL_PREFIX } from '../events/system-events.ts'
import type { Viewer } from '../people/viewer.ts'
import type { CheckPayload } from './json-schema.ts'
import { EVENT_TYPE, EVENT_TYPE_LENGTH } from './patterns.ts'
import { createSchemaCompiler } from './schema-compiler.ts'

/** Maximum age of a cached event type. Changes reach other processes after this time, the changing process at once. */
const REMEMBERED_MS = 5_000
const REMEMBERED_TYPES = 2_000
/** Maximum event types of one organization. */
const TYPES_AT_MOST = 2_000

const exampleValue = z
  .unknown()
  .optional()
  .superRefine((example, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message })
    const excess = sizeViolation(example, { levels: EVENT_DEPTH, bytes: EVENT_BYTES })
    if (excess !== undefined) refuse(excess)
    else if ((JSON.stringify(example) ?? '').length > EVENT_BYTES) refuse(`has at most ${EVENT_BYTES} bytes`)
  })

const createInput = z.object({
  name: z
    .string()
    .max(EVENT_TYPE_LENGTH)
    .regex(EVENT_TYPE, 'must be dotted words, such as "invoice.paid"')
    .refine(
      (name) => !name.startsWith(OPERATIONAL_PREFIX),
      `must not begin with "${OPERATIONAL_PREFIX}": the prefix is reserved for system events`,
    ),
  category: z.string().trim().min(1).max(100).nullish(),
  description: z.string().max(2_000).nullish(),
  schema: z.unknown().optional(),
  example: exampleValue,
  sensitiveFields: z.array(z.string().min(1).max(100)).max(100).nullish(),
})
const updateInput = createInput.omit({ name: true }).extend({ deprecated: z.boolean().nullish() }).partial()

export type EventTypeCreate = z.input<typeof createInput>
export type EventTypeUpdate = z.input<typeof updateInput>

/** The parts of an event type that publishing needs. */
export interface PublishableType {
  sensitiveFields: readonly string[]
  check: CheckPayload
}

/** The registry of event types of an organization. */
export type EventTypes = ReturnType<typeof createEventTypes>

export function createEventTypes(deps: { database: Database; clock: Clock; makeId: MakeId; audit: Audit }) {
  const { clock, audit } = deps
  const { prisma, pool } = deps.database
  const remembered = new LRUCache<string, PublishableType>({ max: REMEMBERED_TYPES, ttl: REMEMBERED_MS })
  const cacheKey = (organizationId: string, name: string) => `${organizationId} ${name}`
  const schemas = createSchemaCompiler(deps)

  /** @throws ValidationError when the value is no usable JSON Schema */
  function checkSchema(viewer: Viewer, schema: unknown): void {
    if (schema === null || schema === undefined) return
    try {
      schemas.register(viewer.organizationId, schema)
    } catch (error) {
      if (error instanceof RateLimitedError) throw error
      const message = `is no usable JSON Schema: ${(error as Error).message}`
      throw new ValidationError([{ path: 'input.schema', message }])
    }
  }

  /** A schema stored by an older version may be refused by now. Publishes then fail with the reason. */
  async function checkOf(viewer: Viewer, schema: unknown): Promise<CheckPayload> {
    try {
      return await schemas.check(viewer.organizationId, schema)
    } catch (error) {
      const why = `the schema of its type is not usable: ${(error as Error).message}`
      return () => [
        { path: 'data', message: `cannot be checked, because ${why}. Change the schema with eventTypeUpdate.` },
      ]
    }
  }

  return {
    async create(viewer: Viewer, input: EventTypeCreate): Promise<EventType> {
      const { name, category, description, schema, example, sensitiveFields } = validate(createInput, input)
      checkSchema(viewer, schema)
      const now = clock.now()
      const data = {
        id: deps.makeId('type'),
        organizationId: viewer.organizationId,
        name,
        category: category ?? name.split('.')[0]!,
        description: description ?? '',
        schema: toJson(schema),
        example: toJson(example),
        sensitiveFields: sensitiveFields ?? SENSITIVE_FIELDS,
        createdAt: now,
        updatedAt: now,
      }
      try {
        return await prisma.$transaction(async (tx) => {
          const count = await tx.eventType.count({ where: { organizationId: viewer.organizationId } })
          if (count >= TYPES_AT_MOST)
            throw new ConflictError('TOO_MANY_EVENT_TYPES', `An organization has at most ${TYPES_AT_MOST} event types.`)
          const made = await tx.eventType.create({ data })
          await audit(tx, viewer, { action: 'eventType.create', resource: made.id, details: { name } })
          return made
        })
      } catch (error) {
        if (hasSqlState(error, SQL_STATE.uniqueViolation))
          throw new ConflictError('EVENT_TYPE_EXISTS', `The event type "${name}" exists already. Update it instead.`)
        throw error
      }
    },

    async update(viewer: Viewer, id: string, input: EventTypeUpdate): Promise<EventType> {
      const { category, description, schema, example, sensitiveFields, deprecated } = validate(updateInput, input)
      checkSchema(viewer, schema)
      const updated = await prisma.$transaction(async (tx) => {
        const where = { id, organizationId: viewer.organizationId }
        if ((await tx.eventType.findFirst({ where })) === null) throw new NotFoundError('event type', id)
        const type = await tx.eventType.update({
          where,
          data: {
            ...(category && { category }),
            ...(description != null && { description }),
            ...(schema !== undefined && { schema: toJson(schema) }),
            ...(example !== undefined && { example: toJson(example) }),
            ...(sensitiveFields && { sensitiveFields }),
            ...(deprecated != null && { deprecated }),
            updatedAt: clock.now(),
          },
        })
        const details = { name: type.name, changed: Object.keys(input) }
        await audit(tx, viewer, { action: 'eventType.update', resource: id, details })
        return type
      })
      remembered.delete(cacheKey(updated.organizationId, updated.name))
      return updated
    },

    get: (viewer: Viewer, id: string, query: object = {}): Promise<EventType | null> =>
      prisma.eventType.findFirst({ ...query, where: { id, organizationId: viewer.organizationId } }),

    list: (viewer: Viewer, query: object): Promise<EventType[]> =>
      prisma.eventType.findMany(page(query, { organizationId: viewer.organizationId })),

    /** Undefined for an unknown type. Absence is not cached, so that a new type works at once. */
    async resolveType(viewer: Viewer, name: string): Promise<PublishableType | undefined> {
      const known = remembered.get(cacheKey(viewer.organizationId, name))
      if (known !== undefined) return known
      // Over the pool of publishing, so that slow reads cannot block publishes.
      const { rows } = await pool.query<Pick<EventType, 'schema' | 'sensitiveFields'>>({
        text: 'SELECT schema, sensitive_fields AS "sensitiveFields" FROM event_types WHERE organization_id = $1 AND name = $2',
        values: [viewer.organizationId, name],
      })
      const [type] = rows
      if (type === undefined) return undefined
      const check = type.schema === null ? () => [] : await checkOf(viewer, type.schema)
      const publishable = { sensitiveFields: type.sensitiveFields, check }
      remembered.set(cacheKey(viewer.organizationId, name), publishable)
      return publishable
    },
  }
}

/** Prisma tells an absent value from the JSON value null. */
function toJson(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue)
}
