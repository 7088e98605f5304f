import { setImmediate } from 'node:timers/promises'
import { findExceededBound } from './json-bounds.ts'
import { findRepeatedName, skipString } from './json-scan.ts'

/**
 * A JSON value with the text in which its sender wrote it. The text is exact; the value is the nearest that JavaScript
 * has, where `1.0` is 1 and `12345678901234567890` is another number.
 */
export class JsonText {
  readonly text: string
  readonly value: unknown
  /** Reason why the text is not the one that was sent; the value must not be used then. */
  readonly fault: string | undefined

  constructor(text: string, value: unknown = JSON.parse(text), fault?: string) {
    this.text = text
    this.value = value
    this.fault = fault
  }

  toJSON(): unknown {
    return this.value
  }
}

/** The text is no JSON, or JSON that JavaScript would change without notice. The message names the remedy. */
export class JsonError extends Error {}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Decodes a body, with or without a byte order mark. @throws JsonError when the bytes are no UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new JsonError('The body is not encoded in UTF-8. Encode it in UTF-8.')
  }
}

/**
 * Parses JSON.
 *
 * @param subject names the text in a message
 * @throws JsonError when the text is malformed or exceeds a bound, or an object has a name twice
 */
export function readJson(text: string, subject = 'The body'): unknown {
  refuseOversize(text, subject)
  const value = parse(text, subject)
  refuseRepeatedNames(text)
  return value
}

/** As `readJson`, in several turns of the event loop: each step of a text of megabytes takes tenths of a second. */
export async function readLargeJson(text: string, subject = 'The body'): Promise<unknown> {
  refuseOversize(text, subject)
  await setImmediate()
  const value = parse(text, subject)
  await setImmediate()
  refuseRepeatedNames(text)
  return value
}

function parse(text: string, subject: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new JsonError(`${subject} is not valid JSON. Write it with a JSON library.`)
  }
}

/** @throws JsonError when a text is nested too deeply or has too many names; called before the text is parsed */
export function refuseOversize(text: string, subject = 'The body'): void {
  const exceeded = findExceededBound(text)
  if (exceeded !== undefined) throw new JsonError(`${subject} ${exceeded}`)
}

/** @throws JsonError when an object of the JSON text has a name twice, of which only one would count */
export function refuseRepeatedNames(text: string): void {
  const repeated = findRepeatedName(text)
  if (repeated !== undefined)
    throw new JsonError(`The name ${repeated} occurs twice in one object. Send each name once.`)
}

/** The first number with a value that no JavaScript number has, such as `12345678901234567890`; undefined without one. */
export function findInexactNumber(text: string): string | undefined {
  const token = /"|-?\d[\d.eE+-]*/g
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') token.lastIndex = skipString(text, match.index)
    else if (!isExactNumber(match[0])) return match[0]
  }
  return undefined
}

/** True when the number that JavaScript reads has the same value, as in `1.50` and `1e2`. */
export function isExactNumber(text: string): boolean {
  const number = Number(text)
  return Number.isFinite(number) && decimalOf(text) === decimalOf(String(number))
}

/**
 * The digits and the exponent of a number, in one form for each value. The zeros at the end are counted by a loop: a
 * regular expression takes quadratic time for zeros that another digit follows.
 */
function decimalOf(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  let end = digits.length
  while (digits[end - 1] === '0') end--
  if (end === 0) return '0'
  return `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`
}
