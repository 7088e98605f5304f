import type { LimitsState } from '../src/domain/limits/limits.ts'
import type { WindowState } from '../src/domain/limits/sliding-window.ts'
import { builder } from './builder.ts'

export const LimitWindow = builder.objectRef<WindowState>('LimitWindow').implement({
  description: 'A rate limit or quota: the maximum amount within any span of this length.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        'Name of the window: `minute` and `hour` (rate limits) and `day` (quota) count requests, `cost` counts cost points per minute.',
    }),
    limit: t.expose('limit', { type: 'Count', description: 'Maximum amount within the window.' }),
    seconds: t.exposeInt('seconds', { description: 'Length of the window in seconds.' }),
    remaining: t.expose('remaining', { type: 'Count', description: 'Amount that is left within the window now.' }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'Time at which the oldest spent amount leaves the window.',
      resolve: ({ resetAt }) => new Date(resetAt),
    }),
    retryAt: t.field({
      type: 'DateTime',
      description: 'Time at which the requested amount fits into the window; the current time when it fits already.',
      resolve: ({ retryAt }) => new Date(retryAt),
    }),
  }),
})

export const LimitsType = builder.objectRef<LimitsState>('Limits').implement({
  description: 'Rate limits and quota of a key. A request spends from all windows at once, or from none.',
  fields: (t) => ({
    windows: t.field({
      type: [LimitWindow],
      description: 'Windows of the key, shortest first.',
      resolve: ({ windows }) => windows,
    }),
    degraded: t.exposeBoolean('degraded', {
      description: 'True while Redis is away and each process counts for itself.',
    }),
  }),
})
