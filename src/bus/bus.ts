/** Every key that changed, in what it may do or by which secrets: `{ keyId }`. */
export const KEY_CHANGES = 'keys'

/** Organizations whose registered operations changed: an id each. */
export const DOCUMENT_CHANGES = 'documents'

/** The keys that such messages name. Anything may stand in Redis: what is no message of ours is left out. */
export function changedKeys(messages: readonly unknown[]): string[] {
  return messages
    .map((message) =>
      typeof message === 'object' && message !== null && 'keyId' in message ? message.keyId : undefined,
    )
    .filter((keyId) => typeof keyId === 'string')
}

/** Says that an organization's log of deliveries has grown; what is new stands there. */
export const deliveryChannel = (organizationId: string) => `deliveries:${organizationId}`

/** Endpoints of an organization whose settings or health changed: an id each. */
export const endpointChannel = (organizationId: string) => `endpoints:${organizationId}`

/** Replays of an organization that made progress: an id each. */
export const replayChannel = (organizationId: string) => `replays:${organizationId}`

/** Organizations' usage that was counted: an id each of the keys that it was of. */
export const usageChannel = (organizationId: string) => `usage:${organizationId}`

/** What a listener hears: messages in order, and whether some before them may have been lost on the way. */
export interface Heard {
  messages: readonly unknown[]
  gap?: boolean
}
export type BusListener = (heard: Heard) => void
export type BusStatus = 'ok' | 'degraded'

/**
 * Carries live messages to whoever listens now. It keeps nothing: what must not be lost is in the database.
 * Deliveries never wait for it, so `publish` neither waits nor fails.
 */
export interface LiveBus {
  publish(channel: string, messages: readonly unknown[]): void
  /** Resolves when the listener is in place. */
  subscribe(channel: string, listener: BusListener): Promise<() => void>
  /** Degraded: messages from other processes do not arrive. */
  status(): BusStatus
  onStatus(listener: (status: BusStatus) => void): () => void
  stop(): Promise<void>
}

/** Listeners by channel: the half that both buses share. */
export function createListeners() {
  const channels = new Map<string, Set<BusListener>>()
  return {
    channels,
    /** @returns whether it is the channel's first */
    add(channel: string, listener: BusListener): boolean {
      const set = channels.get(channel)
      if (set !== undefined) {
        set.add(listener)
        return false
      }
      channels.set(channel, new Set([listener]))
      return true
    },
    /** @returns whether it was the channel's last */
    remove(channel: string, listener: BusListener): boolean {
      const set = channels.get(channel)
      if (!set?.delete(listener) || set.size > 0) return false
      return channels.delete(channel)
    },
    tell(channel: string, heard: Heard): void {
      for (const listener of channels.get(channel) ?? []) listener(heard)
    },
    tellAll(heard: Heard): void {
      for (const channel of channels.keys()) this.tell(channel, heard)
    },
  }
}

/**
 * For one process that runs everything.
 *
 * @param options.alone false when others work on the same database, whose messages then do not arrive
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
