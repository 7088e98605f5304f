import { deliveryChannel, type LiveBus } from '../bus/bus.ts'
import type { Part } from './read-delivery-log.ts'

/** An organization whose log is watched in this process, by any number of readers. */
interface Watched {
  hints: number
  wakers: Set<() => void>
  reads: Map<string, Promise<Part[]>>
  /** Resolves when hints are heard. */
  ready: Promise<void>
  stop(): void
}

/** What one reader has of it. */
export interface LogWatch {
  /** Grows with every hint that the log has grown. */
  hints(): number
  /** A read that is shared with whoever wants the same at the same time. */
  share(what: string, read: () => Promise<Part[]>): Promise<Part[]>
  leave(): void
}

/** Listens once for all readers of an organization: the bus says when its log has grown. */
export function createLogWatch(bus: LiveBus) {
  const organizations = new Map<string, Watched>()

  /**
   * @param wake called whenever the log has grown, or may have
   * @returns when nothing that happens from now on is missed
   */
  return async function watch(organizationId: string, wake: () => void): Promise<LogWatch> {
    const watched = organizations.get(organizationId) ?? begin(organizationId)
    watched.wakers.add(wake)
    await watched.ready
    return {
      hints: () => watched.hints,
      share(what, read) {
        // A read that began before the last hint may not have what it was about.
        const key = `${what} ${watched.hints}`
        const underWay = watched.reads.get(key)
        if (underWay !== undefined) return underWay
        const made = read().finally(() => watched.reads.delete(key))
        watched.reads.set(key, made)
        return made
      },
      leave() {
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
    // Who asks after a failure tries anew.
    watched.ready.catch(stop)
    return watched
  }
}
