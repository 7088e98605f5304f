import { format } from 'node:util'
import pino from 'pino'

export type Log = pino.Logger

/** Field names whose values never reach a log line. */
const SECRET_FIELDS = ['authorization', 'apiKey', 'key', 'secret', 'token', 'password', 'cookie', 'hash', 'ciphertext']
/** Fields in which errors of PostgreSQL, Prisma and Node repeat values of their input, such as a whole row. */
const ECHOES = ['err.client', 'err.detail', 'err.where', 'err.input', 'err.meta.driverAdapterError.cause.detail']
/** Matches API keys, signing secrets, session tokens, codes in links for people, and passwords in URLs. */
const SECRET_TEXT = new RegExp(
  [
    /\b(?:\w+_(?:live|test)_[0-9A-Za-z]{8,}|wh(?:sec|sk)_[\w+/=-]+|sbs_[\w-]+)/,
    /(?<=\/(?:setup|invitation|reset-password)#)[\w-]+/,
    /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** Maximum unread bytes of the log. Lines past the bound are dropped. */
const UNREAD_BYTES = 16 * 1024 * 1024

/**
 * Creates a log of JSON lines on standard output. Keys, secrets and passwords of connection strings are removed from
 * every line.
 */
export function createLog(options: { level: string; destination?: pino.DestinationStream }): Log {
  const destination = options.destination ?? standardOutput()
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), ...ECHOES], censor: '[removed]' },
    },
    { write: (line) => destination.write(redactSecrets(line)) },
  )
}

/** Turns warnings of the process, and lines that libraries write to the console, into lines of the log. */
export function captureOutput(log: Log): void {
  // Node's own listener prints to standard error.
  process.removeAllListeners('warning')
  process.on('warning', (warning) => log.warn({ err: warning }, 'Node.js warned the process'))
  for (const method of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const)
    console[method] = (...words: unknown[]) =>
      log.warn({ method, text: format(...words) }, 'A library wrote to the console')
}

/** Removes keys and secrets from a text, such as the message of a library that quotes its input. */
export function redactSecrets(text: string): string {
  return text.replace(SECRET_TEXT, '[removed]')
}

/**
 * Writes through Node's own stream, because pino's retries its last lines forever when the reader is gone. Lines past
 * the bound are dropped, so that a stalled reader cannot fill the memory.
 */
function standardOutput(): pino.DestinationStream {
  process.stdout.on('error', () => {})
  return { write: (line) => process.stdout.writableLength < UNREAD_BYTES && process.stdout.write(line) }
}

/** Resolves when all output is written or its reader is gone. Exiting earlier would lose the last lines. */
export function flushLog(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => resolve()))
}
