import { AuditOutcome } from '../src/database/generated/enums.ts'
import { refusedField, shownDetails } from '../src/domain/audit/audit.ts'
import { AUDIT_ACTIONS, type AuditAction } from '../src/domain/audit/audit-actions.ts'
import { ActorType, actorOf } from './actor.ts'
import { builder, Node, ownedById, resolveNode } from './builder.ts'

export const AuditOutcomeType = builder.enumType('AuditOutcome', {
  description: 'Outcome of a change or request.',
  values: {
    [AuditOutcome.SUCCEEDED]: { description: 'The change was made.' },
    [AuditOutcome.DENIED]: {
      description: 'The change or request was refused. Each process records repeated refusals at most once a minute.',
    },
  } as const,
})

export const AuditActionType = builder.enumType('AuditAction', {
  description: 'Change that was made or refused.',
  values: Object.fromEntries(
    Object.entries(AUDIT_ACTIONS).map(([action, description]) => [
      enumName(action),
      { value: action as AuditAction, description },
    ]),
  ),
})

/** The name of an action in GraphQL: `API_KEY_CREATE` for `apiKey.create`. */
function enumName(action: string): string {
  return action
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace('.', '_')
    .toUpperCase()
}

export const AuditEntry = builder.prismaObject('AuditEntry', {
  description: 'An entry of the audit trail: a change, or a refused change or request.',
  interfaces: [Node],
  findUnique: ownedById('audit:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the audit entry, such as `aud_…`.' }),
    actor: t.field({
      type: ActorType,
      description: 'Principal that acted.',
      resolve: ({ actor, actorName }) => actorOf(actor, actorName),
    }),
    action: t.field({
      type: AuditActionType,
      description: 'Change that was made or refused.',
      resolve: ({ action }) => action as AuditAction,
    }),
    field: t.string({
      nullable: true,
      description: 'Refused field of a request, such as `Query.apiKeys`; null for other entries.',
      resolve: ({ details }) => refusedField(details),
    }),
    resource: t.exposeString('resource', {
      nullable: true,
      description: 'Id of the changed object; null for a refused request.',
    }),
    resourceNode: t.field({
      type: Node,
      nullable: true,
      description:
        'The changed object as it is now; null for a refused request, and for an object that is gone, that is no `Node` or that the key may not read.',
      resolve: ({ resource }, _args, context, info) =>
        resource === null ? null : resolveNode(resource, context, info),
    }),
    ip: t.exposeString('ip', {
      nullable: true,
      description: 'Address of the client; null for changes by `system`, and when the address is unknown.',
    }),
    outcome: t.expose('outcome', { type: AuditOutcomeType, description: 'Outcome of the change or request.' }),
    details: t.field({
      type: 'JSON',
      description:
        'Details of the change, such as old and new settings, or the reason of the refusal. Secrets are never part of it, and URLs have no values in their query.',
      resolve: ({ details }) => shownDetails(details),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of the change or refusal.' }),
  }),
})
