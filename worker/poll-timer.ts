/**
 * When a worker looks at the queue by itself: when the next retry is due, and when an endpoint may have more than it could have
 * at the last claim. Times are milliseconds of this process, which a clock that is set does not move.
 */
export function createAlarm(ring: () => void) {
  let isOn = false
  /** 0 is unknown. */
  let retryAt = 0
  let lookAt = 0
  let timer: NodeJS.Timeout | undefined

  return {
    /** Until then, and after a stop, the worker looks only when it is told to. */
    start() {
      isOn = true
    },
    stop() {
      isOn = false
      clearTimeout(timer)
    },

    knowsNextRetry: () => retryAt > performance.now(),
    /** From here on the first of the retries that it is told of counts. */
    forgetRetries() {
      retryAt = Number.POSITIVE_INFINITY
    },
    retryIn(ms: number) {
      retryAt = Math.min(retryAt, performance.now() + ms)
    },
    lookIn(ms: number) {
      lookAt = performance.now() + ms
    },

    /** Rings at the first of both. */
    set() {
      clearTimeout(timer)
      if (isOn) timer = setTimeout(ring, Math.max(Math.min(retryAt, lookAt) - performance.now(), 1))
    },
  }
}
