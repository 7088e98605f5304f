// npm run bench: figures as ratios, see docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { against, COMPARABLE } from './against.ts'
import { attacks } from './attacks.ts'
import { dashboard } from './dashboard.ts'
import { delivery } from './delivery.ts'
import { growth } from './growth.ts'
import { isolation } from './isolation.ts'
import { latency } from './latency.ts'
import { live } from './live.ts'
import { publish } from './publish.ts'
import { refusals } from './refusals.ts'
import { retention } from './retention.ts'
import { signIn } from './sign-in.ts'
import { stream } from './stream.ts'
import { type Figures, isMet, table, toJson } from './support/figures.ts'
import { type Services, startServices } from './support/services.ts'
import { usage } from './usage.ts'
import { verify } from './verify.ts'

interface Options {
  /** Counted rounds, after one that warms up. */
  rounds: number
  /** Minutes of a load whose memory is measured; undefined takes the default of the benchmark. */
  minutes?: number | undefined
  /** Words in the names of the attacks or parts to run; undefined runs all. */
  only?: readonly string[] | undefined
}

const BENCHMARKS: Record<string, (services: Services, options: Options) => Promise<Figures>> = {
  delivery,
  publish,
  stream,
  latency,
  isolation,
  growth,
  retention,
  verify,
  usage,
  attacks,
  dashboard,
  'sign-in': signIn,
  refusals,
  live,
}
const ROUNDS = 5

// `--against DIR` is the same as `--against=DIR`.
const words = process.argv.slice(2).join(' ').replace('--against ', '--against=').split(' ').filter(Boolean)
const names = words.filter((word) => !word.startsWith('--'))
const rounds = Number(words.find((word) => word.startsWith('--rounds='))?.slice('--rounds='.length) ?? ROUNDS)
const minutes = words.find((word) => word.startsWith('--minutes='))?.slice('--minutes='.length)
const directory = words.find((word) => word.startsWith('--against='))?.slice('--against='.length)
// Hyphens stand for spaces, which would separate words of the command line.
const only = words
  .find((word) => word.startsWith('--only='))
  ?.slice('--only='.length)
  .replaceAll('-', ' ')
  .split(',')
const known = directory === undefined ? Object.keys(BENCHMARKS) : COMPARABLE
const USAGE = `Usage: npm run bench -- [name …] [option …]

  names           ${Object.keys(BENCHMARKS).join(', ')}; default: all
  --rounds=${ROUNDS}      counted rounds, after one that warms up
  --only=WORDS    of attacks: only those with one of the words in their names, such as --only=unknown-keys,nested;
                  of live: page or subscribers
  --minutes=N     of live: minutes under load between two measures of memory, default 1
  --against=DIR   compares this code with that of another work tree: ${COMPARABLE.join(', ')}
  --save          writes the table to bench/results
  --json          prints one JSON object as the last line
`
if (words.includes('--help')) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const unknown = words.filter(
  (word) => !(known.includes(word) || /^--(save|json|rounds=.*|only=.*|minutes=[\d.]+|against=.*)$/.test(word)),
)
if (unknown.length > 0 || !(rounds >= 1)) {
  console.error(unknown.length > 0 ? `Unknown: ${unknown.join(', ')}.` : '--rounds must be 1 or more.')
  console.error(USAGE)
  process.exit(1)
}

const results = path.join(import.meta.dirname, 'results')
for (const name of names.length > 0 ? names : known) {
  const services = await startServices()
  try {
    const figures = await (directory === undefined
      ? BENCHMARKS[name]!(services, { rounds, only, minutes: minutes === undefined ? undefined : Number(minutes) })
      : against(name, { directory, rounds }))
    const text = await table(figures, services.pool)
    console.log(text)
    if (words.includes('--save')) {
      mkdirSync(results, { recursive: true })
      writeFileSync(path.join(results, `${name}.md`), text)
    }
    if (words.includes('--json')) console.log(toJson(figures))
    if (figures.rows.some((row) => isMet(row) === false)) process.exitCode = 1
  } finally {
    await services.stop()
  }
}
