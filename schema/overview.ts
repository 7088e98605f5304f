import type { KeyNearLimit } from '../src/domain/overview/keys-near-limit.ts'
import type { LastHour, MinuteFigures } from '../src/domain/overview/last-hour.ts'
import { BACKLOG_AT_MOST, type Backlog } from '../src/domain/overview/overview.ts'
import { ApiKey } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { CappedCount } from './capped-count.ts'
import { LimitWindow } from './limits.ts'

const MinuteType = builder.objectRef<MinuteFigures>('OverviewMinute').implement({
  description: 'Deliveries and attempts of one minute.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'Start of the minute.' }),
    created: t.expose('created', { type: 'Count', description: 'Number of deliveries created.' }),
    succeeded: t.expose('succeeded', { type: 'Count', description: 'Number of attempts that the receiver accepted.' }),
    failed: t.expose('failed', { type: 'Count', description: 'Number of attempts that failed.' }),
  }),
})

const LastHourType = builder.objectRef<LastHour>('OverviewLastHour').implement({
  description:
    'Figures of the 60 minutes that end with the current one. Workers count them every 10 seconds. Deliveries that are created while no worker runs are counted in the minute in which a worker starts.',
  fields: (t) => ({
    created: t.expose('created', { type: 'Count', description: 'Number of deliveries created.' }),
    succeeded: t.expose('succeeded', { type: 'Count', description: 'Number of attempts that the receiver accepted.' }),
    failed: t.expose('failed', { type: 'Count', description: 'Number of attempts that failed.' }),
    successShare: t.exposeFloat('successShare', {
      nullable: true,
      description: 'Share of attempts that the receiver accepted, 0 to 1; null without attempts.',
    }),
    p95Duration: t.expose('p95Duration', {
      type: 'Microseconds',
      nullable: true,
      description: '95th percentile of attempt durations, accurate to 9%; null without attempts.',
    }),
    minutes: t.field({
      type: [MinuteType],
      description: 'The 60 minutes, oldest first, those without deliveries included.',
      resolve: ({ minutes }) => minutes,
    }),
  }),
})

const MOST = BACKLOG_AT_MOST.toLocaleString('en')

const BacklogType = builder.objectRef<Backlog>('OverviewBacklog').implement({
  description: `Deliveries that are not finished, and dead letters, now. Each number is counted up to ${MOST}.`,
  fields: (t) => ({
    due: t.field({
      type: CappedCount,
      description: `Number of deliveries in state PENDING or RETRYING that are due now, at most ${MOST}.`,
      resolve: ({ due }) => due,
    }),
    later: t.field({
      type: CappedCount,
      description: `Number of deliveries in state PENDING or RETRYING that are due later, at most ${MOST}.`,
      resolve: ({ later }) => later,
    }),
    dead: t.field({
      type: CappedCount,
      description: `Number of dead letters, deliveries in state DEAD, at most ${MOST}.`,
      resolve: ({ dead }) => dead,
    }),
    held: t.field({
      type: CappedCount,
      description: `Number of deliveries in state HELD, at most ${MOST}.`,
      resolve: ({ held }) => held,
    }),
    oldestDueAt: t.expose('oldestDueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Due time of the delivery that waits longest; null while none is due.',
    }),
  }),
})

const KeyNearLimitType = builder.objectRef<KeyNearLimit>('KeyNearLimit').implement({
  description: 'An API key that used most of a rate limit or quota.',
  fields: (t) => ({
    apiKey: t.field({
      type: ApiKey,
      description: 'The API key. Needs `keys: read`.',
      authScopes: { can: 'keys:read' },
      resolve: ({ apiKey }) => apiKey,
    }),
    window: t.field({
      type: LimitWindow,
      description: 'Window of the key of which the largest share is used. `resetAt` is the time when use expires.',
      resolve: ({ window }) => window,
    }),
    used: t.expose('used', { type: 'Count', description: 'Amount that is used within the window.' }),
    usedShare: t.exposeFloat('usedShare', { description: 'Share of the window that is used, 0.8 to 1.' }),
  }),
})

const Overview = builder.objectRef<object>('Overview').implement({
  description: 'Figures of the organization now and in the last hour. Each part is read only when it is selected.',
  fields: (t) => ({
    lastHour: t.field({
      type: LastHourType,
      description: 'Deliveries and attempts of the last hour.',
      resolve: (_overview, _args, context) => context.services.overview.lastHour(requireViewer(context)),
    }),
    backlog: t.field({
      type: BacklogType,
      description: 'Deliveries that wait, and dead letters.',
      resolve: (_overview, _args, context) => context.services.overview.backlog(requireViewer(context)),
    }),
    failingEndpoints: t.field({
      type: 'Count',
      nullable: true,
      description:
        'Number of enabled endpoints that failed in their last attempt; null with an error for a key without `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
      resolve: (_overview, _args, context) => context.services.overview.failingEndpoints(requireViewer(context)),
    }),
    keysNearLimit: t.field({
      type: [KeyNearLimitType],
      nullable: true,
      description:
        'At most 20 keys that used 80% or more of one of their windows, the fullest first, among the 200 keys that were used last; null with an error for a key without `keys: read`.',
      authScopes: { can: 'keys:read' },
      resolve: (_overview, _args, context) => context.services.overview.keysNearLimit(requireViewer(context)),
    }),
  }),
})

builder.queryField('overview', (t) =>
  t.field({
    type: Overview,
    description:
      'Figures of the organization now and in the last hour. Needs `deliveries: read`; the endpoints also need `webhooks: read`, and the keys `keys: read`.',
    authScopes: { can: 'deliveries:read' },
    resolve: () => ({}),
  }),
)
