import { resolveCursorConnection } from '@pothos/plugin-relay'
import type { RecordsPage, StoredRecord } from '../src/domain/usage/usage-records.ts'
import { builder, checkPage, viewerOf } from './builder.ts'

const UsageRecord = builder.objectRef<StoredRecord>('UsageRecord').implement({
  description: 'One request with a key.',
  fields: (t) => ({
    keyId: t.exposeString('keyId', { nullable: true, description: 'Id of the key; null: nobody has it.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was answered.' }),
    operation: t.exposeString('operation', { description: 'What was asked for.' }),
    outcome: t.exposeString('outcome', { description: '`OK`, or the code of the first error.' }),
    error: t.exposeString('error', { nullable: true, description: 'What was said of it.' }),
    status: t.exposeInt('status', { description: 'As in HTTP.' }),
    tier: t.exposeString('tier', { nullable: true, description: 'The tier that the key had.' }),
    durationMicroseconds: t.exposeInt('durationMicroseconds', { description: 'How long the answer took.' }),
    requestBytes: t.exposeInt('requestBytes', { description: 'Bytes of the body received.' }),
    responseBytes: t.exposeInt('responseBytes', { description: 'Bytes sent.' }),
    ip: t.exposeString('ip', { nullable: true, description: 'Address of the client.' }),
    userAgent: t.exposeString('userAgent', { nullable: true, description: 'What the client calls itself.' }),
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
      description: 'Requests with keys of the organization one by one, the newest first. Needs `usage: read`.',
      authScopes: { can: 'usage:read' },
      args: { keyId: t.arg.id({ description: 'Only with this key.' }) },
      resolve: (_root, args, context) =>
        page(args, (range) => context.domain.usageRecords.ofOrganization(viewerOf(context), args.keyId ?? null, range)),
    },
    { name: 'UsageRecordConnection', description: 'A page of requests.' },
    { name: 'UsageRecordEdge', description: 'A request and its cursor.' },
  ),
)

builder.queryField('unknownKeyRecords', (t) =>
  t.connection(
    {
      type: UsageRecord,
      description:
        'Requests with keys that nobody has one by one, of the whole installation, the newest first: where somebody tries keys. For the host: needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve: (_root, args, { domain }) => page(args, (range) => domain.usageRecords.ofUnknownKeys(range)),
    },
    { name: 'UnknownKeyRecordConnection', description: 'A page of requests.' },
    { name: 'UnknownKeyRecordEdge', description: 'A request and its cursor.' },
  ),
)
