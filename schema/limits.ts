import type { LimitsState } from '../src/domain/limits/limits.ts'
import type { WindowState } from '../src/domain/limits/sliding-window.ts'
import { builder } from './builder.ts'

const LimitWindow = builder.objectRef<WindowState>('LimitWindow').implement({
  description: 'So much within any span of so many seconds.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: '`minute`, `hour` and `day` count requests; `cost` counts points of cost within a minute.',
    }),
    limit: t.exposeInt('limit', { description: 'At most so much.' }),
    seconds: t.exposeInt('seconds', { description: 'Length of the span.' }),
    remaining: t.exposeInt('remaining', { description: 'What is left now.' }),
    resetAt: t.field({
      type: 'DateTime',
      description: 'When the oldest of what was spent counts no longer.',
      resolve: ({ resetAt }) => new Date(resetAt),
    }),
    fitsAt: t.field({
      type: 'DateTime',
      description: 'When what was asked for will fit in; the present when it does.',
      resolve: ({ fitsAt }) => new Date(fitsAt),
    }),
  }),
})

export const LimitsType = builder.objectRef<LimitsState>('Limits').implement({
  description: 'The limits of a key as they stand. All windows are spent from at once, or none.',
  fields: (t) => ({
    windows: t.field({ type: [LimitWindow], description: 'The shortest first.', resolve: ({ windows }) => windows }),
    degraded: t.exposeBoolean('degraded', {
      description: 'True while Redis is away: each process counts by itself.',
    }),
  }),
})
