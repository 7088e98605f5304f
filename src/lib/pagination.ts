/** The query that Pothos builds for a list, in terms of Prisma's cursor. */
interface PageQuery {
  cursor?: { id?: string }
  skip?: number
  /** Number of rows; negative counts from the end. */
  take: number
}

/** The keyset of a page: a cursor, a number of rows and a direction. */
export function keysetOf(query: object): { cursor: string | undefined; take: number; backwards: boolean } {
  const { cursor, take } = query as PageQuery
  return { cursor: cursor?.id, take: Math.abs(take), backwards: take < 0 }
}

/**
 * The Prisma query of a page ordered by id. The cursor becomes a comparison instead of a look-up of its row: every page
 * costs the same, and the cursor reveals nothing about rows of other organizations.
 *
 * @param query built by Pothos from `first`, `after`, `last` and `before`
 */
export function page<Where extends object>(query: object, where: Where, order: 'asc' | 'desc' = 'desc') {
  const { cursor: _cursor, skip: _skip, ...rest } = query as PageQuery
  const { cursor, backwards } = keysetOf(query)
  const beyond = (order === 'asc') === backwards ? 'lt' : 'gt'
  const keyset = cursor === undefined ? {} : { id: { [beyond]: cursor } }
  return { ...rest, where: { AND: [where, keyset] }, orderBy: { id: order } }
}
