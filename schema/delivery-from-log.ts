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

/** Marks a row built from a live message, with the message's fields of event and endpoint. */
const LIVE = Symbol('live')

type LiveRow = DeliveryRow & { [LIVE]: Pick<DeliveryChange, 'event' | 'endpoint'> }

/** Builds the row of a delivery from a live message. */
export function deliveryFromLog(change: DeliveryChange): DeliveryRow {
  const { event, endpoint, ...rest } = change
  const row: LiveRow = {
    ...rest,
    // Clients cannot select these fields, so messages do not carry them.
    scheduledAttempts: 0,
    leaseUntil: null,
    sendingUnlogged: false,
    [LIVE]: { event, endpoint },
  }
  return row
}

/**
 * Resolves the event and endpoint of a live delivery from the message when the selection needs no more. Other
 * selections, and viewers without the permission, take the ordinary resolver.
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

/** Cached analysis of a field of a document, which every message asks for. */
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
