import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { LiveBus } from '../../bus/bus.ts'
import { notifyLogGrew } from '../../bus/delivery-log.ts'
import type { Database } from '../../database/client.ts'
import type { Event } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, type Issue, UnavailableError, ValidationError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { JsonText } from '../../lib/json-text.ts'
import { validate } from '../../lib/validate.ts'
import { channelsInput, EVENT_CHANNELS } from '../endpoints/subscription-filter.ts'
import { createCheckBudget, REQUEST_MS, type RequestChecks } from '../event-types/check-budget.ts'
import type { EventTypes } from '../event-types/event-types.ts'
import { EVENT_TYPE_LENGTH } from '../event-types/patterns.ts'
import type { PublishableType } from '../event-types/publishable-types.ts'
import type { Viewer } from '../people/viewer.ts'
import { EVENT_BYTES, type EventTexts, encodeEnvelope } from './envelope.ts'
import { createEventWriter } from './event-writer.ts'
import { createFilterCache, type FilterSet, matchEvents } from './match-endpoints.ts'
import { EVENT_DEPTH, sizeViolation } from './redact.ts'
import { type NewEvent, storeEvents } from './store-events.ts'

export const EVENTS_AT_ONCE = 500
/** Maximum bytes of an event as published, before sensitive fields are removed. */
const GIVEN_BYTES = 4 * EVENT_BYTES

const eventInput = z.object({
  type: z.string().min(1).max(EVENT_TYPE_LENGTH),
  data: z.instanceof(JsonText),
  previous: z.instanceof(JsonText).nullish(),
  metadata: z.instanceof(JsonText).nullish(),
  channels: channelsInput(EVENT_CHANNELS).nullish(),
  idempotencyKey: z
    .string()
    .min(1)
    .max(255)
    // PostgreSQL cannot store NUL, and one bad key would fail the whole group.
    .regex(/^\P{C}*$/u, 'must have no control characters')
    .nullish(),
})
const eventsInput = z.array(eventInput).min(1).max(EVENTS_AT_ONCE)

export type EventPublish = z.input<typeof eventInput>

/**
 * Publishes events: checks type and schema, removes sensitive fields, and resolves only after event and deliveries are
 * committed.
 */
