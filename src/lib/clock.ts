/** Source of time. Handed in, so that a test of a 24-hour schedule takes milliseconds. */
export interface Clock {
  now(): Date
  /**
   * The time for queue statements; null takes the clock of the database. In production all processes then agree on due
   * times, even when their own clocks differ.
   */
  forQueue(): Date | null
}

export const systemClock: Clock = { now: () => new Date(), forQueue: () => null }
