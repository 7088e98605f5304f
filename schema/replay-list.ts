import type { GraphQLResolveInfo } from 'graphql'
import type { ReplayFilter } from '../src/domain/replays/search-replays.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { type PageArgs, readNodes } from './pages.ts'
import { Replay } from './replays.ts'

const ReplayConnection = builder.connectionObject(
  { type: Replay, name: 'ReplayConnection', description: 'A page of replays.' },
  { name: 'ReplayEdge', description: 'A replay with its cursor.' },
)

/** The list as a field of any type. */
export const replayList = {
  type: ReplayConnection,
  authScopes: { can: 'deliveries:read' },
  args: builder.args((t) => ({
    ...t.connectionArgs(),
  })),
} as const

/** @param filter conditions that are no argument */
export function readReplays(args: PageArgs, context: Context, info: GraphQLResolveInfo, filter: ReplayFilter = {}) {
  const list = (query: object) => context.services.replays.list(requireViewer(context), filter, query)
  return readNodes('Replay', args, context, info, list)
}

builder.queryField('replays', (t) =>
  t.field({
    ...replayList,
    description: 'Replays of the organization, newest first. Needs `deliveries: read`.',
    resolve: (_root, args, context, info) => readReplays(args, context, info),
  }),
)
