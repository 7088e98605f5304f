import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { UnavailableError } from '../errors.ts'
import type { NewEvent, StoredEvents } from './store-events.ts'

/** Events in one statement at most, and their bytes. */
const GROUP_EVENTS = 1_000
const GROUP_BYTES = 8 * 1024 * 1024
/** Statements under way at once. While they run, the next group grows: as fast as can be when idle, as large when not. */
const GROUPS_AT_ONCE = 2
/** Events that wait to be stored at most; a publish past that is refused, with nothing stored. */
export const WAITING_EVENTS = 20_000
/** And their bytes. */
const WAITING_BYTES = 256 * 1024 * 1024

interface Waiting {
  events: readonly NewEvent[]
  done: (stored: StoredEvents) => void
  failed: (error: unknown) => void
}

/** Stores the events of one publish, all or none. Resolves after the commit with those that were new. */
export type WriteEvents = (events: readonly NewEvent[]) => Promise<StoredEvents>

/**
 * Groups concurrent publishes into few statements: one commit serves them all. Each is answered after that commit.
 *
 * @param store writes one group and resolves with those that were new
 */
export function createEventWriter(store: WriteEvents): { write: WriteEvents; stop(): Promise<void> } {
  const waiting: Waiting[] = []
  const running = new Set<Promise<void>>()
  let waitingEvents = 0
  let waitingBytes = 0
  let turn: Promise<void> | undefined

  function schedule(): void {
    if (turn !== undefined || waiting.length === 0 || running.size >= GROUPS_AT_ONCE) return
    // What came in the same turn of the event loop goes together.
    turn = setImmediate().then(() => {
      turn = undefined
      const group = takeGroup()
      const run = storeGroup(group).finally(() => {
        running.delete(run)
        schedule()
      })
      running.add(run)
      schedule()
    })
  }

  function takeGroup(): Waiting[] {
    let events = 0
    let bytes = 0
    const fits = (entry: Waiting) => {
      events += entry.events.length
      bytes += bytesOf(entry.events)
      return events <= GROUP_EVENTS && bytes <= GROUP_BYTES
    }
    const end = waiting.findIndex((entry, index) => !fits(entry) && index > 0)
    const group = waiting.splice(0, end === -1 ? waiting.length : end)
    waitingEvents -= group.reduce((sum, entry) => sum + entry.events.length, 0)
    waitingBytes -= group.reduce((sum, entry) => sum + bytesOf(entry.events), 0)
    return group
  }

  async function storeGroup(group: Waiting[]): Promise<void> {
    try {
      const stored = await store(group.flatMap((entry) => entry.events))
      for (const entry of group) entry.done(stored)
    } catch (error) {
      // What PostgreSQL refuses is the fault of one publish: alone, each gets its own answer.
      if (group.length > 1 && error instanceof pg.DatabaseError) for (const entry of group) await storeGroup([entry])
      else for (const entry of group) entry.failed(error)
    }
  }

  return {
    write(events) {
      const bytes = bytesOf(events)
      if (waitingEvents + events.length > WAITING_EVENTS || waitingBytes + bytes > WAITING_BYTES)
        return Promise.reject(
          new UnavailableError(
            'OVERLOADED',
            'Too many events wait to be stored. Nothing was stored; try again shortly.',
          ),
        )
      waitingEvents += events.length
      waitingBytes += bytes
      return new Promise((done, failed) => {
        waiting.push({ events, done, failed })
        schedule()
      })
    },
    /** Resolves when everything that waited is stored or has failed. */
    async stop() {
      while (turn !== undefined || running.size > 0) await Promise.all([turn, ...running])
    },
  }
}

function bytesOf(events: readonly NewEvent[]): number {
  return events.reduce((sum, event) => sum + event.body.length, 0)
}
