import type { Usage, UsageFigures } from '../src/domain/usage/usage.ts'
import { WIDTHS } from '../src/domain/usage/usage.ts'
import { builder } from './builder.ts'

const duration = (figure: string) => `${figure} in milliseconds, accurate to 9%; null without requests.`

const Figures = builder.interfaceRef<UsageFigures>('UsageFigures').implement({
  description: 'Figures of requests with a key.',
  fields: (t) => ({
    requests: t.exposeFloat('requests', { description: 'Number of requests, failed and refused ones included.' }),
    failed: t.exposeFloat('failed', { description: 'Number of requests that ended with an error.' }),
    limited: t.exposeFloat('limited', { description: 'Number of requests refused by a rate limit or quota.' }),
    errorRate: t.exposeFloat('errorRate', {
      nullable: true,
      description: 'Share of failed requests, 0 to 1; null without requests.',
    }),
    meanDuration: t.exposeFloat('meanDuration', {
      nullable: true,
      description: 'Mean duration in milliseconds; null without requests.',
    }),
    p50Duration: t.exposeFloat('p50Duration', { nullable: true, description: duration('Median duration') }),
    p95Duration: t.exposeFloat('p95Duration', {
      nullable: true,
      description: duration('95th percentile of durations'),
    }),
    p99Duration: t.exposeFloat('p99Duration', {
      nullable: true,
      description: duration('99th percentile of durations'),
    }),
    requestBytes: t.exposeFloat('requestBytes', { description: 'Bytes of the received bodies.' }),
    responseBytes: t.exposeFloat('responseBytes', { description: 'Bytes of the answers sent.' }),
  }),
})

const UsageTotals = builder.objectRef<UsageFigures>('UsageTotals').implement({
  description: 'Figures of the whole range.',
  interfaces: [Figures],
})

const UsagePoint = builder.objectRef<UsageFigures & { at: Date }>('UsagePoint').implement({
  description: 'Figures of one bucket of time.',
  interfaces: [Figures],
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'Start of the bucket (UTC).' }) }),
})

const UsageShare = builder.objectRef<UsageFigures & { value: string }>('UsageShare').implement({
  description: 'Figures of the requests that share one property.',
  interfaces: [Figures],
  fields: (t) => ({ value: t.exposeString('value', { description: 'Value of the shared property.' }) }),
})

export const UsageInterval = builder.enumType('UsageInterval', {
  description: 'Length of a usage bucket (UTC).',
  values: Object.fromEntries(
    Object.entries(WIDTHS).map(([name, { keptDays }]) => [name, { description: `Kept for ${keptDays} days.` }]),
  ) as { [Name in keyof typeof WIDTHS]: { description: string } },
})

export const UsageType = builder.objectRef<Usage>('Usage').implement({
  description: 'Usage within a range of time; the last second may be missing.',
  fields: (t) => ({
    interval: t.field({
      type: UsageInterval,
      description: 'Length of the buckets in `series`.',
      resolve: ({ interval }) => interval,
    }),
    from: t.expose('from', { type: 'DateTime', description: 'Start of the range.' }),
    to: t.expose('to', {
      type: 'DateTime',
      description: 'End of the range: buckets that begin before it are included.',
    }),
    totals: t.field({ type: UsageTotals, description: 'Totals of the range.', resolve: (usage) => usage.totals() }),
    series: t.field({
      type: [UsagePoint],
      description: 'Usage by bucket, oldest first, without empty buckets.',
      resolve: (usage) => usage.series(),
    }),
    byOperation: t.field({
      type: [UsageShare],
      description: 'Usage by operation: the root field, `several`, or the name of a persisted operation.',
      resolve: (usage) => usage.by('operation'),
    }),
    byStatus: t.field({
      type: [UsageShare],
      description: 'Usage by HTTP status.',
      resolve: (usage) => usage.by('status'),
    }),
    byTier: t.field({
      type: [UsageShare],
      description: 'Usage by the tier of the key at that time, or `NONE`.',
      resolve: (usage) => usage.by('tier'),
    }),
    uniqueKeys: t.field({
      type: 'Int',
      description: 'Number of keys with at least one request.',
      resolve: (usage) => usage.uniqueKeys(),
    }),
  }),
})
