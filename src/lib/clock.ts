/** Where time comes from. Handed in, so that a test of a 24-hour schedule takes milliseconds. */
export interface Clock {
  now(): Date
  /**
   * What statements on the queue take for the time: null means the database's own clock. In production every process
   * then agrees on when a delivery is due, whatever its own clock says.
   */
  forQueue(): Date | null
}

export const systemClock: Clock = { now: () => new Date(), forQueue: () => null }
