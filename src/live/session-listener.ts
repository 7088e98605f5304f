import { type BusListener, type LiveBus, SESSION_CHANGES } from '../bus/bus.ts'
import type { ConnectionOptions } from '../database/connection.ts'
import { createNotifications } from '../database/notifications.ts'
import { SESSION_CHANNEL } from '../domain/people/session-changes.ts'
import type { Log } from '../lib/log.ts'

/** Hears changes of sessions until it is told to leave. */
export type ListenForSessions = (listener: BusListener) => Promise<() => Promise<void>>

/**
 * Hears changes of sessions from the bus and from PostgreSQL: from the one at once, from the other also without Redis and
 * from programs without a bus. A change may be heard twice.
 */
export function createSessionListener(deps: {
  bus: LiveBus
  connection: ConnectionOptions
  log: Log
}): ListenForSessions {
  return async (listener) => {
    const unsubscribe = await deps.bus.subscribe(SESSION_CHANGES, listener)
    const notifications = createNotifications({
      ...{ connection: deps.connection, channel: SESSION_CHANNEL, log: deps.log },
      onConnect: () => listener({ messages: [], gap: true }),
      onNotification: (payload) => listener({ messages: [parse(payload)] }),
    })
    notifications.start()
    return async () => {
      unsubscribe()
      await notifications.stop()
    }
  }
}

/** Other programs may use the channel. */
function parse(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    return undefined
  }
}
