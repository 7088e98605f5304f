import { Redis } from 'ioredis'
import type { Log } from '../lib/log.ts'
import { type BusListener, type BusMessage, type BusStatus, createListeners, type LiveBus } from './bus.ts'

const CHANNEL_PREFIX = 'signalbox:live:'
const RECONNECT_AT_MOST_MS = 2_000
/** Maximum publishes that wait for Redis. Later ones are dropped; the bus is degraded already. */
const PENDING_PUBLISHES = 10_000
/** Maximum channels with a remembered gap. */
const UNSENT_CHANNELS = 10_000

/**
 * The bus between processes, over Redis pub/sub. While Redis is away, deliveries go on: messages reach listeners in
 * this process only, the status is degraded, and every listener learns of a gap after the return.
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
  /** Undefined until Redis has answered or failed. */
  let status: BusStatus | undefined
  let lastError: Error | undefined
  let pending = 0
  let stopped = false
  const subscribed = new Set<string>()
  /** Channels with dropped messages; their next message carries the gap. */
  const unsent = new Set<string>()

  for (const redis of [publisher, subscriber]) {
    // Without a listener ioredis prints each failure; the status change has a log line.
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
    // At the start one of the two connections is ready first.
    const starting = status === undefined && [publisher, subscriber].some(isConnecting)
    if (now === status || stopped || (starting && now === 'degraded')) return
    status = now
    if (now === 'ok') log.info('Redis answered; live messages reach every process')
    else log.warn({ err: lastError }, 'Redis is away; deliveries go on and live messages stay in this process')
    for (const listener of statusListeners) listener(now)
  }

  /** @param echoed true when listeners in this process would have heard the message from Redis only */
  function missed(channel: string, echoed: boolean): void {
    if (unsent.size < UNSENT_CHANNELS) unsent.add(channel)
    if (echoed) listeners.tell(channel, { gap: true, messages: [] })
  }

  /** Messages sent while the connection was lost did not arrive. */
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
      // The connection was lost meanwhile; its return subscribes again.
      log.debug({ err: error }, 'Subscription of a bus channel failed; retrying')
    }
  }

  return {
    publish(channel, messages) {
      const canSend = publisher.status === 'ready'
      // Redis echoes only the channels that this process subscribes to.
      const echoed = canSend && subscriber.status === 'ready' && subscribed.has(channel)
      if (!echoed) listeners.tell(channel, { messages })
      if (!canSend || pending >= PENDING_PUBLISHES) return missed(channel, echoed)
      pending++
      const heard: BusMessage = unsent.delete(channel) ? { gap: true, messages } : { messages }
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

/** True while connecting, or connected and not yet known to be ready. */
const isConnecting = (redis: Redis) => redis.status === 'connecting' || redis.status === 'connect'

/** Ignores messages of other programs on the channel. */
function parse(text: string): BusMessage {
  try {
    const { messages, gap } = JSON.parse(text)
    return { messages: Array.isArray(messages) ? messages : [], gap: gap === true }
  } catch {
    return { messages: [], gap: true }
  }
}
