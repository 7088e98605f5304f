import { CONNECTIONS } from '../../database/client.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { createFairLimit, type InTurn } from '../../lib/fair-limit.ts'

/** Maximum concurrent reads of one organization in one process. */
export const READS_AT_ONCE = 4
/** Maximum concurrent reads of all organizations. The remaining connections serve look-ups by id. */
export const ALL_READS_AT_ONCE = CONNECTIONS - 3
/** Maximum waiting reads of one organization. Reads past the bound, or past the wait, are refused. */
export const READS_WAITING = 2_000
const WAIT_MS = 10_000

/** Runs a read of an organization in its turn. */
export type Read = InTurn

/**
 * Bounds concurrent reads per organization and in total, so that one organization cannot block another for longer than
 * a statement may take. `work` sends one statement at a time.
 *
 * @param allAtOnce maximum concurrent reads of all organizations; reads that are quick need none
 * @throws UnavailableError when too many reads wait, or this one waited too long
 */
export function createReadConcurrency(allAtOnce = ALL_READS_AT_ONCE): Read {
  const { inTurn, waiting } = createFairLimit({ each: READS_AT_ONCE, all: allAtOnce })

  return async (organizationId, work) => {
    if (waiting(organizationId) >= READS_WAITING) throw new UnavailableError('OVERLOADED', TOO_MUCH)
    const askedAt = performance.now()
    return inTurn(organizationId, async () => {
      // The client may be gone by now.
      if (performance.now() - askedAt > WAIT_MS) throw new UnavailableError('OVERLOADED', TOO_MUCH)
      return work()
    })
  }
}

const TOO_MUCH = 'Too many reads of this organization are waiting. Request less at once, or try again shortly.'
