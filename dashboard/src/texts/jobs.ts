interface Counted {
  count: number
  isExact: boolean
}

/** A number that was counted up to a bound. */
const amount = ({ count, isExact }: Counted, one: string, many: string) =>
  `${isExact ? '' : 'At least '}${count.toLocaleString()} ${count === 1 && isExact ? one : many}`

export const jobTexts = {
  status: { RUNNING: 'Running', COMPLETED: 'Completed', CANCELED: 'Canceled' } as Record<string, string>,
  progress: (count: number) => `${count.toLocaleString()} ${count === 1 ? 'delivery' : 'deliveries'}`,
  previewReplay: (found: Counted) => `${amount(found, 'event', 'events')} would be sent.`,
  preview: (found: Counted) => `${amount(found, 'delivery', 'deliveries')} would be sent again.`,
  previewCancel: (found: Counted) => `${amount(found, 'delivery', 'deliveries')} would be canceled.`,
  cancel: 'Stop',
  canceled: 'It is stopped',
}

export const replayTexts = {
  title: 'Replays',
  stop: {
    title: 'Stop this replay?',
    action: 'Stop the replay',
    done: 'The replay is stopped',
    effect: 'Events that were made due already are still sent.',
  },
  create: 'Replay events',
  columns: {
    endpoint: 'Endpoint',
    status: 'Status',
    count: 'Progress',
    filter: 'Events',
    created: 'Started',
  },
  empty: 'No replays yet',
  emptyHint: 'A replay sends stored events again, for example after your server was down, or to a new endpoint.',
  allEvents: 'every event',
  form: {
    endpoint: 'Endpoint',
    types: 'Event types',
    typesHint: 'One per line. Empty for every type that the endpoint wants.',
    statuses: 'Deliveries',
    statusOptions: [
      ['', 'Those that ended without success, and missing ones'],
      ['DEAD', 'Dead ones'],
      ['SUCCEEDED', 'Succeeded ones, again'],
      ['EXPIRED', 'Expired ones'],
      ['CANCELED', 'Canceled ones'],
    ] as const,
    from: 'Published from',
    to: 'Published until',
    preview: 'Preview',
    submit: 'Replay',
  },
}

export const deadLetterTexts = {
  title: 'Dead letters',
  empty: {
    DEAD: 'No dead letters',
    EXPIRED: 'No expired deliveries',
    RETRYING: 'No delivery is retried',
    HELD: 'No held deliveries',
    CANCELED: 'No canceled deliveries',
  } as Record<string, string>,
  emptyHint: 'A delivery that used up its attempts waits here until somebody retries it.',
  emptyFiltered: 'No delivery matches these filters.',
  all: { RETRY: 'Retry all of these', CANCEL: 'Cancel all of these' },
  row: 'Action',
  retry: 'Retry',
  retryOne: (type: string) => `Retry ${type}`,
  found: {
    DEAD: 'Dead deliveries',
    EXPIRED: 'Expired deliveries',
    CANCELED: 'Canceled deliveries',
    RETRYING: 'Deliveries that are retried',
    HELD: 'Held deliveries',
  } as Record<string, string>,
  error: 'Failed with',
  errors: [
    ...(['HTTP_SERVER_ERROR', 'HTTP_CLIENT_ERROR', 'RATE_LIMITED', 'REDIRECTED', 'TIMEOUT', 'DNS_FAILED'] as const),
    ...(['CONNECTION_REFUSED', 'CONNECTION_RESET', 'UNREACHABLE', 'TLS_CERTIFICATE', 'TARGET_FORBIDDEN'] as const),
  ],
  errorNames: {
    HTTP_SERVER_ERROR: 'a status from 500',
    HTTP_CLIENT_ERROR: 'a status from 400 to 499',
    RATE_LIMITED: 'status 429',
    REDIRECTED: 'a redirect',
    TIMEOUT: 'a timeout',
    DNS_FAILED: 'an unknown host',
    CONNECTION_REFUSED: 'a refused connection',
    CONNECTION_RESET: 'a closed connection',
    UNREACHABLE: 'an unreachable host',
    TLS_CERTIFICATE: 'a bad certificate',
    TARGET_FORBIDDEN: 'a forbidden target',
  },
  actions: 'Actions on many deliveries',
  kind: { RETRY: 'Retry', CANCEL: 'Cancel' } as Record<string, string>,
  confirm: { RETRY: 'Retry these deliveries?', CANCEL: 'Cancel these deliveries?' } as Record<string, string>,
  started: 'The action has started. Its progress is shown on this page.',
  status: 'Status',
  states: [
    ['DEAD', 'Dead'],
    ['EXPIRED', 'Expired'],
    ['RETRYING', 'Retrying'],
    ['HELD', 'Held'],
    ['CANCELED', 'Canceled'],
  ] as const,
}
