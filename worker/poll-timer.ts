/**
 * Wakes the worker without a notification: when the next retry is due, and when a saturated endpoint may have capacity
 * again. Times are milliseconds of a monotonic clock.
 */
export function createPollTimer(ring: () => void) {
  let isOn = false
  /** 0 while unknown. */
  let retryAt = 0
  let lookAt = 0
  let timer: NodeJS.Timeout | undefined

  return {
    /** Before the start and after a stop, only notifications wake the worker. */
    start() {
      isOn = true
    },
    stop() {
      isOn = false
      clearTimeout(timer)
    },

    knowsNextRetry: () => retryAt > performance.now(),
    /** Forgets earlier retries: from here on the earliest new one counts. */
    forgetRetries() {
      retryAt = Number.POSITIVE_INFINITY
    },
    retryIn(ms: number) {
      retryAt = Math.min(retryAt, performance.now() + ms)
    },
    lookIn(ms: number) {
      lookAt = performance.now() + ms
    },

    /** Arms the timer for the earlier of both times. */
    set() {
      clearTimeout(timer)
      if (isOn) timer = setTimeout(ring, Math.max(Math.min(retryAt, lookAt) - performance.now(), 1))
    },
  }
}
