import { resolveCursorConnection } from '@pothos/plugin-relay'
import type { RecordsPage, StoredRecord } from '../src/domain/usage/usage-records.ts'
import { builder, checkPage, requireViewer } from './builder.ts'

const UsageRecord = builder.objectRef<StoredRecord>('UsageRecord').implement({
  description: 'One request with a key.',
  fields: (t) => ({
    keyId: t.exposeString('keyId', { nullable: true, description: 'Id of the API key; null for an unknown key.' }),
    at: t.expose('at', { type: 'DateTime', description: 'Time of the answer.' }),
    operation: t.exposeString('operation', { description: 'Name of the operation.' }),
    outcome: t.exposeString('outcome', { description: '`OK`, or the code of the first error.' }),
    error: t.exposeString('error', { nullable: true, description: 'Message of the first error; null without one.' }),
    status: t.exposeInt('status', { description: 'HTTP status of the answer.' }),
    tier: t.exposeString('tier', {
      nullable: true,
      description: 'Tier of the key at that time; null for a key without rate limits.',
    }),
    durationMicroseconds: t.exposeInt('durationMicroseconds', {
      description: 'Duration of the request in microseconds.',
    }),
    requestBytes: t.exposeInt('requestBytes', { description: 'Bytes of the received body.' }),
    responseBytes: t.exposeInt('responseBytes', { description: 'Bytes of the answers sent.' }),
    ip: t.exposeString('ip', {
      nullable: true,
      description: 'Address of the client; null for changes made by the system.',
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'User agent of the client; null without one.',
    }),
  }),
})

type Args = Parameters<typeof resolveCursorConnection>[0]['args']

function page(args: Args, list: (page: RecordsPage) => Promise<StoredRecord[]>) {
  checkPage(args)
  const options = { args, defaultSize: 20, maxSize: 100, toCursor: ({ cursor }: StoredRecord) => cursor }
  return resolveCursorConnection(options, list)
}

builder.queryField('usageRecords', (t) =>
  t.connection(
    {
      type: UsageRecord,
      description: 'Requests with keys of the organization, one by one, newest first. Needs `usage: read`.',
      authScopes: { can: 'usage:read' },
      args: { keyId: t.arg.id({ description: 'Requests with this key.' }) },
      resolve: (_root, args, context) =>
        page(args, (range) =>
          context.services.usageRecords.ofOrganization(requireViewer(context), args.keyId ?? null, range),
        ),
    },
    { name: 'UsageRecordConnection', description: 'A page of requests.' },
    { name: 'UsageRecordEdge', description: 'A request with its cursor.' },
  ),
)

builder.queryField('unknownKeyRecords', (t) =>
  t.connection(
    {
      type: UsageRecord,
      description:
        'Requests with unknown keys of the whole installation, newest first, which show attempts to guess keys. For the operator: needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve: (_root, args, { services }) => page(args, (range) => services.usageRecords.ofUnknownKeys(range)),
    },
    { name: 'UnknownKeyRecordConnection', description: 'A page of requests.' },
    { name: 'UnknownKeyRecordEdge', description: 'A request with its cursor.' },
  ),
)
