import type { Clock } from '../../lib/clock.ts'
import { createSlidingWindow } from './sliding-window.ts'

/** Bytes from which an answer is large. Smaller ones cost no more than the rest of their requests. */
export const LARGE_ANSWER_BYTES = 256 * 1024
/** Maximum bytes of the large answers to all keys of an organization in a minute of one process. */
export const ORGANIZATION_ANSWER_BYTES = 256 * 1024 * 1024

/** Bounds the time that large answers take from the event loop: by organization, and one in each turn. */
export function createAnswerBudget({ clock }: { clock: Clock }) {
  const spent = createSlidingWindow(() => clock.now().getTime())
  const costOf = (amount: number) =>
    ({ name: 'minute', limit: ORGANIZATION_ANSWER_BYTES, seconds: 60, amount }) as const
  let lastTurn = Promise.resolve()

  return {
    /** Seconds until the organization may have large answers again; 0 when it may have them now. */
    secondsLeft(organizationId: string): number {
      const { now, windows } = spent.spend(organizationId, [costOf(0)])
      return Math.ceil((windows[0]!.retryAt - now) / 1000)
    },

    /** Counts a large answer, even one that is refused: its data was read. The last one may exceed the minute. */
    count(organizationId: string, bytes: number): void {
      spent.note(organizationId, [costOf(bytes)])
    },

    /** Resolves in a turn of the event loop with no other large answer, so that small ones are given in between. */
    turn(): Promise<void> {
      lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)))
      return lastTurn
    },
  }
}

export type AnswerBudget = ReturnType<typeof createAnswerBudget>

/** The refusal of a large answer past the minute of its organization. */
export const pastMinute = (seconds: number) =>
  `The large answers of this organization had ${ORGANIZATION_ANSWER_BYTES} bytes in this minute. Request smaller pages or fewer fields, or try again in ${seconds} s.`
