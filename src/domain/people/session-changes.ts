import { type LiveBus, SESSION_CHANGES } from '../../bus/bus.ts'
import { afterCommit } from '../../database/after-commit.ts'
import type { PrismaClient } from '../../database/client.ts'

/** PostgreSQL channel with the messages of SESSION_CHANGES, for processes that the bus does not reach. */
export const SESSION_CHANNEL = 'signalbox_sessions'

/** A session that ended or changed, or a person with such a session or a changed membership. */
export type SessionChange = { sessionId: string } | { personId: string }

/** Announces sessions with rights that may have ended. Every process checks them again and closes their subscriptions. */
export type AnnounceSessions = (writer: Pick<PrismaClient, '$executeRaw'>, ...changes: SessionChange[]) => Promise<void>

/**
 * @param deps.bus undefined in a program without a bus, such as `npm run admin`. PostgreSQL carries the announcement in
 *   any case, in the commit of its change; a bus over Redis is faster under load
 */
export function createAnnounceSessions({ bus }: { bus?: LiveBus }): AnnounceSessions {
  return async (writer, ...changes) => {
    for (const change of changes)
      await writer.$executeRaw`SELECT pg_notify(${SESSION_CHANNEL}, ${JSON.stringify(change)})`
    afterCommit(writer, () => bus?.publish(SESSION_CHANGES, changes))
  }
}

/** Reads such messages. Redis and PostgreSQL may carry anything, so other messages are ignored. */
export function changedSessions(messages: readonly unknown[]): SessionChange[] {
  return messages.filter(
    (message): message is SessionChange =>
      typeof message === 'object' &&
      message !== null &&
      (('sessionId' in message && typeof message.sessionId === 'string') ||
        ('personId' in message && typeof message.personId === 'string')),
  )
}
