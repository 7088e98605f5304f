export const jobTexts = {
  status: { RUNNING: 'Running', COMPLETED: 'Completed', CANCELED: 'Canceled' } as Record<string, string>,
  progress: (count: number) => `${count.toLocaleString()} deliveries`,
  preview: ({ count, isExact }: { count: number; isExact: boolean }) =>
    `${isExact ? '' : 'At least '}${count.toLocaleString()} ${count === 1 && isExact ? 'delivery' : 'deliveries'} would be made due.`,
  previewCancel: ({ count, isExact }: { count: number; isExact: boolean }) =>
    `${isExact ? '' : 'At least '}${count.toLocaleString()} ${count === 1 && isExact ? 'delivery' : 'deliveries'} would be canceled.`,
  cancel: 'Stop',
  canceled: 'It is stopped',
}

export const replayTexts = {
  title: 'Replays',
  create: 'Replay events',
  columns: {
    endpoint: 'Endpoint',
    status: 'Status',
    count: 'Progress',
    filter: 'Events',
    created: 'Started',
    by: 'By',
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
  empty: 'No dead letters',
  emptyHint: 'A delivery that used up its attempts waits here until somebody retries it.',
  retryAll: 'Retry all of these',
  cancelAll: 'Cancel all of these',
  actions: 'Actions on many deliveries',
  kind: { RETRY: 'Retry', CANCEL: 'Cancel' } as Record<string, string>,
  confirm: { RETRY: 'Retry these deliveries?', CANCEL: 'Cancel these deliveries?' } as Record<string, string>,
  started: 'It is under way; its progress is shown here',
  status: 'State',
  states: [
    ['DEAD', 'Dead'],
    ['EXPIRED', 'Expired'],
    ['HELD', 'Held'],
    ['RETRYING', 'Retrying'],
  ] as const,
}
