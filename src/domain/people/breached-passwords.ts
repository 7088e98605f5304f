import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** File of sorted hash prefixes, which scripts/breach-list.ts writes. */
export const BREACH_LIST = new URL('./breached-passwords.bin', import.meta.url)
/** Bytes of each prefix: 48 bits match a password that is not listed about once in ten billion. */
export const PREFIX_BYTES = 6

/** First bytes of the SHA-256 of a password in lower case, as a number. */
export const hashPrefix = (password: string): number =>
  createHash('sha256').update(password.toLowerCase()).digest().readUIntBE(0, PREFIX_BYTES)

let list: Buffer | undefined

/** True for a password of the list of common and breached ones, in any case of its letters. */
export function isBreached(password: string): boolean {
  list ??= readFileSync(BREACH_LIST)
  const wanted = hashPrefix(password)
  let [low, high] = [0, list.length / PREFIX_BYTES]
  while (low < high) {
    const middle = (low + high) >> 1
    const found = list.readUIntBE(middle * PREFIX_BYTES, PREFIX_BYTES)
    if (found === wanted) return true
    if (found < wanted) low = middle + 1
    else high = middle
  }
  return false
}
