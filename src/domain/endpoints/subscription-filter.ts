import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseExactly } from '../../lib/exact-numbers.ts'
import { patternsOf } from '../event-types/patterns.ts'
import { OPERATIONAL_PREFIX, TEST_EVENT_TYPE } from '../events/system-events.ts'
import { compilePredicate, type Predicate } from './predicate.ts'

/** Maximum characters of a channel. */
const CHANNEL_LENGTH = 128
/** Maximum channels of an event, and of an endpoint. */
export const EVENT_CHANNELS = 20
export const ENDPOINT_CHANNELS = 100

/** A list of channels, each once. */
export const channelsInput = (most: number) =>
  z
    .array(
      z
        .string()
        .min(1)
        .max(CHANNEL_LENGTH)
        .regex(/^\P{C}*$/u, 'must have no control characters'),
    )
    .max(most)
    .refine((channels) => new Set(channels).size === channels.length, 'must name each channel once')

/** The columns of an endpoint that select its events. */
export interface FilterColumns {
  eventTypes: readonly string[]
  channels: readonly string[]
  predicate: string | null
}

/**
 * Identifies the filter of an endpoint by its content, so that a decision made with a cached filter is known to be
 * current; null for an endpoint that selects by type alone, which the database does by itself.
 */
export function hashFilter({ eventTypes, channels, predicate }: FilterColumns): string | null {
  if (channels.length === 0 && predicate === null) return null
  return createHash('sha256')
    .update(JSON.stringify([eventTypes, channels, predicate]))
    .digest('base64url')
}

/** The compiled subscription filter of an endpoint. */
export interface SubscriptionFilter {
  eventTypes: ReadonlySet<string>
  channels: ReadonlySet<string>
  predicate: Predicate | null
}

export const compileFilter = ({ eventTypes, channels, predicate }: FilterColumns): SubscriptionFilter => ({
  eventTypes: new Set(eventTypes),
  channels: new Set(channels),
  predicate: predicate === null ? null : compilePredicate(predicate),
})

/** An event as filters see it. */
export interface FilterableEvent {
  type: string
  channels: readonly string[]
  /** The patterns that match the type. */
  patterns: readonly string[]
  /** The envelope with exact numbers, parsed at the first call. */
  fields(): unknown
}

/** The parts of an event that filters need. */
export interface EventContent {
  type: string
  channels: readonly string[]
  body: Uint8Array
}

export function toFilterable({ type, channels, body }: EventContent): FilterableEvent {
  let fields: object | undefined
  return {
    type,
    channels,
    patterns: subscribable(type),
    fields() {
      fields ??= { ...(parseExactly(Buffer.from(body).toString('utf8')) as object), channels }
      return fields
    },
  }
}

const isSystemType = (type: string) => type.startsWith(OPERATIONAL_PREFIX)

/**
 * The patterns that subscribe to an event type. Test events are subscribed by none, and `*` covers no system event.
 */
export function subscribable(type: string): string[] {
  if (type === TEST_EVENT_TYPE) return []
  const patterns = patternsOf(type)
  return isSystemType(type) ? patterns.filter((pattern) => pattern !== '*') : patterns
}

/**
 * The same rule as SQL, by which replays find candidates without reading every event.
 *
 * @param patterns SQL for the event types of the endpoint
 * @param type SQL for the type of the event
 */
export const subscribes = (patterns: string, type: string) => `(${type} <> '${TEST_EVENT_TYPE}'
  AND EXISTS (SELECT 1 FROM unnest(${patterns}) AS pattern
    WHERE pattern = ${type} OR (right(pattern, 2) = '.*' AND starts_with(${type}, left(pattern, -1)))
      OR (pattern = '*' AND NOT starts_with(${type}, '${OPERATIONAL_PREFIX}'))))`

/** The rule by which an endpoint does not want an event. */
export type Mismatch =
  | { reason: 'EVENT_TYPE' | 'CHANNEL' }
  /** `path` leads to the value in the event, `condition` to the comparison in the predicate. */
  | { reason: 'PREDICATE'; path: readonly string[]; condition: string }

/**
 * Decides whether an endpoint wants an event: its type, then its channels, then the predicate. Publishes, replays,
 * previews and explanations decide by this function. System events, which have no channels, are selected by type alone.
 *
 * @returns undefined when the endpoint wants the event
 */
export function findMismatch(filter: SubscriptionFilter, event: FilterableEvent): Mismatch | undefined {
  if (!event.patterns.some((pattern) => filter.eventTypes.has(pattern))) return { reason: 'EVENT_TYPE' }
  if (isSystemType(event.type)) return undefined
  if (filter.channels.size > 0 && !event.channels.some((channel) => filter.channels.has(channel)))
    return { reason: 'CHANNEL' }
  if (filter.predicate === null) return undefined
  const { holds, path, condition } = filter.predicate(event.fields())
  return holds ? undefined : { reason: 'PREDICATE', path, condition }
}
