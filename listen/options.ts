import { parseArgs } from 'node:util'
import { OptionError, readTarget } from './target.ts'

/** Deliveries that end the listener with exit code 0. */
export interface Expectation {
  /** Exact type, `prefix.*` or `*`. */
  type: string
  count: number
  timeoutMs: number
}

export interface ListenOptions {
  /** URL of Signalbox, without a slash at its end. */
  url: string
  apiKey: string
  /** URL of the local target; undefined with `answer`. */
  target: string | undefined
  types: string[]
  /** Takes event types, channels and predicate of this endpoint over; undefined for `types`. */
  mirror: string | undefined
  /** Time from which stored events are replayed; undefined for none. */
  replayFrom: Date | undefined
  /** Response of the listener itself, in place of a target. */
  answer: { statusCode: number; delayMs: number } | undefined
  expectation: Expectation | undefined
  /** True when each delivery waits for a key. */
  hold: boolean
  json: boolean
  printSecret: boolean
}

export const USAGE = `Usage: npm run listen -- <target> [options]

Sends the webhooks of Signalbox to a local target, such as 3000/hooks.

  --types <types>       event types, separated by commas (default *)
  --mirror <endpoint>   receives what another endpoint of the organization wants
  --since <duration>    replays the stored events of this time, such as 1h
  --from <event id>     replays the stored events from this one on
  --answer <status>     answers itself, without a target
  --delay <duration>    time before that answer, up to 30m (default 0s)
  --expect <type>       exits with 0 when such deliveries were accepted, or with 1 after the timeout
  --count <number>      number of expected deliveries (default 1)
  --timeout <duration>  time to wait for them (default 30s)
  --hold                sends each delivery when n is pressed, in a terminal
  --allow-external      allows a target that is not this machine
  --json                prints one JSON object a line
  --print-secret        prints the signing secret
  --url <url>           URL of Signalbox (default SIGNALBOX_URL, or http://127.0.0.1:4000)

SIGNALBOX_API_KEY holds an API key with the permissions webhooks and deliveries.`

const OPTIONS = {
  types: { type: 'string', multiple: true },
  mirror: { type: 'string' },
  since: { type: 'string' },
  from: { type: 'string' },
  answer: { type: 'string' },
  delay: { type: 'string' },
  expect: { type: 'string' },
  count: { type: 'string' },
  timeout: { type: 'string' },
  url: { type: 'string' },
  'allow-external': { type: 'boolean', default: false },
  hold: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  'print-secret': { type: 'boolean', default: false },
} as const

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
/** Maximum of `--delay`, the longest duration that the API records. */
const DELAY_MS = 30 * 60_000
/** Maximum of `--since`: 90 days, the maximum age of an event. */
const SINCE_MS = 90 * 86_400_000
/** Maximum of `--timeout`: a day. */
const EXPECT_MS = 86_400_000
/** Maximum of `--count`. */
const COUNT = 1_000_000

/** Reads command line and environment. @throws OptionError */
export function readOptions(words: readonly string[], env: NodeJS.ProcessEnv, now: Date): ListenOptions {
  const { values, positionals } = parse(words)
  const [target, ...more] = positionals
  if (more.length > 0) throw new OptionError(`One target only: ${more[0]} is a second one.`)
  if (values.answer === undefined && target === undefined)
    throw new OptionError('Name a target, such as 3000/hooks, or give --answer 200.')
  if (values.answer !== undefined && target !== undefined)
    throw new OptionError('--answer takes the place of a target: give only one of them.')
  if (values.delay !== undefined && values.answer === undefined) throw new OptionError('--delay needs --answer.')
  if (values.expect === undefined && (values.count ?? values.timeout) !== undefined)
    throw new OptionError('--count and --timeout need --expect.')
  if (values.since !== undefined && values.from !== undefined)
    throw new OptionError('--since and --from both begin a replay: give only one of them.')
  if (values.mirror !== undefined && values.types !== undefined)
    throw new OptionError('--mirror takes over the event types of the endpoint: leave --types out.')
  if (values.hold && values.json) throw new OptionError('--hold waits for keys, and --json reads none: leave one out.')
  if (!env.SIGNALBOX_API_KEY)
    throw new OptionError('Set SIGNALBOX_API_KEY to an API key with the permissions webhooks and deliveries.')
  return {
    url: readUrl(values.url ?? env.SIGNALBOX_URL ?? 'http://127.0.0.1:4000'),
    apiKey: env.SIGNALBOX_API_KEY,
    target: target === undefined ? undefined : readTarget(target, values['allow-external']),
    types: (values.types ?? ['*']).flatMap((types) => types.split(',')).map((type) => type.trim()),
    mirror: values.mirror,
    replayFrom:
      values.since !== undefined
        ? new Date(now.getTime() - readDuration('--since', values.since, SINCE_MS))
        : values.from && readEventTime(values.from),
    answer: values.answer === undefined ? undefined : readAnswer(values.answer, values.delay),
    expectation: values.expect === undefined ? undefined : readExpectation(values.expect, values.count, values.timeout),
    hold: values.hold,
    json: values.json,
    printSecret: values['print-secret'],
  } as ListenOptions
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new OptionError(`${(error as Error).message.split('. ')[0]}. See --help.`)
  }
}

function readUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new OptionError(`--url must be the http or https URL of Signalbox, not ${text}.`)
  return url.href.replace(/\/+$/, '').replace(/\/graphql$/, '')
}

function readAnswer(status: string, delay = '0s') {
  return { statusCode: readNumber('--answer', status, 200, 599), delayMs: readDuration('--delay', delay, DELAY_MS) }
}

function readExpectation(type: string, count = '1', timeout = '30s'): Expectation {
  return {
    type,
    count: readNumber('--count', count, 1, COUNT),
    timeoutMs: readDuration('--timeout', timeout, EXPECT_MS),
  }
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new OptionError(`${name} must be a number from ${least} to ${most.toLocaleString('en')}, not ${text}.`)
}

function readDuration(name: string, text: string, mostMs: number): number {
  const [, number, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  const durationMs = Number(number) * (UNITS[unit] ?? Number.NaN)
  if (durationMs <= mostMs) return durationMs
  throw new OptionError(
    `${name} must be a duration such as 500ms, 30s, 5m or 1h, up to ${mostMs / 60_000}m, not ${text}.`,
  )
}

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'

/** Time of an event: its id begins with the time of its creation in milliseconds, in the alphabet of ULIDs. */
function readEventTime(id: string): Date {
  const [, time] = /^evt_([0-7][0-9a-hjkmnp-tv-z]{9})[0-9a-hjkmnp-tv-z]{16}$/.exec(id) ?? []
  if (time === undefined) throw new OptionError(`--from must be the id of an event, such as evt_…, not ${id}.`)
  return new Date([...time].reduce((sum, digit) => sum * 32 + CROCKFORD.indexOf(digit), 0))
}
