import pino from 'pino'

export type Log = pino.Logger

/** Field names whose values never reach a log line, at the depths that we log. */
const SECRET_FIELDS = ['authorization', 'apiKey', 'key', 'secret', 'token', 'password', 'cookie', 'hash', 'ciphertext']
/** Anything in a text that has the form of a key or of a signing secret. */
const SECRET_TEXT = /\b(?:\w+_(?:live|test)_[0-9A-Za-z]{8,}|wh(?:sec|sk)_[\w+/=-]+)|(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g

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

/** Takes keys and secrets out of a text, such as a message from a library that quotes its input. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET_TEXT, '[removed]')
}

/**
 * Node's own stream, since pino's goes on trying for ever at the end of a process when nobody reads it any more. What is then still
 * written is lost, and nothing else is.
 */
function standardOutput(): pino.DestinationStream {
  process.stdout.on('error', () => {})
  return process.stdout
}
