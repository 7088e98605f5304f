import { z } from 'zod'
import type { Database } from '../../database/client.ts'
import { type Event, Prisma } from '../../database/generated/client.ts'
import { selectThroughIndex } from '../../database/page-sql.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Issue, RateLimitedError, UnavailableError, ValidationError } from '../../lib/errors.ts'
import { JsonText } from '../../lib/json-text.ts'
import { shortenEchoes } from '../../lib/shorten-echoes.ts'
import { validate } from '../../lib/validate.ts'
import { readPart } from '../events/envelope.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { createCheckBudget } from './check-budget.ts'
import { type CheckPayload, SCHEMA_BYTES } from './json-schema.ts'
import { EVENT_TYPE_LENGTH } from './patterns.ts'
import { createSchemaCompiler } from './schema-compiler.ts'
import { registerSchema, schemaInput } from './schema-input.ts'
import { resolveTypeSql } from './visible-types.ts'

/** Maximum events that one rehearsal examines. */
export const REHEARSAL_EVENTS = 1_000
/** Maximum bytes of bodies that one rehearsal reads. */
export const REHEARSAL_BYTES = 8 * 1024 * 1024
/** Maximum refused events in the answer. */
export const REHEARSAL_EXAMPLES = 10
/** Bytes of cached schemas: those of the rehearsals that run, because a rehearsed schema is seldom rehearsed again. */
const REMEMBERED_BYTES = 4 * SCHEMA_BYTES

const rehearsalInput = z
  .object({
    eventType: z.string().min(1).max(EVENT_TYPE_LENGTH),
    schema: schemaInput,
    from: z.date().nullish(),
    to: z.date().nullish(),
  })
  .refine(({ from, to }) => from == null || to == null || from < to, { path: ['to'], message: 'must be after `from`' })

export type SchemaRehearsalInput = z.input<typeof rehearsalInput>

/** A stored event, without the parts that only a publish needs. */
type StoredEvent = Omit<Event, 'idempotencyHash'>

/** A stored event that the schema refuses. */
export interface RefusedEvent {
  event: StoredEvent
  issues: Issue[]
}

export interface SchemaRehearsal {
  eventType: string
  /** Number of examined events, the newest ones. */
  examined: number
  refused: number
  /** False when a bound ended the rehearsal before the last event. */
  isComplete: boolean
  /** The newest refused events. */
  examples: RefusedEvent[]
}

/**
 * The newest events of a type, up to the bounds, each with the number of events that a rehearsal without bounds would read.
 * LIMIT keeps the look-ups by id: planned as a join, the events of every organization may be read.
 */
const selectEvents = (ids: Prisma.Sql) => Prisma.sql`
SELECT id, organization_id AS "organizationId", type, channels, body, idempotency_key AS "idempotencyKey",
  published_by AS "publishedBy", published_by_name AS "publishedByName", request_id AS "requestId", created_at AS "createdAt", found
FROM (
  SELECT v.*, sum(octet_length(v.body)) OVER (ORDER BY v.id DESC) AS bytes, (count(*) OVER ())::int AS found
  FROM (${ids}) newest CROSS JOIN LATERAL (SELECT * FROM events e WHERE e.id = newest.id LIMIT 1) v
) recent
WHERE bytes <= ${REHEARSAL_BYTES} ORDER BY id DESC LIMIT ${REHEARSAL_EVENTS}`

/**
 * Checks stored events against a JSON Schema that is not registered yet, and stores nothing. Rehearsals have a budget and
 * a compiler of their own, so that a key that only reads cannot use up the time of publishing.
 */
export function createSchemaRehearsal(deps: { database: Database; clock: Clock; read: Read }) {
  const { boundedPool } = deps.database
  const schemas = createSchemaCompiler({ clock: deps.clock, rememberedBytes: REMEMBERED_BYTES })
  const budget = createCheckBudget({ clock: deps.clock })
  /** Organizations with a rehearsal in this process. */
  const running = new Set<string>()

  /**
   * @param signal aborted when the client leaves, which ends the rehearsal
   * @throws RateLimitedError while another rehearsal of the organization runs
   */
  return async (viewer: Viewer, input: SchemaRehearsalInput, signal?: AbortSignal): Promise<SchemaRehearsal> => {
    const valid = validate(rehearsalInput, input)
    const { organizationId } = viewer
    if (running.has(organizationId))
      throw new RateLimitedError('Another schema rehearsal of this organization is running. Try again in 1 s.', 1)
    running.add(organizationId)
    try {
      return await rehearse(organizationId, valid, signal)
    } finally {
      running.delete(organizationId)
    }
  }

  async function rehearse(
    organizationId: string,
    { eventType, schema, from, to }: z.output<typeof rehearsalInput>,
    signal: AbortSignal | undefined,
  ): Promise<SchemaRehearsal> {
    const type = await boundedPool.query({ text: resolveTypeSql('t.id'), values: [organizationId, eventType] })
    if (type.rows.length === 0)
      throw new ValidationError([
        {
          path: 'input.eventType',
          message: `"${eventType}" is not a registered event type. Choose one of \`eventTypes\`.`,
        },
      ])
    registerSchema(schemas, organizationId, schema)
    const check = await schemas.check(organizationId, schema.value)
    const columns = [
      ['organization_id', Prisma.sql`${organizationId}`],
      ['type', Prisma.sql`${eventType}`],
    ] as const
    const range = { alias: 'v', prefix: 'evt', columns, from, to } as const
    const { text, values } = selectEvents(
      selectThroughIndex(Prisma.sql`events v`, range, [], { take: REHEARSAL_EVENTS + 1 }),
    )
    const { rows } = await deps.read(organizationId, () =>
      boundedPool.query<StoredEvent & { found: number }>({ text, values }),
    )
    const { examined, refused } = await examine(organizationId, rows, check, signal)
    return {
      ...{ eventType, examined, refused: refused.length, isComplete: examined === (rows[0]?.found ?? 0) },
      examples: refused.slice(0, REHEARSAL_EXAMPLES),
    }
  }

  /** Checks events as publishing does: each in a turn of the event loop, until the time of the request is used up. */
  async function examine(
    organizationId: string,
    events: readonly StoredEvent[],
    check: CheckPayload,
    signal: AbortSignal | undefined,
  ): Promise<{ examined: number; refused: RefusedEvent[] }> {
    const checks = budget.open(organizationId)
    const refused: RefusedEvent[] = []
    for (const [examined, event] of events.entries()) {
      await budget.turn(organizationId, checks)
      if (signal?.aborted) throw new UnavailableError('CLIENT_CLOSED', 'The client left before the rehearsal ended.')
      if (checks.isSpent()) return { examined, refused }
      const began = performance.now()
      const issues = checks.run(() => check(new JsonText(readPart(event.body, 'data'))))
      budget.hold(performance.now() - began)
      if (issues.length > 0) refused.push({ event, issues: issues.map(shortenIssue) })
    }
    return { examined: events.length, refused }
  }
}

/** Paths and messages repeat names of the payload and values of the schema. */
const shortenIssue = ({ path, message }: Issue): Issue => ({
  path: shortenEchoes(path),
  message: shortenEchoes(message),
})
