import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 42
const CHECKSUM_LENGTH = 6
/** Characters after the environment that lists show. */
const SHOWN_LENGTH = 4

export type TokenEnvironment = 'LIVE' | 'TEST'

/**
 * A new key (K1): `sb_live_` or `sb_test_`, 42 random base62 characters, and a checksum of everything before it by
 * which junk is told apart without a look-up.
 *
 * @param random an integer from 0 up to, not including, its argument; the default is cryptographic
 */
export function createToken(
  prefix: string,
  environment: TokenEnvironment,
  random: (below: number) => number = (below) => randomInt(below),
): string {
  const digits = Array.from({ length: RANDOM_LENGTH }, () => DIGITS[random(DIGITS.length)])
  const body = `${prefix}_${environment.toLowerCase()}_${digits.join('')}`
  return body + checksum(body)
}

/** Whether the text has the form of a key of this installation, checksum included. */
export function isToken(prefix: string, text: string): boolean {
  const [word, environment, rest = '', ...more] = text.split('_')
  if (word !== prefix || (environment !== 'live' && environment !== 'test') || more.length > 0) return false
  if (rest.length !== RANDOM_LENGTH + CHECKSUM_LENGTH || !/^[0-9A-Za-z]+$/.test(rest)) return false
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)
}

/** What is stored of a key, and found by: SHA-256 as base64. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64')
}

/** The same as the database has it. */
export function hashBytes(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hashToken(token), 'base64'))
}

/** Enough of a key to recognise it by. */
export function displayPrefix(token: string): string {
  const start = token.lastIndexOf('_') + 1
  return token.slice(0, start + SHOWN_LENGTH)
}

/** CRC32 (IEEE) as base62 digits, left-padded with zeros. */
function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  while (rest > 0) {
    digits = DIGITS[rest % DIGITS.length] + digits
    rest = Math.floor(rest / DIGITS.length)
  }
  return digits.padStart(CHECKSUM_LENGTH, '0')
}
