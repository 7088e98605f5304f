import pLimit, { type LimitFunction } from 'p-limit'
import { CONNECTIONS } from '../../database/client.ts'
import { UnavailableError } from '../../lib/errors.ts'

/** Reads of one organization at once, in one process. */
export const READS_AT_ONCE = 4
/** Reads of all: the rest of their connections are left to what takes no time, such as looking for one by its id. */
export const ALL_READS_AT_ONCE = CONNECTIONS - 3
/** Of one organization, those that wait besides, and for how long; what is past that is refused. */
export const READS_WAITING = 2_000
const WAIT_MS = 10_000

/** Reads something of an organization that may take long, since its filter is the client's choice. */
export type Read = <T>(organizationId: string, work: () => Promise<T>) => Promise<T>

/**
 * Organizations read beside each other, each a few at a time, whatever it asks for: with all turns taken, others wait for one of
 * them at most as long as a statement may take. `work` asks the database one thing at a time.
 *
 * @throws UnavailableError when too many wait, or it waited too long
 */
export function createRead(): Read {
  const turns = new Map<string, LimitFunction>()
  const ofAll = pLimit(ALL_READS_AT_ONCE)

  return async (organizationId, work) => {
    const turn = turns.get(organizationId) ?? pLimit(READS_AT_ONCE)
    if (turn.pendingCount >= READS_WAITING) throw new UnavailableError('OVERLOADED', TOO_MUCH)
    turns.set(organizationId, turn)
    const askedAt = performance.now()
    const inTime = () => {
      // Whoever asked may be gone by now.
      if (performance.now() - askedAt > WAIT_MS) throw new UnavailableError('OVERLOADED', TOO_MUCH)
      return work()
    }
    try {
      return await turn(() => ofAll(inTime))
    } finally {
      if (turn.activeCount + turn.pendingCount === 0) turns.delete(organizationId)
    }
  }
}

const TOO_MUCH = 'Too much is being read for this organization. Ask for less in a request, or try again shortly.'
