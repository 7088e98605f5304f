import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 42
const CHECKSUM_LENGTH = 6
/** Characters after the environment that lists show. */
const SHOWN_LENGTH = 4

export type TokenEnvironment = 'LIVE' | 'TEST'

/**
 * Creates a token: `sb_live_` or `sb_test_`, 42 random base62 characters, and a checksum that tells junk apart without
 * a look-up.
 *
 * @param random returns an integer from 0 up to, not including, its argument; default cryptographic
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

/** True when the text has the format of a key of this installation, checksum included. */
export function isToken(prefix: string, text: string): boolean {
  const [word, environment, rest = '', ...more] = text.split('_')
  if (word !== prefix || (environment !== 'live' && environment !== 'test') || more.length > 0) return false
  if (rest.length !== RANDOM_LENGTH + CHECKSUM_LENGTH || !/^[0-9A-Za-z]+$/.test(rest)) return false
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)
}

/** The stored hash of a token: SHA-256 as base64. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64')
}

/** The same hash as bytes, for the database. */
export function hashBytes(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hashToken(token), 'base64'))
}

/** The beginning of a token, which lists show to tell keys apart. */
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
