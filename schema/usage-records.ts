import type { StoredRecord } from '../src/domain/usage/usage-records.ts'
import { builder, requireViewer } from './builder.ts'
import { readPage } from './pages.ts'

const UsageRecord = builder.objectRef<StoredRecord>('UsageRecord').implement({
  description: 'A request with an API key, recorded by itself and kept for 30 days by default.',
  fields: (t) => ({
    keyId: t.exposeString('keyId', { nullable: true, description: 'Id of the API key; null for an unknown key.' }),
    at: t.expose('at', { type: 'DateTime', description: 'Time at which the request was answered.' }),
    operation: t.exposeString('operation', {
      description:
        'Root field of the request, `several` for more than one, or the name of a persisted operation; `other` past 500 names of an organization.',
    }),
    outcome: t.exposeString('outcome', { description: '`OK`, or the code of the first error.' }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Message of the first error; null for a request without errors.',
    }),
    status: t.exposeInt('status', {
      description: 'HTTP status of the answer; over WebSocket, the status that HTTP would have had.',
    }),
    tier: t.exposeString('tier', {
      nullable: true,
      description: 'Tier that the key had; null for a key without rate limits and for an unknown key.',
    }),
    durationMicroseconds: t.expose('durationMicroseconds', {
      type: 'Microseconds',
      description: 'Duration of the request.',
    }),
    requestBytes: t.expose('requestBytes', { type: 'Count', description: 'Bytes of the request body.' }),
    responseBytes: t.expose('responseBytes', { type: 'Count', description: 'Bytes of the answer.' }),
    ip: t.exposeString('ip', {
      nullable: true,
      description: 'Address of the client; null when the address is unknown.',
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'User agent of the client; null when the client sent none.',
    }),
  }),
})

const cursorOf = ({ cursor }: StoredRecord) => cursor

builder.queryField('usageRecords', (t) =>
  t.connection(
    {
      type: UsageRecord,
      description: "Single requests with the organization's API keys, newest first. Needs `usage: read`.",
      authScopes: { can: 'usage:read' },
      args: { keyId: t.arg.id({ description: 'Requests with this key. Default: every key of the organization.' }) },
      resolve: (_root, args, context) =>
        readPage(args, cursorOf, (range) =>
          context.services.usageRecords.ofOrganization(requireViewer(context), args.keyId ?? null, range),
        ),
    },
    { name: 'UsageRecordConnection', description: 'A page of requests.' },
    { name: 'UsageRecordEdge', description: 'A request with its cursor.' },
  ),
)

builder.queryField('invalidKeyAttempts', (t) =>
  t.connection(
    {
      type: UsageRecord,
      description:
        'Single requests with unknown API keys in the whole installation, newest first, which show attempts to guess keys; each process stores 60 a minute and counts the others in `invalidKeyUsage`. For the operator: needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve: (_root, args, { services }) =>
        readPage(args, cursorOf, (range) => services.usageRecords.ofUnknownKeys(range)),
    },
    { name: 'InvalidKeyAttemptConnection', description: 'A page of requests with unknown keys.' },
    { name: 'InvalidKeyAttemptEdge', description: 'A request with an unknown key, with its cursor.' },
  ),
)
