/** What Pothos asks a list for: it speaks Prisma's cursor. */
interface PageQuery {
  cursor?: { id?: string }
  skip?: number
  /** From the end when it is negative. */
  take: number
}

/** Which part of a list is asked for: so many on one side of the cursor, or from an end. */
export function keysetOf(query: object): { cursor: string | undefined; take: number; backwards: boolean } {
  const { cursor, take } = query as PageQuery
  return { cursor: cursor?.id, take: Math.abs(take), backwards: take < 0 }
}

/**
 * A page of a list in the order of ids. The cursor becomes a comparison instead of Prisma's look-up of the row it names:
 * it costs the same on the thousandth page, and says nothing about rows of other organizations.
 *
 * @param query what Pothos made of `first`, `after`, `last` and `before`; a negative `take` counts from the end
 */
export function page<Where extends object>(query: object, where: Where, order: 'asc' | 'desc' = 'desc') {
  const { cursor: _cursor, skip: _skip, ...rest } = query as PageQuery
  const { cursor, backwards } = keysetOf(query)
  const beyond = (order === 'asc') === backwards ? 'lt' : 'gt'
  const keyset = cursor === undefined ? {} : { id: { [beyond]: cursor } }
  return { ...rest, where: { AND: [where, keyset] }, orderBy: { id: order } }
}
