import { SignalboxError } from './errors.ts'

/** The query that Pothos builds for a list, in terms of Prisma's cursor. */
interface PageQuery {
  cursor?: { id?: string }
  skip?: number
  /** Number of rows; negative counts from the end. */
  take: number
}

/** Maximum entries of a list that are counted. */
export const COUNTED_AT_MOST = 1_000
/** The part of a list that is counted: one entry more, which tells a longer list. */
export const COUNTED = { take: COUNTED_AT_MOST + 1 } as const

/** A number of things that was counted up to a bound. */
export interface Counted {
  count: number
  /** False when there are more. */
  isExact: boolean
}

/** @param found number of things that were found, at most one more than the bound */
export const countedUpTo = (bound: number, found: number): Counted => ({
  count: Math.min(found, bound),
  isExact: found <= bound,
})

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

/** A cursor that no list answered with. */
export class CursorError extends SignalboxError {
  constructor() {
    super('BAD_USER_INPUT', 'The cursor is of no list. Pass a cursor that this list answered with, unchanged.')
  }
}

/** The cursors of lists by id, as Pothos writes them, and of usage records. */
const BY_ID = /^GPC:S:[A-Za-z]+_[\w-]{1,64}$/
const OF_USAGE = /^[0-9a-f-]{36}:\d{1,9}$/

/** @throws CursorError when the text has the form of no cursor */
export function checkCursor(cursor: string): void {
  if (OF_USAGE.test(cursor) || BY_ID.test(Buffer.from(cursor, 'base64').toString())) return
  throw new CursorError()
}
