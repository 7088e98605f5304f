import { z } from 'zod'
import type { LiveBus } from '../../bus/bus.ts'
import type { Database } from '../../database/client.ts'
import { type EventType, Prisma } from '../../database/generated/client.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, RateLimitedError, ValidationError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { findInexactNumber, JsonText } from '../../lib/json-text.ts'
import { findTextViolation } from '../../lib/storable-text.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { EVENT_BYTES } from '../events/envelope.ts'
import { EVENT_DEPTH, SENSITIVE_FIELDS, sizeViolation } from '../events/redact.ts'
import { OPERATIONAL_PREFIX } from '../events/system-events.ts'
import type { Viewer } from '../people/viewer.ts'
import { SCHEMA_BYTES } from './json-schema.ts'
import { EVENT_TYPE, EVENT_TYPE_LENGTH } from './patterns.ts'
import { createPublishableTypes } from './publishable-types.ts'
import { createSchemaCompiler } from './schema-compiler.ts'
import { findUnknownKeyword } from './schema-keywords.ts'

/** Maximum event types of one organization. */
const TYPES_AT_MOST = 2_000

/** Stored as `jsonb`, which keeps values and neither white space nor the order of names. */
const jsonValue = (bounds: { levels: number; bytes: number }) =>
  z
    .instanceof(JsonText)
    .superRefine(({ text, value }, context) => {
      const message = sizeViolation(text, bounds) ?? findTextViolation(value) ?? numberViolation(text)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .nullish()

function numberViolation(text: string): string | undefined {
  const inexact = findInexactNumber(text)
  return inexact && `has the number ${inexact.slice(0, 50)}, which cannot be stored exactly. Write it as a string.`
}

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
  schema: jsonValue({ levels: 2 * EVENT_DEPTH, bytes: SCHEMA_BYTES }),
  example: jsonValue({ levels: EVENT_DEPTH, bytes: EVENT_BYTES }),
  sensitiveFields: z.array(z.string().min(1).max(100)).max(100).nullish(),
})
const updateInput = createInput.omit({ name: true }).extend({ deprecated: z.boolean().nullish() }).partial()

export type EventTypeCreate = z.input<typeof createInput>
export type EventTypeUpdate = z.input<typeof updateInput>

/** The registry of event types of an organization. */
export type EventTypes = ReturnType<typeof createEventTypes>

export function createEventTypes(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
}) {
  const { clock, audit } = deps
  const { prisma, pool } = deps.database
  const schemas = createSchemaCompiler({ clock })
  const publishableTypes = createPublishableTypes({ pool, bus: deps.bus, schemas })

  /** @throws ValidationError when the value is no usable JSON Schema */
  function checkSchema(viewer: Viewer, schema: JsonText | null | undefined): void {
    if (schema === null || schema === undefined) return
    try {
      schemas.register(viewer.organizationId, schema.value)
      // After the meta schema, which names a wrong type of a known keyword. Stored schemas are used as they are.
      const unknown = findUnknownKeyword(schema.value)
      if (unknown !== undefined) throw new Error(unknown)
    } catch (error) {
      if (error instanceof RateLimitedError) throw error
      const message = `is no usable JSON Schema: ${(error as Error).message}`
      throw new ValidationError([{ path: 'input.schema', message }])
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
      publishableTypes.changed(updated)
      return updated
    },

    get: (viewer: Viewer, id: string, query: object = {}): Promise<EventType | null> =>
      prisma.eventType.findFirst({ ...query, where: { id, organizationId: viewer.organizationId } }),

    /** Undefined for an unknown type. Absence is not cached, so that a new type works at once. */
    resolveType: (viewer: Viewer, name: string) => publishableTypes.resolve(viewer.organizationId, name),

    start: publishableTypes.start,
  }
}

/** Prisma tells an absent value from the JSON value null. */
function toJson(json: JsonText | null | undefined): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return json?.value == null ? Prisma.DbNull : (json.value as Prisma.InputJsonValue)
}
