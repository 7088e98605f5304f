import type { LimitsState } from '../src/domain/limits/limits.ts'
import type { WindowState } from '../src/domain/limits/sliding-window.ts'
import { builder } from './builder.ts'

const LimitWindow = builder.objectRef<WindowState>('LimitWindow').implement({
  description: 'A rate limit: the maximum amount within any span of this length.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        'Name of the window: `minute`, `hour` and `day` count requests, `cost` counts cost points per minute.',
    }),
    limit: t.exposeInt('limit', { description: 'Maximum amount within the window.' }),
    seconds: t.exposeInt('seconds', { description: 'Length of the window in seconds.' }),
    remaining: t.exposeInt('remaining', { description: 'Amount that is left now.' }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'Time at which the oldest spent amount expires.',
      resolve: ({ resetAt }) => new Date(resetAt),
    }),
    fitsAt: t.field({
      type: 'DateTime',
      description: 'Time at which the requested amount fits; the current time when it fits already.',
      resolve: ({ fitsAt }) => new Date(fitsAt),
    }),
  }),
})

export const LimitsType = builder.objectRef<LimitsState>('Limits').implement({
  description: 'Rate limits of a key. A request spends from all windows at once, or from none.',
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
