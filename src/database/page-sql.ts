import { type IdPrefix, idRange } from '../lib/ids.ts'
import { COUNTED, keysetOf } from '../lib/pagination.ts'
import type { PrismaClient } from './client.ts'
import { Prisma } from './generated/client.ts'

/** Reads of one page before it is returned short. Retention may remove rows of the page between two reads. */
const PAGE_TRIES = 3

/**
 * Reads a page: the ids by hand-written SQL, and their rows by Prisma with the selection of the client. Both again when
 * retention removed a row between the two, because a short page would look like the last one.
 */
export async function readRows<Row>(
  prisma: PrismaClient,
  ids: Prisma.Sql,
  load: (ids: string[]) => Promise<Row[]>,
  tries = PAGE_TRIES,
): Promise<Row[]> {
  const found = await prisma.$queryRaw<{ id: string }[]>(ids)
  if (found.length === 0) return []
  const rows = await load(found.map(({ id }) => id))
  return rows.length === found.length || tries === 1 ? rows : readRows(prisma, ids, load, tries - 1)
}

/**
 * Counts the entries of a list, up to one more than the bound.
 *
 * @param select SQL for the ids of a part of the list, by a query as Pothos builds it
 */
export async function countRows(prisma: PrismaClient, select: (query: object) => Prisma.Sql): Promise<number> {
  const [row] = await prisma.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM (${select(COUNTED)}) counted`
  return row.count
}

/** The end of a statement that selects a page in the order of the columns, the newest entry first. */
export function endOfPage(columns: string | readonly string[], query: object): Prisma.Sql {
  const { take, backwards } = keysetOf(query)
  const order = [columns].flat().map((column) => `${column} ${backwards ? 'ASC' : 'DESC'}`)
  return Prisma.sql`ORDER BY ${Prisma.raw(order.join(', '))} LIMIT ${take}`
}

/** The condition that `id` lies beyond the cursor of a page. */
export function beyondCursor(id: string, query: object): Prisma.Sql[] {
  const { cursor, backwards } = keysetOf(query)
  return cursor === undefined ? [] : [Prisma.sql`${Prisma.raw(id)} ${Prisma.raw(backwards ? '>' : '<')} ${cursor}`]
}

/**
 * Conditions on the time of creation, the end excluded. They bound the id as well, because ids sort by time and have an
 * index.
 */
export function createdWithin(alias: string, prefix: IdPrefix, from?: Date | null, to?: Date | null): Prisma.Sql[] {
  const ids = idRange(prefix, from, to)
  const column = (name: string) => Prisma.raw(`${alias}.${name}`)
  return [
    ...(ids.gte ? [Prisma.sql`${column('id')} >= ${ids.gte} AND ${column('created_at')} >= ${from}`] : []),
    ...(ids.lt ? [Prisma.sql`${column('id')} < ${ids.lt} AND ${column('created_at')} < ${to}`] : []),
  ]
}

/** A part of an index: the values of its leading columns, which the id follows, and bounds of the time of creation. */
export interface IndexRange {
  /** Alias of the table. */
  alias: string
  prefix: IdPrefix
  columns: readonly (readonly [name: string, value: Prisma.Sql])[]
  from?: Date | null | undefined
  to?: Date | null | undefined
}

/**
 * Selects the ids of a page through one index. The bounds are comparisons of rows and the order names every column,
 * because only that index has the order then. By equal columns and the id alone, the planner may walk through the rows
 * of every organization along the primary key: it estimates the frequency of a value over all of them.
 *
 * @param table SQL for the table with its alias
 * @param conditions further conditions, checked row by row
 */
export function selectThroughIndex(
  table: Prisma.Sql,
  range: IndexRange,
  conditions: readonly Prisma.Sql[],
  query: object,
): Prisma.Sql {
  const { alias, prefix, columns } = range
  const { cursor, backwards } = keysetOf(query)
  const ids = idRange(prefix, range.from, range.to)
  const names = columns.map(([name]) => `${alias}.${name}`)
  const values = Prisma.join(columns.map(([, value]) => value))

  const bound = (sign: '<' | '>', tighter: 'LEAST' | 'GREATEST', ends: (string | false | undefined)[]) => {
    const given = ends.filter((end) => end !== undefined && end !== false)
    if (given.length === 0) return Prisma.sql`(${Prisma.raw(names.join(', '))}) ${Prisma.raw(`${sign}=`)} (${values})`
    return Prisma.sql`(${Prisma.raw([...names, `${alias}.id`].join(', '))}) ${Prisma.raw(sign)}
      (${values}, ${Prisma.raw(tighter)}(${Prisma.join(given)}))`
  }
  const created = Prisma.raw(`${alias}.created_at`)
  const all = [
    // A bound by time is the id of no row, so that it may be excluded.
    bound('>', 'GREATEST', [backwards && cursor, ids.gte]),
    bound('<', 'LEAST', [!backwards && cursor, ids.lt]),
    ...(range.from ? [Prisma.sql`${created} >= ${range.from}`] : []),
    ...(range.to ? [Prisma.sql`${created} < ${range.to}`] : []),
    ...conditions,
  ]
  const id = Prisma.raw(`${alias}.id`)
  return Prisma.sql`SELECT ${id} FROM ${table} WHERE ${Prisma.join(all, ' AND ')} ${endOfPage([...names, `${alias}.id`], query)}`
}

/**
 * Selects a page of the rows with any of several values, value by value, so that each part is read in order.
 *
 * @param select SQL that selects the ids of a page with the value `wanted.value`
 */
export function selectByValues(values: readonly string[], select: Prisma.Sql, query: object): Prisma.Sql {
  return Prisma.sql`SELECT f.id FROM unnest(${[...new Set(values)]}::text[]) AS wanted(value)
    CROSS JOIN LATERAL (${select}) f ${endOfPage('f.id', query)}`
}
