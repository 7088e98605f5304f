import type { Result } from './attempt-outcome.ts'
import type { Claimed } from './claim.ts'

/**
 * Whether something waits for what is in flight: it was left in the queue for want of room in this worker, or because its
 * endpoint has all that it may have. What is settled then makes room, and the queue is looked at again; unless that look was
 * asked for after the settling, and so has seen what it did. One look at a time, and one settling.
 */
export function createAwaited() {
  let lacksRoom = false
  let full: ReadonlySet<string> = new Set()
  /** Looks at the queue so far, and when a settling was put before the next of them. */
  let looks = 0
  let settlesAfter: number | undefined
  /** Endpoints of what was settled while a look was under way that may have counted it still. */
  let settledMeanwhile: Set<string> | undefined

  const isAwaited = (delivery: Claimed) => lacksRoom || full.has(delivery.endpoint_id)

  return {
    /** Whether something cannot be sent before this is settled. */
    isAwaited,

    /** Instead of a look: it would have to leave everything. */
    noRoom(): void {
      lacksRoom = true
      settlesAfter = undefined
    },

    looking(): void {
      looks++
      lacksRoom = false
      settledMeanwhile = new Set()
    },

    /** @returns whether what was full when the look began may have room by now */
    looked(found: { full: readonly string[]; lacksRoom: boolean }): boolean {
      const hasRoom = found.full.some((id) => settledMeanwhile?.has(id))
      settledMeanwhile = undefined
      lacksRoom = found.lacksRoom
      full = new Set(found.full)
      return hasRoom
    },

    /** @returns whether these are awaited: then they are to be settled in a way that the looks which follow see it */
    settling(results: readonly Result[]): boolean {
      const areAwaited = results.some(({ delivery }) => isAwaited(delivery))
      settlesAfter = areAwaited ? looks : undefined
      return areAwaited
    },

    /** They are settled in another way after all. */
    unseen(): void {
      settlesAfter = undefined
    },

    /** @returns whether to look at the queue, for the room that these leave */
    settled(results: readonly Result[]): boolean {
      const isSeen = settlesAfter !== undefined && looks > settlesAfter
      settlesAfter = undefined
      if (isSeen) return false
      for (const { delivery } of results) settledMeanwhile?.add(delivery.endpoint_id)
      return results.some(({ delivery }) => isAwaited(delivery))
    },
  }
}
