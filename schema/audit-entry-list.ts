import type { GraphQLResolveInfo } from 'graphql'
import type { AuditEntryFilter as Filter } from '../src/domain/audit/search-audit.ts'
import { AuditActionType, AuditEntry, AuditOutcomeType } from './audit-entry.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { type ListArgs, readNodes, totalField } from './pages.ts'

export const AuditEntryFilter = builder.inputType('AuditEntryFilter', {
  description: 'Filter of the audit trail. Every given condition must hold; an empty list is no condition.',
  fields: (t) => ({
    actorId: t.id({
      description: 'Entries of the principal with this id, or of `system`. Default: every principal.',
    }),
    actions: t.field({
      type: [AuditActionType],
      description: 'Entries of one of these actions. Default: every action.',
    }),
    resourceId: t.id({ description: 'Entries about the object with this id. Default: every object.' }),
    outcome: t.field({ type: AuditOutcomeType, description: 'Entries with this outcome. Default: every outcome.' }),
    from: t.field({ type: 'DateTime', description: 'Entries of this time or later. Default: no lower bound.' }),
    to: t.field({ type: 'DateTime', description: 'Entries before this time. Default: no upper bound.' }),
  }),
})

const AuditEntryConnection = builder.connectionObject(
  {
    type: AuditEntry,
    name: 'AuditEntryConnection',
    description: 'A page of the audit trail.',
    fields: (t) => totalField(t),
  },
  { name: 'AuditEntryEdge', description: 'An audit entry with its cursor.' },
)

/** The list as a field of any type. */
export const auditEntryList = {
  type: AuditEntryConnection,
  authScopes: { can: 'audit:read' },
  args: builder.args((t) => ({
    ...t.connectionArgs(),
    filter: t.field({ type: AuditEntryFilter, description: 'Filter of the audit trail. Default: every entry.' }),
  })),
} as const

export function readAuditEntries(args: ListArgs<Filter>, context: Context, info: GraphQLResolveInfo) {
  const { audit } = context.services
  const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
  const count = () => audit.count(viewer, filter)
  return readNodes('AuditEntry', args, context, info, (query) => audit.list(viewer, filter, query), count)
}

builder.queryField('auditEntries', (t) =>
  t.field({
    ...auditEntryList,
    description: 'Audit trail of the organization, newest first. Needs `audit: read`.',
    resolve: (_root, args, context, info) => readAuditEntries(args, context, info),
  }),
)
