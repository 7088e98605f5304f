/** PostgreSQL channel that notifies the workers at a commit. */
export const DUE_CHANNEL = 'signalbox_due'

/** Payload that announces a started replay or bulk action. */
export const JOB_STARTED = 'job'
