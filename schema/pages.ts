import { PothosValidationError, validateConnectionArguments } from '@pothos/core'
import { formatPrismaCursor, parsePrismaCursor, queryFromInfo } from '@pothos/plugin-prisma'
import { type ResolveCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay'
import type { GraphQLResolveInfo } from 'graphql'
import { ValidationError } from '../src/lib/errors.ts'
import { COUNTED_AT_MOST, type Counted, countedUpTo } from '../src/lib/pagination.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import type { NodeName } from './nodes.ts'

const PAGE_DEFAULT = 20
const PAGE_AT_MOST = 100
/** Paths of the entries within a connection. */
const ENTRIES = [[{ name: 'nodes' }], [{ name: 'edges' }, { name: 'node' }]]

/** The arguments of a connection. */
export interface PageArgs {
  first?: number | null
  after?: string | null
  last?: number | null
  before?: string | null
}

/** The arguments of a connection with a filter. */
export type ListArgs<Filter> = PageArgs & { filter?: Filter | null }

const MOST = COUNTED_AT_MOST.toLocaleString('en')

const TotalCount = builder.objectRef<Counted>('TotalCount').implement({
  description: `Size of a list, exact up to ${MOST} entries.`,
  fields: (t) => ({
    count: t.expose('count', {
      type: 'Count',
      description: `Number of entries in the whole list, at most ${MOST}.`,
    }),
    isExact: t.exposeBoolean('isExact', {
      description: `True when \`count\` is the whole number; false when the list has more than ${MOST} entries.`,
    }),
  }),
})

/** A connection with entries that can be counted. */
interface Countable {
  total: () => Promise<Counted>
}

/**
 * The field `total` of a connection that `readNodes` or `readById` read, which counts the entries only when it is selected. The
 * type of a shared connection object cannot name the counter.
 */
export const totalField = <Page extends object>(
  t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Page>,
) => ({
  total: t.field({
    type: TotalCount,
    description: 'Size of the whole list, of which this page is a part.',
    resolve: (page) => (page as Page & Countable).total(),
  }),
})

/**
 * Reads a page of a list as a connection. Each connection of the schema comes from here.
 *
 * @param cursorOf the cursor of a row
 * @param list reads the rows of a range, in reverse order when the range is inverted
 * @throws ValidationError when the page is not 1 to 100 entries long
 */
export async function readPage<Row extends object>(
  args: PageArgs,
  cursorOf: (row: Row) => string,
  list: (range: ResolveCursorConnectionArgs) => Promise<Row[]>,
) {
  checkSize(args)
  const options = { args, defaultSize: PAGE_DEFAULT, maxSize: PAGE_AT_MOST, toCursor: cursorOf }
  const { edges, pageInfo } = await resolveCursorConnection(options, list)
  const { hasNextPage, hasPreviousPage } = pageInfo
  const [first, last] = [edges[0], edges.at(-1)]
  const ends = { startCursor: first?.cursor ?? null, endCursor: last?.cursor ?? null }
  return { edges, pageInfo: { hasNextPage, hasPreviousPage, ...ends } }
}

/**
 * Reads a page of a list of nodes in the order of their ids, in a turn of the organization: nested pages take a read for
 * each object.
 *
 * @param type type of the nodes
 * @param list reads rows by a query of Prisma, in the order of the list
 * @param count counts all entries, up to one more than the bound; for lists with the field `total`
 */
export async function readNodes<Row extends { id: string }>(
  type: NodeName,
  args: PageArgs,
  context: Context,
  info: GraphQLResolveInfo,
  list: (query: object) => Promise<Row[]>,
  count: () => Promise<number> = async () => 0,
) {
  const selection = queryFromInfo({ context, info, typeName: type, select: { id: true }, paths: ENTRIES })
  return readById<Row>(
    args,
    context,
    ({ id }) => id,
    (query) => list({ ...selection, ...query }),
    count,
  )
}

/**
 * Reads a page of a list in the order of ids, like `readNodes`, of rows that are no nodes.
 *
 * @param idOf the id by which a row is ordered
 */
export async function readById<Row extends object>(
  args: PageArgs,
  context: Context,
  idOf: (row: Row) => string,
  list: (query: object) => Promise<Row[]>,
  count: () => Promise<number> = async () => 0,
) {
  validateConnectionArguments(args)
  for (const [one, other] of CONFLICTING)
    if (args[one] != null && args[other] != null)
      throw new PothosValidationError(`Arguments "${one}" and "${other}" are not supported at the same time`)
  const { organizationId } = requireViewer(context)
  const cursorOf = (row: Row) => formatPrismaCursor({ id: idOf(row) }, 'id')
  const page = await readPage(args, cursorOf, async ({ before, after, limit, inverted }) => {
    const cursor = before ?? after
    const start = cursor === undefined ? { skip: 0 } : { cursor: { id: parsePrismaCursor(cursor) }, skip: 1 }
    const query = { ...start, take: inverted ? -limit : limit }
    const rows = await context.services.readPage(organizationId, () => list(query))
    return inverted ? rows.toReversed() : rows
  })
  async function total(): Promise<Counted> {
    const found = await context.services.readPage(organizationId, count)
    return countedUpTo(COUNTED_AT_MOST, found)
  }
  return { ...page, total }
}

/** Pairs of arguments of which a list of nodes takes one. */
const CONFLICTING = [
  ['before', 'after'],
  ['before', 'first'],
  ['after', 'last'],
] as const

function checkSize(args: PageArgs): void {
  if (args.first != null && args.last != null)
    throw new ValidationError([{ path: 'last', message: 'excludes `first`: give one of the two' }])
  for (const name of ['first', 'last'] as const) {
    const size = args[name]
    if (size != null && (size < 1 || size > PAGE_AT_MOST))
      throw new ValidationError([{ path: name, message: `must be from 1 to ${PAGE_AT_MOST}` }])
  }
}
