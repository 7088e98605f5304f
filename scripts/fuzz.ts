// npm run fuzz: random operations made from the schema. None may be a fault of the server.
import { schema } from '../schema/schema.ts'
import { createOperations, type FuzzOperation } from '../test/support/fuzz/operations.ts'
import { type FuzzKey, startTarget } from '../test/support/fuzz/target.ts'
import { createRandom, type Seen } from '../test/support/fuzz/values.ts'

const USAGE = `Usage: npm run fuzz -- [option …]

  --requests=N   requests to send; default 100000 without --seconds
  --seconds=N    seconds after which the run ends
  --seed=N       seed of the operations; default: by the clock, and printed
`
const IN_FLIGHT = 16
/** Ids and cursors to remember; the oldest leave. */
const SEEN_AT_MOST = 500
/** Requests after which the keys are made again, because operations revoke them. */
const KEYS_LAST = 1_000
const ANSWER_MS = 30_000
/** Requests between two lines of progress. */
const REPORTED = 10_000

const options = new Map(process.argv.slice(2).map((word) => word.replace(/^--/, '').split('=', 2) as [string, string]))
const known = ['requests', 'seconds', 'seed']
if ([...options].some(([name, value]) => !known.includes(name) || !(Number(value) >= 0))) {
  console.error(USAGE)
  process.exit(1)
}
const seconds = Number(options.get('seconds') ?? Number.POSITIVE_INFINITY)
const requests = Number(options.get('requests') ?? (options.has('seconds') ? Number.POSITIVE_INFINITY : 100_000))
const seed = Number(options.get('seed') ?? Date.now() % 1e9)

const random = createRandom(seed)
const seen: Seen = { ids: [], cursors: [] }
const nextOperation = createOperations(schema, random, seen)
const faults: string[] = []
const codes = new Map<string, number>()
const target = await startTarget()
let keys = await target.createKeys()
let sent = 0
const end = performance.now() + seconds * 1000
console.log(`Seed ${seed}. Fuzzing ${target.url} with ${keys.length} keys.`)

await Promise.all(Array.from({ length: IN_FLIGHT }, sendUntilEnd))
checkLog()
const exit = await target.stop()
if (exit !== undefined) faults.push(exit)

const counted = [...codes].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`)
console.log(`${sent} requests: ${counted.join(', ')}.`)
for (const fault of faults.slice(0, 20)) console.error(fault)
console.log(faults.length === 0 ? 'No fault of the server.' : `${faults.length} faults; repeat with --seed=${seed}.`)
process.exit(faults.length === 0 ? 0 : 1)

async function sendUntilEnd(): Promise<void> {
  while (sent < requests && performance.now() < end && faults.length < 100) {
    sent++
    if (sent % REPORTED === 0) console.log(`${sent} requests, ${faults.length} faults`)
    if (sent % KEYS_LAST === 0) keys = await target.createKeys()
    const operation = nextOperation()
    await send(operation, pickKey()).catch((error: Error) => note(operation, 'no answer', String(error)))
  }
}

/** Mostly a key that may do something: refusals are quick, and alike. */
function pickKey(): FuzzKey {
  return random.pick(random.chance(0.7) ? keys.filter(({ mayAll }) => mayAll) : keys)
}

async function send(operation: FuzzOperation, key: FuzzKey): Promise<void> {
  const accept = operation.kind === 'subscription' ? 'text/event-stream' : 'application/json'
  const leave = new AbortController()
  const response = await fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...key.headers },
    body: operation.body,
    signal: AbortSignal.any([leave.signal, AbortSignal.timeout(ANSWER_MS)]),
  })
  const isStream = response.headers.get('content-type')?.includes('event-stream')
  if (isStream && response.status === 200) return leave.abort()
  const text = await response.text()
  if (response.status >= 500) note(operation, `${key.name}: status ${response.status}`, text)
  for (const code of codesIn(text)) {
    codes.set(code, (codes.get(code) ?? 0) + 1)
    if (code === 'INTERNAL' || code === 'none') note(operation, `${key.name}: code ${code}`, text)
  }
  remember(text)
}

/** The code of each top-level error; OK without one. */
function codesIn(text: string): string[] {
  const { errors } = JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text) as {
    errors?: { extensions?: { code?: unknown } }[]
  }
  if (errors === undefined) return ['OK']
  return errors.map(({ extensions }) => (typeof extensions?.code === 'string' ? extensions.code : 'none'))
}

/** True for ids that no operation may name: the run goes on with this key and in these organizations. */
function isInUse(id: string): boolean {
  return id === target.operatorKeyId || keys.some(({ headers }) => headers['signalbox-organization'] === id)
}

function remember(text: string): void {
  for (const [list, pattern] of [
    [seen.ids, /"((?:org|key|type|whep|evt|dlv|att|aud|rpl|doc)_\w{10,40})"/g],
    [seen.cursors, /"(?:\w*[cC]ursor)":"([^"]+)"/g],
  ] as const)
    for (const [, value] of text.matchAll(pattern)) if (!list.includes(value!) && !isInUse(value!)) list.push(value!)
  for (const list of [seen.ids, seen.cursors]) list.splice(0, Math.max(0, list.length - SEEN_AT_MOST))
}

/** Log lines of level error, and messages of Node such as unhandled rejections. */
function checkLog(): void {
  for (const line of target.signalbox.output().split('\n'))
    if (/"level":(50|60|"error"|"fatal")/.test(line) || /Unhandled|Uncaught|^\w*Error:/.test(line))
      faults.push(`log: ${line.slice(0, 1_000)}`)
}

function note({ body }: FuzzOperation, fault: string, answer: string): void {
  faults.push(`${fault}\n  request: ${body.slice(0, 3_000)}\n  answer:  ${answer.slice(0, 500)}`)
}
