import { changedKeys, KEY_CHANGES, type LiveBus, ORGANIZATION_CHANGES } from '../bus/bus.ts'
import { changedSessions, type SessionChange } from '../domain/people/session-changes.ts'
import type { Viewer } from '../domain/people/viewer.ts'
import type { Clock } from '../lib/clock.ts'
import { ConflictError, UnauthenticatedError } from '../lib/errors.ts'
import type { ListenForSessions } from './session-listener.ts'

/** Maximum open subscriptions of one principal in one process. */
export const SUBSCRIPTIONS_PER_PRINCIPAL = 100
/** The longest delay of setTimeout. */
const LONGEST_TIMER_MS = 2_147_483_647
/** Interval of checks while the bus is degraded and revocations do not arrive. Keys are cached for the same time. */
const RECHECK_MS = 1_000

interface Open {
  viewer: Viewer
  /** True once the source of messages exists. */
  ready: boolean
  close(reason?: Error): void
}

/** The reason that a source of messages may send as its last message. */
const rightsEnded = () =>
  new UnauthenticatedError(
    'This subscription ended because its API key was revoked, expired or lost rights, or its organization was deleted. Connect again with a valid key.',
  )

/** Open subscriptions by principal: bounded in number, and closed when the rights of the principal end. */
export type Subscriptions = ReturnType<typeof createSubscriptions>

/**
 * @param deps.isUnchanged true while a viewer keeps its rights; called when its key, session or organization changed, and
 *   at intervals
 */
export function createSubscriptions(deps: {
  bus: LiveBus
  clock: Clock
  listenForSessions: ListenForSessions
  isUnchanged: (viewer: Viewer) => Promise<boolean>
}) {
  const byPrincipal = new Map<string, Set<Open>>()
  const unsubscribes: (() => unknown)[] = []
  let timer: NodeJS.Timeout | undefined

  const revoke = (open: Open) => open.close(rightsEnded())

  const opened = (): Open[] => [...byPrincipal.values()].flatMap((open) => [...open])
  const openedBy = (principalIds: readonly string[]): Open[] =>
    principalIds.flatMap((id) => [...(byPrincipal.get(id) ?? [])])

  /** @param onFailure called when the database does not answer and the principal cannot be checked */
  function recheck(opens: readonly Open[], onFailure: (open: Open) => void): void {
    for (const open of opens)
      deps.isUnchanged(open.viewer).then(
        (unchanged) => unchanged || revoke(open),
        () => onFailure(open),
      )
  }

  /** Subscriptions in one of these organizations. */
  const openedIn = (organizationIds: readonly unknown[]): Open[] =>
    opened().filter(
      ({ viewer }) => organizationIds.includes(viewer.organizationId) || organizationIds.includes(viewer.homeId),
    )

  /** Subscriptions of a session, or of a person in every session. */
  const openedOf = (change: SessionChange): Open[] =>
    'personId' in change
      ? openedBy([change.personId])
      : opened().filter(({ viewer }) => viewer.credential === change.sessionId)

  const isOfPerson = ({ viewer }: Open) => viewer.principal.kind === 'PERSON'

  return {
    async start() {
      // Failing closed: the key cannot be checked.
      unsubscribes.push(
        await deps.bus.subscribe(KEY_CHANGES, ({ gap, messages }) =>
          recheck(gap ? opened() : openedBy(changedKeys(messages)), revoke),
        ),
        await deps.bus.subscribe(ORGANIZATION_CHANGES, ({ gap, messages }) =>
          recheck(gap ? opened() : openedIn(messages), revoke),
        ),
        await deps.listenForSessions(({ gap, messages }) =>
          recheck(gap ? opened().filter(isOfPerson) : changedSessions(messages).flatMap(openedOf), revoke),
        ),
      )
      timer = setInterval(() => recheck(opened(), () => {}), RECHECK_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      for (const open of opened()) open.close()
      await Promise.all(unsubscribes.splice(0).map((unsubscribe) => unsubscribe()))
    },

    /** Number of subscriptions that receive changes. */
    count: () => opened().filter(({ ready }) => ready).length,

    /** Open subscriptions of a principal in this process. */
    countOf: (principalId: string): number => byPrincipal.get(principalId)?.size ?? 0,

    /**
     * Opens a source of messages tied to the principal and the client's request. @throws ConflictError when the
     * principal has too many
     */
    async open<T extends { close(reason?: Error): void }>(
      viewer: Viewer,
      signal: AbortSignal | undefined,
      make: (onClose: () => void) => Promise<T>,
    ): Promise<T> {
      const open = byPrincipal.get(viewer.principal.id) ?? new Set()
      if (open.size >= SUBSCRIPTIONS_PER_PRINCIPAL)
        throw new ConflictError(
          'TOO_MANY_SUBSCRIPTIONS',
          `A ${viewer.principal.kind === 'PERSON' ? 'person' : 'key'} has at most ${SUBSCRIPTIONS_PER_PRINCIPAL} open subscriptions in one process. Close one, or widen the filter of another.`,
        )
      let source: T | undefined
      let closed = false
      const entry: Open = {
        viewer,
        ready: false,
        close(reason) {
          closed = true
          source?.close(reason)
        },
      }
      byPrincipal.set(viewer.principal.id, open.add(entry))
      const rest = viewer.expiresAt === null ? undefined : viewer.expiresAt.getTime() - deps.clock.now().getTime()
      // A later expiry is found by the interval check.
      const near = rest !== undefined && rest < LONGEST_TIMER_MS
      const expiry = near ? setTimeout(() => revoke(entry), rest) : undefined
      const leave = () => entry.close()
      const release = () => {
        clearTimeout(expiry)
        signal?.removeEventListener('abort', leave)
        // Only once: the principal may have opened new subscriptions since.
        if (open.delete(entry) && open.size === 0) byPrincipal.delete(viewer.principal.id)
      }
      try {
        source = await make(release)
      } catch (error) {
        release()
        throw error
      }
      entry.ready = true
      signal?.addEventListener('abort', leave)
      // A client that left during the set-up returns no iterator, and the key may have been revoked meanwhile.
      if (closed || signal?.aborted) entry.close()
      return source
    },
  }
}
