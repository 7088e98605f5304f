import { ProcessMode } from '../src/database/generated/enums.ts'
import type { DayFigures, TierFigures } from '../src/domain/operator/figures.ts'
import { ALIVE_SECONDS, type ListedWorker, type Queue, WORKERS_AT_MOST } from '../src/domain/operator/queue.ts'
import { COUNTED_OF_INSTALLATION } from '../src/domain/operator/queue-sql.ts'
import { ApiKeyTier } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { CappedCount } from './capped-count.ts'

const TierType = builder.objectRef<TierFigures>('OperatorTier').implement({
  description: 'API keys of one tier over all organizations, and their requests today (UTC).',
  fields: (t) => ({
    tier: t.expose('tier', {
      type: ApiKeyTier,
      nullable: true,
      description: 'Tier of the keys; null for keys without rate limits.',
    }),
    active: t.expose('active', { type: 'Count', description: 'Number of keys that can be used.' }),
    disabled: t.expose('disabled', { type: 'Count', description: 'Number of disabled keys.' }),
    expired: t.expose('expired', { type: 'Count', description: 'Number of expired keys.' }),
    revoked: t.expose('revoked', { type: 'Count', description: 'Number of revoked keys.' }),
    requestsToday: t.expose('requestsToday', { type: 'Count', description: 'Number of requests today.' }),
    consumersToday: t.expose('consumersToday', {
      type: 'Count',
      description: 'Number of distinct keys that made a request today.',
    }),
    limitHitsToday: t.expose('limitHitsToday', {
      type: 'Count',
      description: 'Number of requests today that a rate limit or quota refused.',
    }),
  }),
})

const DayType = builder.objectRef<DayFigures>('OperatorDay').implement({
  description: 'Deliveries and attempts of all organizations on one day (UTC).',
  fields: (t) => ({
    day: t.expose('day', { type: 'DateTime', description: 'Start of the day (00:00 UTC).' }),
    created: t.expose('created', { type: 'Count', description: 'Number of deliveries created.' }),
    delivered: t.expose('delivered', { type: 'Count', description: 'Number of deliveries that ended as SUCCEEDED.' }),
    dead: t.expose('dead', { type: 'Count', description: 'Number of deliveries that ended as DEAD.' }),
    attempts: t.expose('attempts', { type: 'Count', description: 'Number of recorded attempts.' }),
    failedAttempts: t.expose('failedAttempts', { type: 'Count', description: 'Number of attempts that failed.' }),
    meanRetries: t.exposeFloat('meanRetries', {
      nullable: true,
      description: 'Mean number of attempts after the first, per delivered or dead delivery; null without one.',
    }),
  }),
})

const MOST = COUNTED_OF_INSTALLATION.toLocaleString('en')

const QueueType = builder.objectRef<Queue>('OperatorQueue').implement({
  description: `Deliveries of all organizations that are not finished. Each number is counted up to ${MOST}; with more waiting deliveries, \`due\`, \`later\`, \`pending\` and \`retrying\` are parts of those that were counted.`,
  fields: (t) => {
    const counted = (name: 'due' | 'later' | 'pending' | 'retrying' | 'inFlight' | 'held', which: string) =>
      t.field({
        type: CappedCount,
        description: `Number of deliveries ${which}, at most ${MOST}.`,
        resolve: (queue: Queue) => queue[name],
      })
    return {
      due: counted('due', 'in state PENDING or RETRYING that are due now'),
      later: counted('later', 'in state PENDING or RETRYING that are due later'),
      pending: counted('pending', 'in state PENDING'),
      retrying: counted('retrying', 'in state RETRYING'),
      inFlight: counted('inFlight', 'in state SENDING, which workers have claimed'),
      held: counted('held', 'in state HELD'),
      oldestDueAt: t.expose('oldestDueAt', {
        type: 'DateTime',
        nullable: true,
        description: 'Due time of the delivery that waits longest; null while none is due.',
      }),
      oldestDueSeconds: t.int({
        nullable: true,
        description: 'Whole seconds for which the delivery that waits longest has been due; null while none is due.',
        resolve: ({ oldestDueSeconds }) => oldestDueSeconds && Math.round(oldestDueSeconds),
      }),
    }
  },
})

const WorkerMode = builder.enumType('WorkerMode', {
  description: 'Parts of Signalbox that run in the process of a worker.',
  values: {
    [ProcessMode.ALL]: { description: 'The process runs the API and a worker.' },
    [ProcessMode.WORKER]: { description: 'The process runs a worker alone.' },
  } as const,
})

const WorkerStatus = builder.enumType('WorkerStatus', {
  description: 'State of a worker by its heartbeats.',
  values: {
    ALIVE: { description: `The last heartbeat is at most ${ALIVE_SECONDS} seconds old.` },
    LOST: { description: 'The heartbeats ended without a stop: the process was killed, or it stalls.' },
    STOPPED: { description: 'The worker was stopped in order.' },
  } as const,
})

const WorkerType = builder.objectRef<ListedWorker>('OperatorWorker').implement({
  description: 'A worker process that runs, or ran within the last day.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the worker, such as `wrk_…`; each start of a process has a new one.' }),
    status: t.expose('state', { type: WorkerStatus, description: 'State of the worker by its heartbeats.' }),
    host: t.exposeString('host', { description: 'Name of the machine or container.' }),
    version: t.exposeString('version', { description: 'Version of Signalbox.' }),
    mode: t.expose('mode', { type: WorkerMode, description: 'Parts of Signalbox that run in the process.' }),
    concurrency: t.expose('concurrency', { type: 'Count', description: 'Maximum deliveries in flight.' }),
    inFlight: t.expose('inFlight', {
      type: 'Count',
      description: 'Number of deliveries in flight at the last heartbeat.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'Time of the first heartbeat.' }),
    heartbeatAt: t.expose('heartbeatAt', {
      type: 'DateTime',
      description: 'Time of the last heartbeat; a worker sends one every 5 seconds.',
    }),
    stoppedAt: t.expose('stoppedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the worker was stopped in order; null while it runs, and after a crash.',
    }),
  }),
})

const OperatorOverview = builder.objectRef<object>('OperatorOverview').implement({
  description: 'Figures of the installation. Each part is read only when it is selected.',
  fields: (t) => ({
    tiers: t.field({
      type: [TierType],
      description: 'API keys and their requests today by tier: every tier, and keys without rate limits last.',
      resolve: (_overview, _args, context) => context.services.operator.figures.tiers(requireViewer(context)),
    }),
    day: t.field({
      type: DayType,
      description: 'Deliveries and attempts of one day (UTC).',
      args: { at: t.arg({ type: 'DateTime', description: 'Any time of the day. Default: today.' }) },
      resolve: (_overview, { at }, context) =>
        context.services.operator.figures.day(requireViewer(context), at ?? undefined),
    }),
    queue: t.field({
      type: QueueType,
      description: 'Deliveries that wait or are in flight now.',
      resolve: (_overview, _args, context) => context.services.operator.queue(requireViewer(context)),
    }),
    workers: t.field({
      type: [WorkerType],
      description: `Workers that run, or ran within the last day, those with the latest heartbeat first; at most ${WORKERS_AT_MOST}.`,
      resolve: (_overview, _args, context) => context.services.operator.workers(requireViewer(context)),
    }),
  }),
})

builder.queryField('operatorOverview', (t) =>
  t.field({
    type: OperatorOverview,
    description: 'Figures of the installation. For the operator: needs `platform: read`.',
    authScopes: { can: 'platform:read' },
    resolve: () => ({}),
  }),
)
