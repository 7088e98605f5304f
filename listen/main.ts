// npm run listen -- 3000/hooks: sends the webhooks of Signalbox to a local target, through a stream of its own.
import { ApiError, createApi } from './api.ts'
import { createJsonLines, createLines, type Output } from './lines.ts'
import { createListener, type Listener, type State } from './listener.ts'
import { type ListenOptions, readOptions, USAGE } from './options.ts'
import { printable } from './reasons.ts'
import { OptionError } from './target.ts'
import { createTerminal, readKeys } from './terminal.ts'

/** Exit code of wrong options. */
const WRONG_OPTIONS = 2
/** Exit code of a second signal, which does not wait for the end of the endpoint. */
const INTERRUPTED = 130

const { argv, env, stdin, stdout } = process
const NOTHING: State = { connection: 'connecting', received: 0, accepted: 0, failed: 0, rows: [], notice: '' }

if (argv.includes('--help')) {
  console.log(USAGE)
  process.exit(0)
}
process.exit(await run(read()))

function read(): ListenOptions {
  try {
    const options = readOptions(argv.slice(2), env, new Date())
    if (options.hold && !(stdin.isTTY && stdout.isTTY))
      throw new OptionError('--hold needs a terminal, which reads the key n.')
    return options
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    console.error(printable(error.message))
    process.exit(WRONG_OPTIONS)
  }
}

/** Creates the endpoint, listens until something ends the listener, and takes the endpoint away. @returns the exit code */
async function run(options: ListenOptions): Promise<number> {
  const ended = Promise.withResolvers<{ reason: string; code: number }>()
  const end = (reason: string, code: number) => ended.resolve({ reason, code })
  let listener: Listener | undefined
  const isScreen = stdout.isTTY && !options.json && env.TERM !== 'dumb'
  const screen = isScreen ? createTerminal(options, stdout, env, () => listener?.state) : undefined
  const output: Output =
    screen ?? (options.json ? createJsonLines(options, console.log) : createLines(options, console.log, console.error))
  let isQuitting = false
  const quit = () => {
    if (isQuitting) process.exit(INTERRUPTED)
    isQuitting = true
    const missing = listener?.missing()
    end(missing ?? 'Stopped.', missing === undefined ? 0 : 1)
  }
  process.on('SIGINT', quit).on('SIGTERM', quit).on('SIGHUP', quit)
  // A reader that went away, such as `head`.
  stdout.on('error', quit)

  const api = createApi(options.url, options.apiKey)
  try {
    const endpoint = await api.createEndpoint(options)
    output.ready(endpoint)
    listener = createListener(
      options,
      { api, endpoint },
      {
        ...{ onRow: output.row, onNotice: output.notice, onChange: output.change, onEnd: end },
      },
    )
    if (screen !== undefined && stdin.isTTY) readKeys(stdin, listener, screen, quit)
    const { reason, code } = await listen(listener, ended.promise, async () => {
      if (options.replayFrom === undefined) return
      const count = await api.replay(endpoint.id, options.replayFrom)
      listener?.notice(`A replay of stored events began with ${count} deliveries.`)
    })
    await listener.stop()
    const left = await remove(endpoint.id)
    output.end(left === undefined ? reason : `${reason} ${left}`, code, listener.state)
    return code
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    output.end(error.message, 1, listener?.state ?? NOTHING)
    return 1
  }

  async function listen(running: Listener, end: typeof ended.promise, replay: () => Promise<void>) {
    const timeoutMs = options.expectation?.timeoutMs
    if (timeoutMs !== undefined)
      setTimeout(() => ended.resolve({ reason: `Timeout: ${running.missing()}`, code: 1 }), timeoutMs)
    running.open()
    await replay().catch((error: Error) => ended.resolve({ reason: `No replay: ${error.message}`, code: 1 }))
    return end
  }

  /** @returns a sentence when the endpoint stays */
  async function remove(id: string): Promise<string | undefined> {
    try {
      await api.deleteEndpoint(id)
    } catch (error) {
      return `The endpoint ${id} stays for 7 days: ${(error as Error).message}`
    }
  }
}
