/** PostgreSQL channel that notifies the workers at a commit. */
export const WAKE_CHANNEL = 'signalbox_due'

/** Payload that announces a started replay. */
export const REPLAY_WAKE = 'replay'

/**
 * Maximum deliveries named in a payload, separated by spaces. The worker claims named deliveries without searching the
 * queue; without a payload it searches.
 */
export const NAMED_AT_MOST = 8
