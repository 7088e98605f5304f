import {
  type FieldNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import type { DeliveryChange } from '../src/bus/delivery-log-entry.ts'
import type { Delivery as DeliveryRow } from '../src/database/generated/client.ts'
import { type Context, can, type Scope } from './builder.ts'

/** Marks a row that came over the live bus, with what its message carries of event and endpoint. */
const LIVE = Symbol('live')

type LiveRow = DeliveryRow & { [LIVE]: Pick<DeliveryChange, 'event' | 'endpoint'> }

/** A delivery as the schema reads it, made from a message instead of a row. */
export function liveRow(change: DeliveryChange): DeliveryRow {
  const { event, endpoint, ...rest } = change
  const row: LiveRow = {
    ...rest,
    // Of no interest to clients, and not sent.
    scheduledAttempts: 0,
    leaseUntil: null,
    untold: false,
    [LIVE]: { event, endpoint },
  }
  return row
}

/**
 * Lets a live delivery answer for its event and endpoint from the message when no more is asked of them than it
 * carries. Otherwise, and for those who may not read them, the ordinary way decides.
 */
export function answerFromMessage(schema: GraphQLSchema): GraphQLSchema {
  const delivery = schema.getType('Delivery')
  if (!isObjectType(delivery)) throw new Error('The schema has no type Delivery.')
  const guards: Record<'event' | 'endpoint', Scope> = { event: 'events:read', endpoint: 'webhooks:read' }
  for (const name of ['event', 'endpoint'] as const) {
    const field = delivery.getFields()[name]!
    const ordinary = field.resolve!
    field.resolve = (parent: DeliveryRow | LiveRow, args, context: Context, info) => {
      const carried = LIVE in parent ? parent[LIVE][name] : undefined
      if (carried !== undefined && can(context.viewer, guards[name]) && asksOnly(info, Object.keys(carried)))
        return carried
      return ordinary(parent, args, context, info)
    }
  }
  return schema
}

/** What was found out about a field of a document that is kept: it is asked for each message. */
const found = new WeakMap<FieldNode, boolean>()

function asksOnly(info: GraphQLResolveInfo, names: readonly string[]): boolean {
  const within = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.every((selection) => {
      if (selection.kind === Kind.FIELD)
        return names.includes(selection.name.value) || selection.name.value === '__typename'
      if (selection.kind === Kind.INLINE_FRAGMENT) return within(selection.selectionSet)
      return within(info.fragments[selection.name.value]?.selectionSet)
    }) ?? true
  return info.fieldNodes.every((node) => {
    const known = found.get(node) ?? within(node.selectionSet)
    found.set(node, known)
    return known
  })
}
