export const overviewTexts = {
  title: 'Overview',
  lastHour: 'Last hour',
  days: 'Last 30 days',
  tiles: {
    perSecond: 'Deliveries a second',
    success: 'Attempts accepted',
    p95: 'p95',
    due: 'Due now',
    later: 'Waiting',
    held: 'Held',
    dead: 'Dead letters',
    failing: 'Failing or disabled',
  },
  series: { created: 'Created', succeeded: 'Succeeded', failed: 'Failed attempts', dead: 'Dead' },
  failing: 'Failing and disabled endpoints',
  allWell: 'Every endpoint answers',
  allWellHint:
    'Endpoints whose last attempt failed are listed here with the reason, also those that failures disabled.',
  nearLimit: 'API keys near a limit',
  noneNear: 'No key is near a limit',
  noneNearHint: 'Keys that used 80 % of a window are listed here before requests are refused.',
  columns: { key: 'Key', window: 'Limit', used: 'Used', reset: 'Frees' },
  start: {
    title: 'Begin here',
    hint: 'Send yourself a real event: this tab becomes an endpoint, and you watch the delivery, its signature and its retries.',
    endpoint: 'Or add the address of your server',
  },
}
