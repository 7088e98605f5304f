import { AuditOutcome } from '../src/database/generated/enums.ts'
import { builder, checkPage, ownedById, requireViewer } from './builder.ts'

const AuditOutcomeType = builder.enumType('AuditOutcome', {
  description: 'Outcome of the change or request.',
  values: {
    [AuditOutcome.SUCCEEDED]: { description: 'The change was made.' },
    [AuditOutcome.DENIED]: { description: 'The attempt was refused. Repeated attempts are recorded once a minute.' },
  } as const,
})

const AuditEntry = builder.prismaNode('AuditEntry', {
  description: 'An entry of the audit trail: a change, or a refused attempt at one.',
  id: { field: 'id', description: 'Id of the audit entry, such as `aud_…`.' },
  findUnique: ownedById('audit:read'),
  nullable: true,
  fields: (t) => ({
    actor: t.exposeString('actor', { description: 'Id of the API key that acted, or `system`.' }),
    action: t.exposeString('action', { description: 'Noun and verb of the change, such as `apiKey.revoke`.' }),
    resource: t.exposeString('resource', {
      nullable: true,
      description: 'Id of the changed object; null without one.',
    }),
    ip: t.exposeString('ip', {
      nullable: true,
      description: 'Address of the client; null for changes made by the system.',
    }),
    outcome: t.expose('outcome', { type: AuditOutcomeType, description: 'Outcome of the change or request.' }),
    details: t.expose('details', { type: 'JSON', description: 'Details of the change, without secrets.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of the change or attempt.' }),
  }),
})

builder.queryField('auditEntries', (t) =>
  t.prismaConnection(
    {
      type: AuditEntry,
      cursor: 'id',
      description: 'Audit trail of the organization, newest first. Needs `audit: read`.',
      authScopes: { can: 'audit:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.services.audit.list(requireViewer(context), query)
      },
    },
    { name: 'AuditEntryConnection', description: 'A page of the audit trail.' },
    { name: 'AuditEntryEdge', description: 'An audit entry with its cursor.' },
  ),
)
