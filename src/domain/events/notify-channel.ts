/** PostgreSQL channel that notifies the workers at a commit. */
export const DUE_CHANNEL = 'signalbox_due'

/** Payload that announces a started replay. */
export const REPLAY_STARTED = 'replay'
