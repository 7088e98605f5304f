// Verifying keys over HTTP, beside a bare Yoga query; what a cold key and a flood of unknown ones ask of the database.
import { createToken } from '../src/domain/keys/token.ts'
import { type Figures, round } from './support/figures.ts'
import { load, startBareYoga } from './support/load.ts'
import { type Services, startSignalbox } from './support/services.ts'

const CONNECTIONS = 64
const REQUESTS = 10_000
const KEYS = 100
const UNKNOWN = 2_000
/** Each unknown key is asked for so often. */
const TIMES = 3

/** Limits are on, and out of reach. */
export const NO_LIMIT = { RATE_LIMITS: 'ENTERPRISE=999999/100000000', DAILY_QUOTAS: 'ENTERPRISE=999999999' }
const SELECTION = `(input: $input) { ... on ApiKeyVerifyPayload {
  code apiKey { id organizationId permissions { resource actions } } limits { windows { name limit remaining resetAt } } } }`
const body = (kind: 'query' | 'mutation', key: string) =>
  JSON.stringify({
    query: `${kind} Verify($input: ApiKeyVerifyInput!) { apiKeyVerify${SELECTION} }`,
    variables: {
      input: { key, permissions: [{ resource: 'events', actions: ['READ'] }], ip: '203.0.113.7', cost: 1 },
    },
  })
export const verifyBody = (key: string) => body('mutation', key)
export const isValid = (answer: string) => answer.includes('"VALID"') && !answer.includes('"errors"')
const isNotFound = (answer: string) => answer.includes('"NOT_FOUND"')

export async function verify(services: Services, options: { rounds: number }): Promise<Figures> {
  const bare = await startBareYoga()
  const signalbox = await startSignalbox(services, {
    workers: 0,
    env: { ...NO_LIMIT, FIELD_LIMITS: 'apiKeyCreate=1000' },
  })
  const rows = {
    throughput: [] as number[],
    p99: [] as number[],
    cold: [] as number[],
    unknown: [] as number[],
    junk: [] as number[],
  }
  let verified = 0
  try {
    const keys: string[] = []
    for (let n = 0; n < KEYS; n++)
      keys.push((await signalbox.client.createKey({ events: ['read'] }, { tier: 'ENTERPRISE' })).secret)
    const lookUps = () => countLookUps(services)

    // The key that asks is looked up again every ten seconds, and then counts too: the median of some is without it.
    for (const key of keys.slice(0, 5)) {
      const before = await lookUps()
      await load(signalbox.url, [verifyBody(key)], CONNECTIONS, CONNECTIONS, isValid)
      rows.cold.push((await lookUps()) - before)
      verified += CONNECTIONS
    }

    const unknown = Array.from({ length: UNKNOWN }, () => createToken('sb', 'LIVE'))
    // All of them once, then all once more.
    const flood = Array.from({ length: TIMES }, () => unknown.map(verifyBody)).flat()
    const beforeFlood = await lookUps()
    await load(signalbox.url, flood, flood.length, CONNECTIONS, isNotFound)
    rows.unknown.push(((await lookUps()) - beforeFlood) / UNKNOWN)
    const junk = unknown.map((key) => verifyBody(`${key.slice(0, -1)}!`))
    const beforeJunk = await lookUps()
    await load(signalbox.url, junk, junk.length, CONNECTIONS, isNotFound)
    rows.junk.push(((await lookUps()) - beforeJunk) / UNKNOWN)

    const ours = keys.map(verifyBody)
    const theirs = keys.map((key) => body('query', key))
    for (let n = 0; n <= options.rounds; n++) {
      const yoga = await load(bare.url, theirs, REQUESTS, CONNECTIONS, isValid)
      const own = await load(signalbox.url, ours, REQUESTS, CONNECTIONS, isValid)
      verified += REQUESTS
      console.error(
        `round ${n}: ours ${round(own.perSecond)}/s, p99 ${round(own.p99)} ms; bare ${round(yoga.perSecond)}/s, ${round(yoga.p99)} ms`,
      )
      if (n === 0) continue
      rows.throughput.push(own.perSecond / yoga.perSecond)
      rows.p99.push(own.p99 / yoga.p99)
    }
  } finally {
    bare.stop()
    // A normal stop writes what usage has not written yet.
    await signalbox.stop()
  }
  await check(services, verified)
  return {
    benchmark: 'verify',
    rows: [
      { name: 'verifications to a bare Yoga query', values: rows.throughput, target: { atLeast: 0.6 } },
      { name: 'p99 to its p99', values: rows.p99, target: { atMost: 2 } },
      {
        name: 'look-ups in the database of a cold key, asked for 64 times at once',
        values: rows.cold,
        target: { atMost: 1 },
      },
      {
        name: `look-ups of each unknown key, asked for ${TIMES} times`,
        values: rows.unknown,
        target: { atMost: 1.005 },
      },
      { name: 'look-ups of each key with a wrong checksum', values: rows.junk, target: { atMost: 0.005 } },
    ],
  }
}

async function countLookUps({ pool }: Services): Promise<number> {
  const { rows } = await pool.query(
    "SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements WHERE query LIKE '%FROM api_key_secrets s JOIN%s.hash = $1%'",
  )
  return rows[0].calls
}

/** Every verification is recorded and counted. */
async function check({ pool }: Services, count: number): Promise<void> {
  const { rows } = await pool.query(`
    SELECT (SELECT count(*)::int FROM usage_records WHERE operation = 'apiKeyVerify' AND outcome = 'OK' AND ip = '203.0.113.7') AS recorded,
      (SELECT coalesce(sum(requests - failed), 0)::int FROM usage_buckets b JOIN usage_series s ON s.id = b.series_id
       JOIN api_keys k ON k.id = s.key_id WHERE b.width = 'DAY' AND s.operation = 'apiKeyVerify' AND k.name <> 'Bootstrap') AS counted`)
  const [{ recorded, counted }] = rows
  if (recorded !== count || counted !== count)
    throw new Error(`${count} were verified, but ${recorded} are recorded and ${counted} counted.`)
}