export function createPublisher(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  eventTypes: EventTypes
  bus: LiveBus
}) {
  const { database, clock } = deps
  const budget = createCheckBudget({ clock })
  const filters = createFilterCache({ pool: database.pool })
  const { write, stop } = createEventWriter(async (events, size, matches) => {
    const deliveryIdTime = deps.makeId('dlv').slice(4, 14)
    const result = await storeEvents(database.pool, events, size, clock.forQueue(), deliveryIdTime, matches)
    notifyLogGrew(deps.bus, result.organizationIds)
    return result
  }, filters.load)

  return {
    stop,

    async publish(viewer: Viewer, input: EventPublish): Promise<Event> {
      const [event] = await publishAll(viewer, [validate(eventInput, input)], () => 'input')
      return event!
    },

    /**
     * Publishes all events or none: one invalid event refuses all of them.
     *
     * @param signal aborted when the client leaves, which ends the checks
     */
    publishMany: (viewer: Viewer, inputs: EventPublish[], signal?: AbortSignal): Promise<Event[]> =>
      publishAll(viewer, validate(eventsInput, inputs, 'input.events'), (index) => `input.events.${index}`, signal),
  }

  async function publishAll(
    viewer: Viewer,
    inputs: z.output<typeof eventsInput>,
    pathOf: (index: number) => string,
    signal?: AbortSignal,
  ): Promise<Event[]> {
    const issues: Issue[] = []
    const events: NewEvent[] = []
    const types = new Map<string, PublishableType | undefined>()
    for (const { type } of inputs)
      if (!types.has(type)) types.set(type, await deps.eventTypes.resolveType(viewer, type))
    const { organizationId } = viewer
    const checks = budget.open(organizationId)
    /** Runs work on one event in a turn of the request: a costly schema or predicate blocks the event loop for others. */
    const runInTurn = async <Result>(index: number, work: () => Result): Promise<Result> => {
      const turn = budget.turn(organizationId, checks)
      if (turn !== undefined) await turn
      if (signal?.aborted)
        throw new UnavailableError('CLIENT_CLOSED', 'The client left before the events were checked.')
      if (checks.isSpent()) {
        const message = `comes after events that took ${REQUEST_MS} ms to check. Publish fewer at a time, or make their schemas and the predicates of endpoints simpler.`
        throw new ValidationError([...issues, { path: pathOf(index), message }])
      }
      const began = performance.now()
      try {
        return work()
      } finally {
        budget.hold(performance.now() - began)
      }
    }
    for (const [index, input] of inputs.entries()) {
      const prepared = await runInTurn(index, () => prepare(viewer, input, types.get(input.type), checks))
      if (Array.isArray(prepared)) {
        for (const { path, message } of prepared) issues.push({ path: `${pathOf(index)}.${path}`, message })
      } else events.push(prepared)
    }
    if (issues.length > 0) throw new ValidationError(issues)
    if (events.length > 1 && (await refuseClashes(viewer, events)) === events.length)
      return Promise.all(events.map((event) => findEarlier(viewer, event)))
    const decide = (known: FilterSet) =>
      matchEvents(known, events, (index, work) => runInTurn(index, () => checks.run(work)))
    const decision = { matches: await decide(filters.get(organizationId)), decide }
    const { at, repeated } = await write(organizationId, events, decision)
    const stored = events.map((event) => ({ ...event, createdAt: at }))
    if (repeated.size === 0) return stored
    return Promise.all(stored.map((event) => (repeated.has(event.id) ? findEarlier(viewer, event) : event)))
  }

  /** Returns the event as it will be stored, or its issues. */
  function prepare(
    { organizationId, principal, requestId }: Viewer,
    input: z.output<typeof eventInput>,
    known: PublishableType | undefined,
    checks: RequestChecks,
  ): NewEvent | Issue[] {
    const { type, data, previous, metadata, idempotencyKey = null } = input
    const channels = input.channels ?? []
    if (known === undefined)
      return [{ path: 'type', message: `"${type}" is not a registered event type. Register it with eventTypeCreate.` }]
    const given = { data: data.text, previous: previous?.text ?? 'null', metadata: metadata?.text ?? 'null' }
    for (const part of ['data', 'previous', 'metadata'] as const) {
      const message = sizeViolation(given[part], { levels: EVENT_DEPTH, bytes: GIVEN_BYTES })
      if (message !== undefined) return [{ path: part, message }]
    }
    const issues = checks.run(() => known.check(data))
    if (issues.length > 0) return issues
    const { removeFields } = known
    const texts: EventTexts = {
      data: removeFields(given.data),
      previous: removeFields(given.previous),
      metadata: removeFields(given.metadata),
    }
    const id = deps.makeId('evt')
    const body = encodeEnvelope({ id, type, timestamp: clock.now().toISOString(), organizationId, ...texts })
    if (body.length > EVENT_BYTES)
      return [{ path: 'data', message: `the event has ${body.length} bytes, at most ${EVENT_BYTES} are allowed` }]
    const idempotencyHash = idempotencyKey === null ? null : hashContent(type, texts, channels)
    const publisher = { publishedBy: principal.id, publishedByName: principal.name, requestId }
    return { id, organizationId, type, channels, body, idempotencyKey, idempotencyHash, ...publisher }
  }

  /**
   * Refuses the whole list when an idempotency key is taken by other content, before anything is stored. Two concurrent
   * publishes of the same keys may still see the conflict after the other events were stored.
   *
   * @returns the number of events that are repeats
   */
  async function refuseClashes(viewer: Viewer, events: readonly NewEvent[]): Promise<number> {
    const { organizationId } = viewer
    const keyed = events.filter((event) => event.idempotencyKey !== null)
    if (keyed.length === 0) return 0
    const { rows: taken } = await database.pool.query<Pick<Event, 'id' | 'idempotencyKey' | 'idempotencyHash'>>({
      text: `SELECT id, idempotency_key AS "idempotencyKey", idempotency_hash AS "idempotencyHash" FROM events
        WHERE organization_id = $1 AND idempotency_key = ANY($2)`,
      values: [organizationId, keyed.map((event) => event.idempotencyKey)],
    })
    const first = new Map<string | null, Pick<Event, 'id' | 'idempotencyHash'>>(
      taken.map((event) => [event.idempotencyKey, event]),
    )
    for (const event of keyed) {
      const earlier = first.get(event.idempotencyKey)
      if (earlier === undefined) first.set(event.idempotencyKey, event)
      else refuseOther(earlier, event)
    }
    return taken.length
  }

  /** Finds the event published earlier under the same idempotency key, which answers a repeat. */
  async function findEarlier(viewer: Viewer, event: NewEvent): Promise<Event> {
    const { rows } = await database.pool.query<Event>({
      text: `SELECT id, organization_id AS "organizationId", type, channels, body, idempotency_key AS "idempotencyKey",
        idempotency_hash AS "idempotencyHash", published_by AS "publishedBy", published_by_name AS "publishedByName",
        request_id AS "requestId", created_at AS "createdAt" FROM events
        WHERE organization_id = $1 AND idempotency_key = $2`,
      values: [viewer.organizationId, event.idempotencyKey],
    })
    const [earlier] = rows
    // Retention may have removed the event between the two statements.
    if (earlier === undefined)
      throw new UnavailableError('OVERLOADED', 'The event with this idempotencyKey is being removed. Try again.')
    refuseOther(earlier, event)
    return earlier
  }
}

/** @throws ConflictError when the content of the two events differs */
function refuseOther(earlier: Pick<Event, 'id' | 'idempotencyHash'>, event: NewEvent): void {
  if (Buffer.compare(earlier.idempotencyHash ?? new Uint8Array(), event.idempotencyHash!) === 0) return
  throw new ConflictError(
    'IDEMPOTENCY_CONFLICT',
    `Another event was published with the idempotencyKey "${event.idempotencyKey}": ${earlier.id}. Use a new key for new content.`,
  )
}

/** Two publishes under one idempotency key are the same when their texts are, and their channels in any order. */
function hashContent(
  type: string,
  { data, previous, metadata }: EventTexts,
  channels: readonly string[],
): Buffer<ArrayBuffer> {
  const text = `[${JSON.stringify(type)},{"data":${data},"previous":${previous},"metadata":${metadata}}`
  const labels = channels.length === 0 ? '' : `,${JSON.stringify(channels.toSorted())}`
  return createHash('sha256').update(`${text}${labels}]`).digest()
}
