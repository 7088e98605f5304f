import { deliveryChannel, type LiveBus } from '../bus/bus.ts'
import { withTimeout } from '../lib/timeout.ts'
import type { Part } from './read-delivery-log.ts'

/** Poll interval while the bus is degraded and other processes cannot announce changes. */
const POLL_MS = 1_000
/** Poll interval of the safety net: a process may be killed between its commit and its announcement. */
const SAFETY_MS = 30_000

/** An organization whose log is followed in this process by any number of readers. */
interface Watched {
  hints: number
  wakers: Set<() => void>
  reads: Map<string, Promise<Part[]>>
  /** Resolves when announcements are heard. */
  ready: Promise<void>
  stop(): void
}

/** One reader's view of the log. */
export interface LogListener {
  /** Grows with every announcement that the log has grown. */
  hints(): number
  /** A read shared with readers that want the same rows at the same time. */
  share(what: string, read: () => Promise<Part[]>): Promise<Part[]>
  /** Resolves at the next announcement, after the poll interval, or when the reader leaves. */
  nextHint(): Promise<void>
  leave(): void
}

/** Listens once per organization for all of its readers. */
export function createLogListener(bus: LiveBus, safetyMs = SAFETY_MS) {
  const organizations = new Map<string, Watched>()

  /** @returns once no later change can be missed */
  return async function listen(organizationId: string): Promise<LogListener> {
    const watched = organizations.get(organizationId) ?? begin(organizationId)
    let resolveHint = () => {}
    const wake = () => resolveHint()
    watched.wakers.add(wake)
    await watched.ready
    return {
      hints: () => watched.hints,
      share(what, read) {
        // A read that began before the last announcement may miss its changes.
        const key = `${what} ${watched.hints}`
        const underWay = watched.reads.get(key)
        if (underWay !== undefined) return underWay
        const made = read().finally(() => watched.reads.delete(key))
        watched.reads.set(key, made)
        return made
      },
      nextHint() {
        const { promise, resolve } = Promise.withResolvers<void>()
        resolveHint = resolve
        return withTimeout(promise, bus.status() === 'degraded' ? POLL_MS : safetyMs, undefined)
      },
      leave() {
        wake()
        watched.wakers.delete(wake)
        if (watched.wakers.size === 0) watched.stop()
      },
    }
  }

  function begin(organizationId: string): Watched {
    const hint = () => {
      watched.hints++
      for (const wake of watched.wakers) wake()
    }
    const stops = [bus.onStatus(hint)]
    const stop = () => {
      organizations.delete(organizationId)
      for (const stopOne of stops.splice(0)) stopOne()
    }
    const subscribe = async () => void stops.push(await bus.subscribe(deliveryChannel(organizationId), hint))
    const watched: Watched = { hints: 0, wakers: new Set(), reads: new Map(), ready: Promise.resolve(), stop }
    organizations.set(organizationId, watched)
    watched.ready = subscribe()
    // The next reader after a failure subscribes again.
    watched.ready.catch(stop)
    return watched
  }
}
