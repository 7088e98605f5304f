// Starts Signalbox: `node src/main.ts` runs everything in one process, `… api` and `… worker` one part each.

import { compose, type Stop } from './compose.ts'
import { type Config, type Mode, readConfig } from './config.ts'
import { flushLog } from './lib/log.ts'
import { explainStartupError } from './lib/startup-error.ts'
import { startWatchdog } from './lib/watchdog.ts'

/** Milliseconds past SHUTDOWN_SECONDS for the rest of a stop, such as a database that does not answer. */
const STOP_MARGIN_MS = 10_000

function nextSteps(url: string, config: Config, keyShown: boolean, setUpLink: string | undefined): string {
  const key = keyShown ? 'the key above' : "the operator's API key (the first start printed it)"
  const port = config.port === 4000 ? '' : `PORT=${new URL(url).port} `
  const data = config.databaseUrl === undefined ? `Data: ${config.dataDir} (kept between starts). ` : ''
  return [
    `Signalbox runs at ${url}`,
    '',
    ...(setUpLink === undefined
      ? []
      : [`  Next: open ${setUpLink}`, '  and become the first owner. The link works once, within an hour.', '']),
    config.graphiql
      ? `  API: open ${url}/graphiql and run the examples, signed in, or with ${key} after "Bearer" in the Headers tab.`
      : `  API: send GraphQL to ${url}/graphql with the header "Authorization: Bearer <key>" and ${key}.`,
    "  The operator's key acts in the organization of the operator. Create keys of your own organization in the dashboard.",
    `  Demo, in a second terminal: ${port}BOOTSTRAP_API_KEY=<key> npm run demo`,
    ...(keyShown
      ? []
      : ['  Lost the key? Start with BOOTSTRAP_API_KEY=<24 characters or more> to create another one.']),
    '',
    `${data}Ctrl-C stops it.`,
    '',
  ].join('\n')
}

/** Stops the parts in reverse order of their start. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse())
    try {
      await stop()
    } catch (error) {
      process.stderr.write(`${explainStartupError(error)}\n`)
    }
}

let stopping = false
async function shutDown(stops: Stop[], config: Config, why?: string): Promise<void> {
  if (stopping) process.exit(1)
  stopping = true
  if (why !== undefined) process.stderr.write(`${why}\n`)
  setTimeout(() => process.exit(1), config.shutdownSeconds * 1000 + STOP_MARGIN_MS).unref()
  await stopAll(stops)
  if (why === undefined && !config.production) print('Stopped.')
  await flushLog()
  process.exit(why === undefined ? 0 : 1)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

const stops: Stop[] = []
try {
  const mode = (process.argv[2] ?? 'all') as Mode
  const config = readConfig(process.env, mode)
  startWatchdog(config.shutdownSeconds)
  // A second Ctrl-C ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => shutDown(stops, config))
  let keyShown = false
  const onKey = (secret: string) => {
    keyShown = true
    print(`\nThe operator's API key. Store it now, because Signalbox does not show it again:\n\n  ${secret}\n`)
  }
  const onLost = () =>
    shutDown(
      stops,
      config,
      'The embedded PostgreSQL ended unexpectedly. Start Signalbox again; postgres.log in DATA_DIR has the reason.',
    )
  const { url, services } = await compose(config, { stops, onKey, onLost })
  if (url !== undefined && !config.production) {
    const code = await services?.setUp.createCode()
    print(nextSteps(url, config, keyShown, code && services?.links.to('setup', code)))
  }
} catch (error) {
  await stopAll(stops)
  process.stderr.write(`${explainStartupError(error)}\n`)
  process.exit(1)
}
