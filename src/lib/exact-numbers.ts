import { skipString } from './json-scan.ts'

/** A number of JSON by its exact value: `sign` times 0.`digits` times 10 to the power of `exponent`. Zero has no digits. */
export class Decimal {
  readonly sign: -1 | 0 | 1
  readonly digits: string
  readonly exponent: bigint

  constructor(sign: -1 | 0 | 1, digits: string, exponent: bigint) {
    this.sign = sign
    this.digits = digits
    this.exponent = exponent
  }
}

/** A number that JavaScript has, as it has it; any other number by its exact value. */
export type ExactNumber = number | Decimal

const ZERO = '0'.charCodeAt(0)

/** Reads a number in the notation of JSON, in time proportional to its length. */
export function readDecimal(text: string): Decimal {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!
  const digits = whole + fraction
  let [start, end] = [0, digits.length]
  while (digits.charCodeAt(start) === ZERO) start++
  if (start === end) return new Decimal(0, '', 0n)
  // Not by a pattern such as /0+$/, which takes quadratic time on zeros within the digits.
  while (digits.charCodeAt(end - 1) === ZERO) end--
  return new Decimal(sign === '-' ? -1 : 1, digits.slice(start, end), BigInt(exponent) + BigInt(whole.length - start))
}

/** Negative when `one` is less than `other`, zero when both have the same value. */
export function compareNumbers(one: ExactNumber, other: ExactNumber): number {
  if (typeof one === 'number' && typeof other === 'number') return order(one, other)
  return compareDecimals(toDecimal(one), toDecimal(other))
}

/** True when the number that JavaScript reads has the same value, as in `1.50` and `1e2`. */
export function isExactNumber(text: string): boolean {
  const number = Number(text)
  return Number.isFinite(number) && compareDecimals(readDecimal(text), toDecimal(number)) === 0
}

/** The first number with a value that no JavaScript number has, such as `12345678901234567890`; undefined without one. */
export function findInexactNumber(text: string): string | undefined {
  const token = /"|-?\d[\d.eE+-]*/g
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [number] = match
    if (number === '"') token.lastIndex = skipString(text, match.index)
    else if (!SHORT.test(number) && !isExactNumber(number)) return number
  }
  return undefined
}

/** Numbers of at most 15 digits without an exponent, which are exact. */
const SHORT = /^-?[\d.]{1,15}$/

/**
 * Parses a JSON text like `JSON.parse`, with a `Decimal` for every number that JavaScript would change.
 *
 * @param text a text that `JSON.parse` accepts
 */
export function parseExactly(text: string): unknown {
  if (findInexactNumber(text) === undefined) return JSON.parse(text)
  // Several times slower than without a reviver.
  const reviver: ExactReviver = (_name, value, { source }) =>
    typeof value !== 'number' || isExactNumber(source!) ? value : readDecimal(source!)
  return JSON.parse(text, reviver as (name: string, value: unknown) => unknown)
}

/** The reviver of current JavaScript: `source` is the text of a number, a string, a boolean or null. */
type ExactReviver = (name: string, value: unknown, context: { source?: string }) => unknown

function toDecimal(number: ExactNumber): Decimal {
  return typeof number === 'number' ? readDecimal(String(number)) : number
}

function compareDecimals(one: Decimal, other: Decimal): number {
  if (one.sign !== other.sign) return one.sign - other.sign
  return one.sign * (order(one.exponent, other.exponent) || order(one.digits, other.digits))
}

function order<Value extends number | bigint | string>(one: Value, other: Value): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
