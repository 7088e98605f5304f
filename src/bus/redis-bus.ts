import { Redis } from 'ioredis'
import type { Log } from '../lib/log.ts'
import { type BusListener, type BusStatus, createListeners, type Heard, type LiveBus } from './bus.ts'

const CHANNEL_PREFIX = 'signalbox:live:'
const RECONNECT_AT_MOST_MS = 2_000
/** Publishes waiting for Redis at most; past that they are dropped, and live is degraded already. */
const PENDING_PUBLISHES = 10_000
/** Channels whose gaps are remembered. */
const UNSENT_CHANNELS = 10_000

/**
 * Between processes, over Redis pub/sub. When Redis is away, deliveries go on: messages reach listeners in this process
 * only, the status says degraded, and after the return every listener is told that there was a gap.
 */
export function createRedisBus(options: { url: string; log: Log }): LiveBus {
  const { log } = options
  const connection = () =>
    new Redis(options.url, {
      enableOfflineQueue: false,
      autoResubscribe: false,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(50 * 2 ** times, RECONNECT_AT_MOST_MS),
    })
  const publisher = connection()
  const subscriber = connection()
  const listeners = createListeners()
  const statusListeners = new Set<(status: BusStatus) => void>()
  /** Undefined until Redis has answered, or failed to. */
  let status: BusStatus | undefined
  let lastError: Error | undefined
  let pending = 0
  let stopped = false
  const subscribed = new Set<string>()
  /** Channels of which something was not sent; told with the next message that is. */
  const unsent = new Set<string>()

  for (const redis of [publisher, subscriber]) {
    // Without a listener ioredis prints each failure; the status change is what is worth a line.
    redis.on('error', (error) => {
      lastError = error
    })
    redis.on('ready', () => void update())
    redis.on('close', () => void update())
  }
  subscriber.on('ready', () => void resubscribe())
  subscriber.on('message', (name: string, text: string) => {
    listeners.tell(name.slice(CHANNEL_PREFIX.length), parse(text))
  })

  function update(): void {
    const now: BusStatus = publisher.status === 'ready' && subscriber.status === 'ready' ? 'ok' : 'degraded'
    // At the start one of the two is ready before the other.
    const starting = status === undefined && [publisher, subscriber].some(isConnecting)
    if (now === status || stopped || (starting && now === 'degraded')) return
    status = now
    if (now === 'ok') log.info('Redis answered; live messages reach every process')
    else log.warn({ err: lastError }, 'Redis is away; deliveries go on and live messages stay in this process')
    for (const listener of statusListeners) listener(now)
  }

  /** @param echoed whether listeners in this process would have heard it from Redis only */
  function missed(channel: string, echoed: boolean): void {
    if (unsent.size < UNSENT_CHANNELS) unsent.add(channel)
    if (echoed) listeners.tell(channel, { gap: true, messages: [] })
  }

  /** After a connection was lost, what was sent meanwhile did not arrive. */
  async function resubscribe(): Promise<void> {
    subscribed.clear()
    await Promise.all([...listeners.channels.keys()].map(subscribeRemote))
    listeners.tellAll({ gap: true, messages: [] })
  }

  async function subscribeRemote(channel: string): Promise<void> {
    if (subscriber.status !== 'ready') return
    try {
      await subscriber.subscribe(CHANNEL_PREFIX + channel)
      subscribed.add(channel)
    } catch (error) {
      // The connection went away in between: its return subscribes again.
      log.debug({ err: error }, 'Subscription of a bus channel failed; retrying')
    }
  }

  return {
    publish(channel, messages) {
      const canSend = publisher.status === 'ready'
      // Redis echoes to this process only what it is subscribed to here.
      const echoed = canSend && subscriber.status === 'ready' && subscribed.has(channel)
      if (!echoed) listeners.tell(channel, { messages })
      if (!canSend || pending >= PENDING_PUBLISHES) return missed(channel, echoed)
      pending++
      const heard: Heard = unsent.delete(channel) ? { gap: true, messages } : { messages }
      publisher
        .publish(CHANNEL_PREFIX + channel, JSON.stringify(heard))
        .catch(() => missed(channel, echoed))
        .finally(() => pending--)
    },
    async subscribe(channel: string, listener: BusListener) {
      const first = listeners.add(channel, listener)
      if (first || !subscribed.has(channel)) await subscribeRemote(channel)
      return () => {
        if (!listeners.remove(channel, listener)) return
        subscribed.delete(channel)
        if (subscriber.status === 'ready') subscriber.unsubscribe(CHANNEL_PREFIX + channel).catch(() => {})
      }
    },
    status: () => status ?? 'degraded',
    onStatus(listener) {
      statusListeners.add(listener)
      return () => void statusListeners.delete(listener)
    },
    async stop() {
      stopped = true
      publisher.disconnect()
      subscriber.disconnect()
    },
  }
}

/** On its way, or there and not asked yet whether it is ready. */
const isConnecting = (redis: Redis) => redis.status === 'connecting' || redis.status === 'connect'

/** What somebody else wrote to the channel is no message of ours. */
function parse(text: string): Heard {
  try {
    const { messages, gap } = JSON.parse(text)
    return { messages: Array.isArray(messages) ? messages : [], gap: gap === true }
  } catch {
    return { messages: [], gap: true }
  }
}
