/** Maximum messages that wait for one subscriber. */
export const QUEUE_LIMIT = 1_000

/** A message. `gap` is true when messages before it were dropped. */
export interface QueueItem<T> {
  message: T
  gap: boolean
}

/**
 * Bounded queue between the bus and one subscriber. A slow subscriber loses its oldest messages and learns so by `gap`;
 * other subscribers are not affected.
 */
export interface BoundedQueue<T> extends AsyncIterableIterator<QueueItem<T>> {
  push(message: T): void
  /** Marks messages as lost before they reached the queue. */
  markGap(): void
  /** Ends the reader at once. */
  close(): void
  return(): Promise<IteratorResult<QueueItem<T>>>
}

export function createBoundedQueue<T>(options: { limit?: number; onClose?: () => void } = {}): BoundedQueue<T> {
  const limit = options.limit ?? QUEUE_LIMIT
  const waiting: T[] = []
  let readers: ((result: IteratorResult<QueueItem<T>>) => void)[] = []
  let gap = false
  let closed = false

  function close(): void {
    if (closed) return
    closed = true
    waiting.length = 0
    for (const resolve of readers) resolve({ done: true, value: undefined })
    readers = []
    options.onClose?.()
  }

  function mail(message: T): IteratorResult<QueueItem<T>> {
    const value = { message, gap }
    gap = false
    return { done: false, value }
  }

  return {
    push(message) {
      if (closed) return
      const reader = readers.shift()
      if (reader !== undefined) return reader(mail(message))
      if (waiting.length >= limit) {
        waiting.shift()
        gap = true
      }
      waiting.push(message)
    },
    markGap() {
      gap = true
    },
    close,
    async next() {
      if (closed) return { done: true, value: undefined }
      const message = waiting.shift()
      if (message !== undefined) return mail(message)
      return new Promise((resolve) => readers.push(resolve))
    },
    async return() {
      close()
      return { done: true, value: undefined }
    },
    async throw(error) {
      close()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
