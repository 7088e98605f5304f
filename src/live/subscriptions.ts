import { changedKeys, KEY_CHANGES, type LiveBus } from '../bus/bus.ts'
import type { Viewer } from '../domain/people/viewer.ts'
import type { Clock } from '../lib/clock.ts'
import { ConflictError } from '../lib/errors.ts'

/** Subscriptions of one key in one process at most. */
export const SUBSCRIPTIONS_PER_KEY = 100
/** setTimeout counts to 2^31 ms only. */
const LONGEST_TIMER_MS = 2_147_483_647
/** With the bus degraded no revocation arrives, so keys are looked at this often: they are remembered for as long. */
const RECHECK_MS = 1_000

interface Open {
  viewer: Viewer
  /** Whether its source is there, and not only being made. */
  ready: boolean
  close(): void
}

/** The open subscriptions of each key: bounded in number, and ended when the key's right ends (L4). */
export type Subscriptions = ReturnType<typeof createSubscriptions>

/** @param deps.isUnchanged whether a viewer may still do what it could; asked when its key changed, and regularly */
export function createSubscriptions(deps: {
  bus: LiveBus
  clock: Clock
  isUnchanged: (viewer: Viewer) => Promise<boolean>
}) {
  const byPrincipal = new Map<string, Set<Open>>()
  let unsubscribe = () => {}
  let timer: NodeJS.Timeout | undefined

  function closeAll(keyId: string): void {
    for (const open of byPrincipal.get(keyId) ?? []) open.close()
  }

  /** @param onFailure what to do when the database does not answer, and nobody can say whether a key is still good */
  function recheck(keyIds: Iterable<string>, onFailure: (open: Open) => void): void {
    for (const keyId of keyIds)
      for (const open of byPrincipal.get(keyId) ?? [])
        deps.isUnchanged(open.viewer).then(
          (unchanged) => unchanged || open.close(),
          () => onFailure(open),
        )
  }

  return {
    async start() {
      unsubscribe = await deps.bus.subscribe(KEY_CHANGES, (heard) => {
        const keyIds = heard.gap ? byPrincipal.keys() : changedKeys(heard.messages)
        recheck(keyIds, (open) => open.close())
      })
      timer = setInterval(() => recheck(byPrincipal.keys(), () => {}), RECHECK_MS)
      timer.unref()
    },
    stop() {
      clearInterval(timer)
      unsubscribe()
      for (const keyId of byPrincipal.keys()) closeAll(keyId)
    },

    /** Subscriptions that see every change from now on. */
    count: () => [...byPrincipal.values()].flatMap((open) => [...open]).filter(({ ready }) => ready).length,

    /** Ties a source of messages to its key, and to the client's request. @throws ConflictError when the key has too many */
    async open<T extends { close(): void }>(
      viewer: Viewer,
      signal: AbortSignal | undefined,
      make: (onClose: () => void) => Promise<T>,
    ): Promise<T> {
      const open = byPrincipal.get(viewer.principal.id) ?? new Set()
      if (open.size >= SUBSCRIPTIONS_PER_KEY)
        throw new ConflictError(
          'TOO_MANY_SUBSCRIPTIONS',
          `A key has at most ${SUBSCRIPTIONS_PER_KEY} subscriptions open. Close one, or watch more with each.`,
        )
      let source: T | undefined
      let closed = false
      const entry: Open = {
        viewer,
        ready: false,
        close() {
          closed = true
          source?.close()
        },
      }
      byPrincipal.set(viewer.principal.id, open.add(entry))
      const rest = viewer.expiresAt === null ? undefined : viewer.expiresAt.getTime() - deps.clock.now().getTime()
      // A later end is found by the regular look.
      const near = rest !== undefined && rest < LONGEST_TIMER_MS
      const expiry = near ? setTimeout(entry.close, rest) : undefined
      const release = () => {
        clearTimeout(expiry)
        signal?.removeEventListener('abort', entry.close)
        // Once only: others of the key may have begun since.
        if (open.delete(entry) && open.size === 0) byPrincipal.delete(viewer.principal.id)
      }
      try {
        source = await make(release)
      } catch (error) {
        release()
        throw error
      }
      entry.ready = true
      signal?.addEventListener('abort', entry.close)
      // A client that went away while it subscribed returns no iterator, and a key may have been revoked meanwhile.
      if (closed || signal?.aborted) entry.close()
      return source
    },
  }
}
