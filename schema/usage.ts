import type { Usage, UsageFigures } from '../src/domain/usage/usage.ts'
import { WIDTHS } from '../src/domain/usage/usage.ts'
import { builder } from './builder.ts'

const ms = (what: string) => `${what}, in milliseconds; null without requests.`

const Figures = builder.interfaceRef<UsageFigures>('UsageFigures').implement({
  description: 'Requests with a key, counted.',
  fields: (t) => ({
    requests: t.exposeFloat('requests', { description: 'How many, those with errors and those refused included.' }),
    failed: t.exposeFloat('failed', { description: 'With an error of any kind.' }),
    limited: t.exposeFloat('limited', { description: 'Refused by a limit.' }),
    errorRate: t.exposeFloat('errorRate', {
      nullable: true,
      description: 'The share that failed, 0 to 1; null without requests.',
    }),
    meanDuration: t.exposeFloat('meanDuration', { nullable: true, description: ms('Mean duration') }),
    p50Duration: t.exposeFloat('p50Duration', { nullable: true, description: ms('Half took at most this, to 9%') }),
    p95Duration: t.exposeFloat('p95Duration', { nullable: true, description: ms('95% took at most this, to 9%') }),
    p99Duration: t.exposeFloat('p99Duration', { nullable: true, description: ms('99% took at most this, to 9%') }),
    requestBytes: t.exposeFloat('requestBytes', { description: 'Bytes of bodies received.' }),
    responseBytes: t.exposeFloat('responseBytes', { description: 'Bytes sent.' }),
  }),
})

const UsageTotals = builder.objectRef<UsageFigures>('UsageTotals').implement({
  description: 'The figures of a whole range.',
  interfaces: [Figures],
})

const UsagePoint = builder.objectRef<UsageFigures & { at: Date }>('UsagePoint').implement({
  description: 'The figures of one span of time.',
  interfaces: [Figures],
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'When it begins, in UTC.' }) }),
})

const UsageShare = builder.objectRef<UsageFigures & { value: string }>('UsageShare').implement({
  description: 'The figures of requests that have one thing in common.',
  interfaces: [Figures],
  fields: (t) => ({ value: t.exposeString('value', { description: 'What they have in common.' }) }),
})

export const UsageInterval = builder.enumType('UsageInterval', {
  description: 'The spans that usage is counted in, all in UTC.',
  values: Object.fromEntries(
    Object.entries(WIDTHS).map(([name, { keptDays }]) => [name, { description: `Kept for ${keptDays} days.` }]),
  ) as { [Name in keyof typeof WIDTHS]: { description: string } },
})

export const UsageType = builder.objectRef<Usage>('Usage').implement({
  description: 'Usage within a range of time, up to a second or so ago.',
  fields: (t) => ({
    interval: t.field({
      type: UsageInterval,
      description: 'The spans that it was read from.',
      resolve: ({ interval }) => interval,
    }),
    from: t.expose('from', { type: 'DateTime', description: 'From the beginning of this span on.' }),
    to: t.expose('to', { type: 'DateTime', description: 'To this time: spans that begin before it are in it.' }),
    totals: t.field({ type: UsageTotals, description: 'All of it.', resolve: (usage) => usage.totals() }),
    series: t.field({
      type: [UsagePoint],
      description: 'Span by span, the oldest first; without those in which nothing was asked.',
      resolve: (usage) => usage.series(),
    }),
    byOperation: t.field({
      type: [UsageShare],
      description: 'By operation: the field that it began with, `several`, or what a persisted one is named.',
      resolve: (usage) => usage.by('operation'),
    }),
    byStatus: t.field({
      type: [UsageShare],
      description: 'By status, as in HTTP.',
      resolve: (usage) => usage.by('status'),
    }),
    byTier: t.field({
      type: [UsageShare],
      description: 'By the tier that the key had, or `NONE`.',
      resolve: (usage) => usage.by('tier'),
    }),
    uniqueKeys: t.field({
      type: 'Int',
      description: 'Keys of the organization with at least one request.',
      resolve: (usage) => usage.uniqueKeys(),
    }),
  }),
})
