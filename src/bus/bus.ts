/** Changes of API keys, in their rights or secrets: `{ keyId }`. */
export const KEY_CHANGES = 'keys'

/** Organizations that were created, changed or deleted: ids, and external ids before and after the change. */
export const ORGANIZATION_CHANGES = 'organizations'

/** Organizations whose registered operations changed, one id per message. */
export const DOCUMENT_CHANGES = 'documents'

/** Event types that changed, by organization and name. */
export const EVENT_TYPE_CHANGES = 'event-types'

/** Sessions and persons with changed rights: `{ sessionId }` or `{ personId }`. */
export const SESSION_CHANGES = 'sessions'

/** Reads the key ids of such messages. Redis may carry anything, so other messages are ignored. */
export function changedKeys(messages: readonly unknown[]): string[] {
  return messages
    .map((message) =>
      typeof message === 'object' && message !== null && 'keyId' in message ? message.keyId : undefined,
    )
    .filter((keyId) => typeof keyId === 'string')
}

/** Announces new entries in the delivery log of an organization. Subscribers read the log itself. */
export const deliveryChannel = (organizationId: string) => `deliveries:${organizationId}`

/** Endpoints whose settings or health changed, one id per message. */
export const endpointChannel = (organizationId: string) => `endpoints:${organizationId}`

/** API keys that were created or changed, one id per message; uses of a key are not announced. */
export const apiKeyChannel = (organizationId: string) => `api-keys:${organizationId}`

/** New entries of the audit trail, one id per message. */
export const auditChannel = (organizationId: string) => `audit:${organizationId}`

/** Replays and bulk actions that made progress, one id per message. */
export const jobChannel = (organizationId: string) => `jobs:${organizationId}`

/** API keys whose usage was counted, one id per message. */
export const usageChannel = (organizationId: string) => `usage:${organizationId}`

/** Messages in order. `gap` is true when messages before these may have been lost. */
export interface BusMessage {
  messages: readonly unknown[]
  gap?: boolean
}
export type BusListener = (heard: BusMessage) => void
export type BusStatus = 'ok' | 'degraded'

/**
 * Carries messages to the current listeners and stores nothing: everything that must not be lost is in the database.
 * `publish` neither waits nor fails, so deliveries never depend on the bus.
 */
export interface LiveBus {
  publish(channel: string, messages: readonly unknown[]): void
  /** Resolves when the listener receives messages. */
  subscribe(channel: string, listener: BusListener): Promise<() => void>
  /** Degraded while messages of other processes do not arrive. */
  status(): BusStatus
  onStatus(listener: (status: BusStatus) => void): () => void
  stop(): Promise<void>
}

/** Listeners by channel, shared by both kinds of bus. */
export function createListeners() {
  const channels = new Map<string, Set<BusListener>>()
  return {
    channels,
    /** @returns true for the first listener of the channel */
    add(channel: string, listener: BusListener): boolean {
      const set = channels.get(channel)
      if (set !== undefined) {
        set.add(listener)
        return false
      }
      channels.set(channel, new Set([listener]))
      return true
    },
    /** @returns true for the last listener of the channel */
    remove(channel: string, listener: BusListener): boolean {
      const set = channels.get(channel)
      if (!set?.delete(listener) || set.size > 0) return false
      return channels.delete(channel)
    },
    tell(channel: string, heard: BusMessage): void {
      for (const listener of channels.get(channel) ?? []) listener(heard)
    },
    tellAll(heard: BusMessage): void {
      for (const channel of channels.keys()) this.tell(channel, heard)
    },
  }
}

/**
 * The bus of a single process.
 *
 * @param options.alone false when other processes use the same database; their messages do not arrive
 */
export function createLocalBus(options = { alone: true }): LiveBus {
  const listeners = createListeners()
  return {
    publish: (channel, messages) => listeners.tell(channel, { messages }),
    async subscribe(channel, listener) {
      listeners.add(channel, listener)
      return () => void listeners.remove(channel, listener)
    },
    status: () => (options.alone ? 'ok' : 'degraded'),
    onStatus: () => () => {},
    stop: async () => {},
  }
}
