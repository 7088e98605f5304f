import type { Usage, UsageFigures } from '../src/domain/usage/usage.ts'
import { KEYS_SHOWN, WIDTHS } from '../src/domain/usage/usage.ts'
import { toCsv } from '../src/domain/usage/usage-csv.ts'
import { builder } from './builder.ts'

const duration = (figure: string) => `${figure}, accurate to 9%; null without requests.`

const Figures = builder.interfaceRef<UsageFigures>('UsageFigures').implement({
  description: 'Figures of requests with API keys.',
  fields: (t) => ({
    requests: t.expose('requests', {
      type: 'Count',
      description: 'Number of requests, failed and refused ones included.',
    }),
    failed: t.expose('failed', { type: 'Count', description: 'Number of requests that ended with an error.' }),
    rateLimited: t.expose('rateLimited', {
      type: 'Count',
      description: 'Number of requests refused by a rate limit or quota.',
    }),
    errorRate: t.exposeFloat('errorRate', {
      nullable: true,
      description: 'Share of failed requests, 0 to 1; null without requests.',
    }),
    meanDuration: t.expose('meanDuration', {
      type: 'Microseconds',
      nullable: true,
      description: 'Mean duration of a request; null without requests.',
    }),
    p50Duration: t.expose('p50Duration', {
      type: 'Microseconds',
      nullable: true,
      description: duration('Median duration'),
    }),
    p95Duration: t.expose('p95Duration', {
      type: 'Microseconds',
      nullable: true,
      description: duration('95th percentile of durations'),
    }),
    p99Duration: t.expose('p99Duration', {
      type: 'Microseconds',
      nullable: true,
      description: duration('99th percentile of durations'),
    }),
    requestBytes: t.expose('requestBytes', { type: 'Count', description: 'Bytes of the request bodies.' }),
    responseBytes: t.expose('responseBytes', { type: 'Count', description: 'Bytes of the answers.' }),
  }),
})

const UsageTotals = builder.objectRef<UsageFigures>('UsageTotals').implement({
  description: 'Figures of a whole range.',
  interfaces: [Figures],
})

const UsagePoint = builder.objectRef<UsageFigures & { at: Date }>('UsagePoint').implement({
  description: 'Figures of one bucket.',
  interfaces: [Figures],
  fields: (t) => ({ at: t.expose('at', { type: 'DateTime', description: 'Start of the bucket (UTC).' }) }),
})

const UsageShare = builder.objectRef<UsageFigures & { value: string }>('UsageShare').implement({
  description: 'Figures of the requests with the same operation, status, tier or API key.',
  interfaces: [Figures],
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The operation, status or tier, or the id of the API key.' }),
  }),
})

export const UsageInterval = builder.enumType('UsageInterval', {
  description: 'Length of a bucket of usage; buckets begin at full minutes, hours, days and months (UTC).',
  values: Object.fromEntries(
    Object.entries(WIDTHS).map(([name, { keptDays }]) => [
      name,
      { description: `Buckets of one ${name.toLowerCase()}, kept for ${keptDays.toLocaleString('en-US')} days.` },
    ]),
  ) as { [Name in keyof typeof WIDTHS]: { description: string } },
})

export const UsageType = builder.objectRef<Usage>('Usage').implement({
  description: 'Usage within a range of time; the last second may be missing.',
  fields: (t) => ({
    interval: t.field({
      type: UsageInterval,
      description: 'Length of the buckets from which the figures are read.',
      resolve: ({ interval }) => interval,
    }),
    from: t.expose('from', { type: 'DateTime', description: 'Start of the range, which is the start of a bucket.' }),
    to: t.expose('to', {
      type: 'DateTime',
      description: 'End of the range: buckets that begin before it are included.',
    }),
    totals: t.field({
      type: UsageTotals,
      description: 'Figures of the whole range.',
      resolve: (usage) => usage.totals(),
    }),
    series: t.field({
      type: [UsagePoint],
      description: 'Figures of each bucket with requests, oldest first.',
      resolve: (usage) => usage.series(),
    }),
    csv: t.string({
      description:
        'The series as CSV (RFC 4180): a header line, then one line per bucket, with durations in microseconds.',
      resolve: async (usage) => toCsv(await usage.series()),
    }),
    byOperation: t.field({
      type: [UsageShare],
      description:
        'Figures by operation, most requests first: the root field, `several` for more than one, or the name of a persisted operation; `other` past 500 names of an organization.',
      resolve: (usage) => usage.by('operation'),
    }),
    byStatus: t.field({
      type: [UsageShare],
      description: 'Figures by HTTP status, most requests first.',
      resolve: (usage) => usage.by('status'),
    }),
    byTier: t.field({
      type: [UsageShare],
      description: 'Figures by the tier that the key had, most requests first; `NONE` for keys without rate limits.',
      resolve: (usage) => usage.by('tier'),
    }),
    byKey: t.field({
      type: [UsageShare],
      description: `Figures of the ${KEYS_SHOWN} API keys with the most requests, most requests first. Keys that are unknown to the organization count as \`unknown\`.`,
      resolve: (usage) => usage.byKey(),
    }),
    uniqueKeys: t.field({
      type: 'Count',
      description: 'Number of API keys with at least one request.',
      resolve: (usage) => usage.uniqueKeys(),
    }),
  }),
})
