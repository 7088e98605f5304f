import { z } from 'zod'
import type { LiveBus } from '../../bus/bus.ts'
import type { Database } from '../../database/client.ts'
import { type EventType, Prisma } from '../../database/generated/client.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, VersionConflictError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { JsonText } from '../../lib/json-text.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { EVENT_BYTES } from '../events/envelope.ts'
import { EVENT_DEPTH, SENSITIVE_FIELDS } from '../events/redact.ts'
import { OPERATIONAL_PREFIX } from '../events/system-events.ts'
import type { Viewer } from '../people/viewer.ts'
import { EVENT_TYPE, EVENT_TYPE_LENGTH } from './patterns.ts'
import { createPublishableTypes } from './publishable-types.ts'
import { createSchemaCompiler } from './schema-compiler.ts'
import { jsonValue, registerSchema, schemaInput } from './schema-input.ts'
import { readableBy } from './visible-types.ts'

/** Maximum event types of one organization. */
export const TYPES_AT_MOST = 2_000

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
  schema: schemaInput.nullish(),
  example: jsonValue({ levels: EVENT_DEPTH, bytes: EVENT_BYTES }).nullish(),
  sensitiveFields: z.array(z.string().min(1).max(100)).max(100).nullish(),
})
const updateInput = createInput.omit({ name: true }).extend({ deprecated: z.boolean().nullish() }).partial()

export type EventTypeCreate = z.input<typeof createInput>
export type EventTypeUpdate = z.input<typeof updateInput>

/** The event type was changed since its editor read it. */
export class EventTypeVersionConflictError extends VersionConflictError<EventType> {}

/** The registry of event types: those of an organization, and those of the operator, visible in every organization. */
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

  /** The organization of the operator, which never changes. */
  let platformId: string | undefined

  /** Names that the operator's types have as well. */
  const findOperatorNames = createBatchLookup(async (organizationId, names) => {
    const where = { name: { in: names }, organization: { isPlatform: true, id: { not: organizationId } } }
    const types = await prisma.eventType.findMany({ where, select: { name: true } })
    return new Map(types.map(({ name }) => [name, true]))
  })

  return {
    async create(viewer: Viewer, input: EventTypeCreate): Promise<EventType> {
      const { name, category, description, schema, example, sensitiveFields } = validate(createInput, input)
      if (schema != null) registerSchema(schemas, viewer.organizationId, schema)
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
        const made = await prisma.$transaction(async (tx) => {
          const count = await tx.eventType.count({ where: { organizationId: viewer.organizationId } })
          if (count >= TYPES_AT_MOST)
            throw new ConflictError('TOO_MANY_EVENT_TYPES', `An organization has at most ${TYPES_AT_MOST} event types.`)
          const made = await tx.eventType.create({ data })
          await audit(tx, viewer, { action: 'eventType.create', resource: made.id, details: { name } })
          return made
        })
        publishableTypes.changed([made])
        return made
      } catch (error) {
        if (hasSqlState(error, SQL_STATE.uniqueViolation))
          throw new ConflictError('EVENT_TYPE_EXISTS', `The event type "${name}" exists already. Update it instead.`)
        throw error
      }
    },

    /** @param expectedVersion refuses the update of another version; default any version */
    async update(
      viewer: Viewer,
      id: string,
      input: EventTypeUpdate,
      expectedVersion?: number | null,
    ): Promise<EventType> {
      const { category, description, schema, example, sensitiveFields, deprecated } = validate(updateInput, input)
      if (schema != null) registerSchema(schemas, viewer.organizationId, schema)
      const updated = await prisma.$transaction(async (tx) => {
        const where = { id, organizationId: viewer.organizationId }
        await tx.$queryRaw`SELECT 1 FROM event_types WHERE id = ${id} AND organization_id = ${viewer.organizationId} FOR NO KEY UPDATE`
        const before = await tx.eventType.findFirst({ where })
        if (before === null) throw await refusalOf(viewer, id)
        if (expectedVersion != null && before.version !== expectedVersion)
          throw new EventTypeVersionConflictError('event type', before.version, before)
        const type = await tx.eventType.update({
          where,
          data: {
            ...(category && { category }),
            ...(description != null && { description }),
            ...(schema !== undefined && { schema: toJson(schema) }),
            ...(example !== undefined && { example: toJson(example) }),
            ...(sensitiveFields && { sensitiveFields }),
            ...(deprecated != null && { deprecated }),
            version: { increment: 1 },
            updatedAt: clock.now(),
          },
        })
        const details = { name: type.name, changed: Object.keys(input) }
        await audit(tx, viewer, { action: 'eventType.update', resource: id, details })
        return type
      })
      publishableTypes.changed([updated])
      return updated
    },

    /** Finds every type of the operator too, also one that an own type replaces. */
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<EventType[]> =>
      prisma.eventType.findMany({ ...query, where: { id: { in: [...ids] }, ...readableBy(viewer.organizationId) } }),

    /** True for a type that the operator registered for every organization. */
    async isOfOperator({ organizationId }: Pick<EventType, 'organizationId'>): Promise<boolean> {
      platformId ??= (await prisma.organization.findFirstOrThrow({ where: { isPlatform: true } })).id
      return organizationId === platformId
    },

    /** True when the operator has a type of the same name, which this one replaces in its organization. */
    replacesOperatorType: async ({ organizationId, name }: Pick<EventType, 'organizationId' | 'name'>) =>
      (await findOperatorNames(organizationId, name)) ?? false,

    /** Announces types that were created without `create`. */
    announce: publishableTypes.changed,

    /** Undefined for an unknown type. Absence is not cached, so that a new type works at once. */
    resolveType: (viewer: Viewer, name: string) => publishableTypes.resolve(viewer.organizationId, name),

    start: publishableTypes.start,
  }

  /** The reason why a type cannot be changed: it belongs to the operator, or the organization has no such type. */
  async function refusalOf({ organizationId }: Viewer, id: string): Promise<Error> {
    const type = await prisma.eventType.findFirst({ where: { id, ...readableBy(organizationId) } })
    if (type === null) return new NotFoundError('event type', id)
    return new ConflictError(
      'OPERATOR_EVENT_TYPE',
      `The event type "${type.name}" belongs to the operator and is read-only here. Register an own type of the same name to replace it.`,
    )
  }
}

/** Prisma tells an absent value from the JSON value null. */
function toJson(json: JsonText | null | undefined): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return json?.value == null ? Prisma.DbNull : (json.value as Prisma.InputJsonValue)
}
