import { LRUCache } from 'lru-cache'
import type { LiveBus } from './bus.ts'

/** Default maximum age of a cached value, even when no change was heard: Redis may hang without a sign. */
export const FRESH_MS = 10_000
/** Maximum age while the bus is degraded and changes on other nodes are not heard. */
const FRESH_DEGRADED_MS = 1_000

/** A second level that processes share. */
export interface SharedLevel<Value> {
  /** The value with its remaining freshness; undefined when the value must be loaded. */
  get(key: string): Promise<{ value: Value; freshMs: number } | undefined>
  put(key: string, value: Value, freshMs: number): Promise<void>
}

interface Entry<Value> {
  value: Value
  readAt: number
}

/**
 * Caches loaded values until the bus announces a change of their owner, on this node or another. A load that began
 * before an announcement may have read stale data and is neither cached nor shared.
 *
 * @param deps.readIds reads the ids of changed owners from messages. Default: each text is an id
 * @param deps.load null is cached like a value; undefined is neither cached nor shared
 * @param deps.ownerOf id of the owner that an entry is evicted with, or several; undefined for an entry that only expires
 * @param deps.maxEntries maximum values, and as many nulls: a flood of unknown keys evicts no value
 * @param deps.freshMs maximum age of a value, even when no change was heard. Default: FRESH_MS
 * @param deps.now milliseconds of a monotonic clock
 */
export function createCache<Value extends object | null | undefined>(deps: {
  bus: LiveBus
  channel: string
  readIds?: (messages: readonly unknown[]) => string[]
  load: (key: string) => Promise<Value>
  ownerOf: (key: string, value: Value) => string | readonly string[] | undefined
  maxEntries: number
  sharedLevel?: SharedLevel<Value>
  freshMs?: number
  now?: () => number
}) {
  const { bus, readIds = textsOf, sharedLevel, freshMs = FRESH_MS, now = () => performance.now() } = deps
  const present = new LRUCache<string, Entry<Value>>({ max: deps.maxEntries })
  const absent = new LRUCache<string, Entry<Value>>({ max: deps.maxEntries })
  const loading = new Map<string, { promise: Promise<Value>; generation: number; readAt: number }>()
  /** Grows with every invalidation. */
  let generation = 0
  /** True once changes are heard. Nothing is cached before. */
  let listening = false
  /** Times until which a shared entry may predate a change, by key, and for every key after an outage. */
  const distrustedUntil = new LRUCache<string, number>({ max: deps.maxEntries })
  let allDistrustedUntil = 0

  function forget(ownerId: string): void {
    generation++
    for (const entries of [present, absent])
      for (const [key, { value }] of entries) {
        const owners = deps.ownerOf(key, value)
        if (Array.isArray(owners) ? !owners.includes(ownerId) : owners !== ownerId) continue
        entries.delete(key)
        distrustedUntil.set(key, now() + freshMs)
      }
  }

  function forgetAll(): void {
    generation++
    present.clear()
    absent.clear()
    allDistrustedUntil = now() + freshMs
  }

  function remember(key: string, entry: Entry<Value>): void {
    if (!listening || entry.value === undefined) return
    const [entries, others] = entry.value === null ? [absent, present] : [present, absent]
    others.delete(key)
    entries.set(key, entry)
  }

  async function lookUp(key: string): Promise<Value> {
    const began = generation
    const isDistrusted = now() < Math.max(allDistrustedUntil, distrustedUntil.get(key) ?? 0)
    const stored = isDistrusted ? undefined : await sharedLevel?.get(key)
    if (stored === undefined || began !== generation) return load(key)
    remember(key, { value: stored.value, readAt: now() - freshMs + Math.min(stored.freshMs, freshMs) })
    return stored.value
  }

  async function load(key: string): Promise<Value> {
    const began = { generation, readAt: now() }
    const value = await deps.load(key)
    if (!listening || began.generation !== generation) return value
    remember(key, { value, readAt: began.readAt })
    const remainingMs = Math.floor(freshMs - (now() - began.readAt))
    if (remainingMs > 0) void sharedLevel?.put(key, value, remainingMs)
    return value
  }

  return {
    /** The cached or loaded value. Concurrent calls for the same key share one load. */
    get(key: string): Promise<Value> {
      const entry = present.get(key) ?? absent.get(key)
      const maxAgeMs = bus.status() === 'ok' ? freshMs : FRESH_DEGRADED_MS
      if (entry !== undefined && now() - entry.readAt < maxAgeMs) return Promise.resolve(entry.value)
      const shared = loading.get(key)
      if (shared?.generation === generation && now() - shared.readAt < maxAgeMs)
        return shared.promise.then((value) => (value === undefined ? load(key) : value))
      const promise = lookUp(key).finally(() => {
        if (loading.get(key)?.promise === promise) loading.delete(key)
      })
      loading.set(key, { promise, generation, readAt: now() })
      return promise
    },

    /** Evicts the entries of an owner in this process. The caller announces the change to other nodes. */
    forget,

    async start(): Promise<void> {
      await bus.subscribe(deps.channel, ({ messages, gap }) => {
        if (gap) forgetAll()
        for (const ownerId of readIds(messages)) forget(ownerId)
      })
      listening = true
    },
  }
}

/** Redis may carry anything, so other messages are ignored. */
function textsOf(messages: readonly unknown[]): string[] {
  return messages.filter((message) => typeof message === 'string')
}
