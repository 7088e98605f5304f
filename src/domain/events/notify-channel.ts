/** The channel on which a commit wakes the workers. */
export const WAKE_CHANNEL = 'signalbox_due'

/** The payload on it that says that a replay was started. */
export const REPLAY_WAKE = 'replay'

/**
 * A payload names deliveries that are new and due, with spaces between, when they are no more than so many: they can be claimed
 * without a look at the queue. Without a payload, something in the queue is due.
 */
export const NAMED_AT_MOST = 8
