import type { Clock } from '../../lib/clock.ts'
import { createSlidingWindow } from './sliding-window.ts'

/** Maximum characters of introspection per minute of one address without a key: more than 30 standard queries of tools. */
export const ADDRESS_CHARACTERS = 20_000_000
/** Maximum characters of introspection per minute of all clients without a key, in one process. */
export const STRANGERS_CHARACTERS = 60_000_000

/** Bounds the introspection of clients without a key, in this process. A key spends points of its own limits instead. */
export function createIntrospectionBudget({ clock }: { clock: Clock }) {
  const spent = createSlidingWindow(() => clock.now().getTime())
  let lastTurn = Promise.resolve()

  function spend(subject: string, amount: number, limit: number): number {
    const { admitted, now, windows } = spent.spend(subject, [{ name: 'minute', limit, seconds: 60, amount }])
    return admitted ? 0 : Math.ceil((windows[0]!.retryAt - now) / 1000)
  }

  return {
    /**
     * Spends from the minute of an address and of all strangers.
     *
     * @returns seconds until the amount fits; 0 when it was admitted
     */
    spend(address: string | null, characters: number): number {
      // The address comes first, so that an address past its limit takes nothing from the others.
      return (
        spend(`address ${address}`, characters, ADDRESS_CHARACTERS) ||
        spend('strangers', characters, STRANGERS_CHARACTERS)
      )
    },

    /** Resolves in a turn of the event loop with no other introspection of a stranger, so that requests of keys go on. */
    turn(): Promise<void> {
      lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)))
      return lastTurn
    },
  }
}

export type IntrospectionBudget = ReturnType<typeof createIntrospectionBudget>
