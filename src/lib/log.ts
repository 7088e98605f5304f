import { format } from 'node:util'
import pino from 'pino'

export type Log = pino.Logger

/** Field names whose values never reach a log line, at the depths that we log. */
const SECRET_FIELDS = ['authorization', 'apiKey', 'key', 'secret', 'token', 'password', 'cookie', 'hash', 'ciphertext']
/** Anything in a text that has the form of a key or of a signing secret. */
const SECRET_TEXT = /\b(?:\w+_(?:live|test)_[0-9A-Za-z]{8,}|wh(?:sec|sk)_[\w+/=-]+)|(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g

/** Logged and not yet read, past which lines are left out. */
const UNREAD_BYTES = 16 * 1024 * 1024

/** JSON lines on standard output. Keys, secrets and passwords of connection strings are taken out of every text. */
export function createLog(options: { level: string; destination?: pino.DestinationStream }): Log {
  const destination = options.destination ?? standardOutput()
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[removed]' },
    },
    { write: (line) => destination.write(withoutSecrets(line)) },
  )
}

/** Turns warnings of the process, and lines that libraries write to the console, into lines of the log. */
export function captureOutput(log: Log): void {
  // Node's own listener prints to standard error.
  process.removeAllListeners('warning')
  process.on('warning', (warning) => log.warn({ err: warning }, 'The process was warned.'))
  for (const method of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const)
    console[method] = (...words: unknown[]) =>
      log.warn({ method, text: format(...words) }, 'A library wrote to the console.')
}

/** Takes keys and secrets out of a text, such as a message from a library that quotes its input. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET_TEXT, '[removed]')
}

/**
 * Node's own stream: pino's tries for ever to write its last lines when nobody reads them any more. A reader that stands still must not
 * fill the memory, so what it has not taken by then is all that it gets.
 */
function standardOutput(): pino.DestinationStream {
  process.stdout.on('error', () => {})
  return { write: (line) => process.stdout.writableLength < UNREAD_BYTES && process.stdout.write(line) }
}

/** Resolves when what was logged and printed is written, or nobody reads it any more: before that, the end of the process would lose it. */
export function written(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => resolve()))
}
