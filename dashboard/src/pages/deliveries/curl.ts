import { texts } from '../../texts.ts'
import type { Attempt } from './attempts.tsx'

const words = texts.deliveries.curl
/** Value of a header that is not kept, as the API writes it. */
const HIDDEN = '[hidden]'
/** curl writes these itself. */
const OWN_HEADERS = ['host', 'content-length']
/** Longer arguments are refused by the kernel of Linux. */
const ARGUMENT_BYTES = 100_000
const FILE = 'body.json'

/** A command, and a sentence for each part of the request that it lacks. */
interface Curl {
  command: string
  missing: string[]
}

/** The recorded request of an attempt as a command, with the exact body and its signature. */
export function curlOf(request: NonNullable<Attempt['request']>, body: string): Curl {
  const headers = request.headers.filter(({ name }) => !OWN_HEADERS.includes(name))
  const hidden = headers.filter(({ value }) => value === HIDDEN).map(({ name }) => name)
  const isLong = new TextEncoder().encode(body).length > ARGUMENT_BYTES
  const command = [
    `curl -X POST ${quote(request.url)}`,
    ...headers.map(({ name, value }) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-binary ${isLong ? `@${FILE}` : quote(body)}`,
  ].join(' \\\n  ')
  const missing = [
    hidden.length > 0 && words.hiddenHeaders(hidden.join(', ')),
    request.url.includes('?') && words.hiddenQuery,
    isLong && words.longBody(FILE),
  ].filter((sentence) => sentence !== false)
  return { command, missing }
}

/** A text as one word of a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
