/** Maximum wait of the claim loop without a nudge, the safety net for lost notifications. */
export const POLL_MS = 30_000

/**
 * Decides when the claim loop runs next: at a nudge, when the next retry is due, or at the next poll. The one object
 * between the claim loop and everything that makes deliveries due or frees capacity.
 */
export function createClaimSchedule() {
  let run = () => {}
  let isOn = false
  // Milliseconds of `performance.now()`.
  let retryAt = Number.POSITIVE_INFINITY
  let pollAt = 0
  let timer: NodeJS.Timeout | undefined

  return {
    /** Sets the claim loop, which runs at once when called and coalesces calls that arrive while it runs. */
    connect(claimLoop: () => void) {
      run = claimLoop
    },
    /** Deliveries may be due, or capacity is free for due ones. */
    nudge: () => run(),

    /** Lets timers run the claim loop. Before the start and after a stop, only nudges do. */
    start() {
      isOn = true
    },
    stop() {
      isOn = false
      clearTimeout(timer)
    },

    /** Forgets earlier retries, before a claim that finds the next one: retries recorded meanwhile still count. */
    forgetRetries() {
      retryAt = Number.POSITIVE_INFINITY
    },
    retryIn(ms: number) {
      retryAt = Math.min(retryAt, performance.now() + ms)
    },
    pollIn(ms: number) {
      pollAt = performance.now() + ms
    },
    /** Arms the timer for the earlier of both times. */
    arm() {
      clearTimeout(timer)
      if (isOn) timer = setTimeout(() => run(), Math.max(Math.min(retryAt, pollAt) - performance.now(), 1))
    },
  }
}

export type ClaimSchedule = ReturnType<typeof createClaimSchedule>
