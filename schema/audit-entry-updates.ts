import { auditChannel } from '../src/bus/bus.ts'
import type { AuditEntry as Entry } from '../src/database/generated/client.ts'
import { ENTRIES_AT_ONCE, subscribeToEntries } from '../src/live/entry-notifier.ts'
import { AuditEntry } from './audit-entry.ts'
import { builder, requireViewer } from './builder.ts'

const AuditEntryUpdate = builder.objectRef<{ entries: Entry[]; gap: boolean }>('AuditEntryUpdate').implement({
  description: 'New entries of the audit trail.',
  fields: (t) => ({
    entries: t.expose('entries', {
      type: [AuditEntry],
      description: `Entries written since the last message, oldest first, at most ${ENTRIES_AT_ONCE}; empty for a message that only reports a gap.`,
    }),
    gap: t.exposeBoolean('gap', {
      description: 'True when entries before these may have been missed. Read `auditEntries` again to catch up.',
    }),
  }),
})

builder.subscriptionField('auditEntryUpdates', (t) =>
  t.field({
    type: AuditEntryUpdate,
    description:
      'New entries of the audit trail, at most one message a second. After a break of live messages, and when more entries were written than a message has, one message reports a gap. Needs `audit: read`.',
    authScopes: { can: 'audit:read' },
    subscribe(_root, _args, context) {
      const { bus, subscriptions } = context.services
      const viewer = requireViewer(context)
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToEntries(bus, auditChannel(viewer.organizationId), onClose),
      )
    },
    async resolve({ message, gap }, _args, context) {
      return { entries: await context.services.audit.find(requireViewer(context), message), gap }
    },
  }),
)
