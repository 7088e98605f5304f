import { createHmac } from 'node:crypto'

/** Seconds of a time step, as authenticators have them. */
export const STEP_SECONDS = 30
/** Steps around the present one that are accepted, because clocks differ and people type. */
const STEPS_AROUND = 1
/** Random bytes of a seed: 160 bits, as RFC 4226 recommends for HMAC-SHA-1. */
export const SEED_BYTES = 20
const DIGITS = 6
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Code of a time step (RFC 6238 over RFC 4226). */
export function codeOf(seed: Buffer, step: number, { digits = DIGITS, algorithm = 'sha1' } = {}): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(algorithm, seed).update(counter).digest()
  const number = mac.readUInt32BE(mac.at(-1)! & 0xf) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

export const stepAt = (time: Date): number => Math.floor(time.getTime() / 1000 / STEP_SECONDS)

/** The time steps of accepted codes, oldest first. */
export function stepsOf(seed: Buffer, code: string, now: Date): number[] {
  const present = stepAt(now)
  const steps = Array.from({ length: 2 * STEPS_AROUND + 1 }, (_, n) => present - STEPS_AROUND + n)
  return steps.filter((step) => codeOf(seed, step) === code)
}

/** True for the form of a code, with the spaces that people type. */
export const isCode = (text: string): boolean => /^\d{6}$/.test(text.replaceAll(' ', ''))

/** Bytes as base32 without padding (RFC 4648), which people can type. */
export function toBase32(bytes: Buffer): string {
  let [text, bits, value] = ['', 0, 0]
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(value >> (bits - 5)) & 31]
  }
  return bits === 0 ? text : text + BASE32[(value << (5 - bits)) & 31]
}

/** The URI that authenticators read from a QR code. */
export function totpUri(seed: Buffer, email: string): string {
  const label = `${encodeURIComponent('Signalbox')}:${encodeURIComponent(email)}`
  return `otpauth://totp/${label}?secret=${toBase32(seed)}&issuer=Signalbox&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`
}
