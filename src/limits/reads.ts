import pLimit, { type LimitFunction } from 'p-limit'
import { UnavailableError } from '../errors.ts'

/** Reads of one organization at once, in one process. */
export const READS_AT_ONCE = 4
/** Reads of all: some of the connections that reads have are left to what takes no time, such as looking for one by its id. */
export const ALL_READS_AT_ONCE = 7
/** Those that wait besides; more are refused. */
export const READS_WAITING = 200

/** Reads something of an organization that may take long, since its filter is the client's choice. */
export type Read = <T>(organizationId: string, work: () => Promise<T>) => Promise<T>

/**
 * Organizations read beside each other, each a few at a time: what one asks for, however often and however slow, keeps the
 * others waiting for no more than their share of the database. What goes on whatever is read has connections of its own.
 *
 * @throws UnavailableError when too many wait, or PostgreSQL has broken it off (`READ_SECONDS` in prisma/client.ts)
 */
export function createRead(): Read {
  const turns = new Map<string, LimitFunction>()
  const ofAll = pLimit(ALL_READS_AT_ONCE)

  return async (organizationId, work) => {
    const turn = turns.get(organizationId) ?? pLimit(READS_AT_ONCE)
    if (turn.pendingCount >= READS_WAITING)
      throw new UnavailableError(
        'OVERLOADED',
        'Too much is asked for at once. Ask for less in a request, or try again shortly.',
      )
    turns.set(organizationId, turn)
    try {
      return await turn(() => ofAll(work))
    } catch (error) {
      throw isTimeout(error) ? new UnavailableError('TOO_SLOW', TOO_SLOW) : error
    } finally {
      if (turn.activeCount + turn.pendingCount === 0) turns.delete(organizationId)
    }
  }
}

const TOO_SLOW =
  'This took too long to read and was broken off. Ask for less: a shorter time, one endpoint, or fewer at once.'

/** SQLSTATE query_canceled, as the driver has it, and as Prisma wraps it. */
function isTimeout(error: unknown): boolean {
  const { code, meta } = error as {
    code?: string
    meta?: { driverAdapterError?: { cause?: { originalCode?: string } } }
  }
  return code === '57014' || meta?.driverAdapterError?.cause?.originalCode === '57014'
}
