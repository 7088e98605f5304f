import { AuditOutcome } from '../src/database/generated/enums.ts'
import { builder, checkPage, owned, viewerOf } from './builder.ts'

const AuditOutcomeType = builder.enumType('AuditOutcome', {
  description: 'What came of it.',
  values: {
    [AuditOutcome.SUCCEEDED]: { description: 'It was done.' },
    [AuditOutcome.DENIED]: { description: 'It was refused; noted once a minute however often it is tried.' },
  } as const,
})

const AuditEntry = builder.prismaNode('AuditEntry', {
  description: 'A change, or a refused attempt at one.',
  id: { field: 'id', description: 'Such as `aud_…`.' },
  findUnique: owned('audit:read'),
  nullable: true,
  fields: (t) => ({
    actor: t.exposeString('actor', { description: 'Id of the key that acted, or `system`.' }),
    action: t.exposeString('action', { description: 'Such as `apiKey.revoke`.' }),
    resource: t.exposeString('resource', { nullable: true, description: 'Id of what it was about.' }),
    ip: t.exposeString('ip', { nullable: true, description: 'Address of the client.' }),
    outcome: t.expose('outcome', { type: AuditOutcomeType, description: 'What came of it.' }),
    details: t.expose('details', { type: 'JSON', description: 'More about it, without secrets.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
})

builder.queryField('auditEntries', (t) =>
  t.prismaConnection(
    {
      type: AuditEntry,
      cursor: 'id',
      description: 'The audit trail of the organization, the newest first. Needs `audit: read`.',
      authScopes: { can: 'audit:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.audit.list(viewerOf(context), query)
      },
    },
    { name: 'AuditEntryConnection', description: 'A page of the audit trail.' },
    { name: 'AuditEntryEdge', description: 'An entry and its cursor.' },
  ),
)
