import { randomBytes, timingSafeEqual } from 'node:crypto'
import pLimit from 'p-limit'
import { RateLimitedError } from '../../lib/errors.ts'
import { hashArgon2id } from './hash-threads.ts'

/** Parameters of argon2id (RFC 9106): 19 MiB and two passes, as OWASP recommends for one lane. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 } as const
const TAG_BYTES = 32
const NONCE_BYTES = 16
/** Maximum hashes at once, each of which takes a core and 19 MiB. */
export const HASHES_AT_ONCE = 2
/** Maximum hashes that wait for their turn. */
export const HASHES_WAITING = 100
/** Seconds after which a refused client tries again: about as long as a full queue takes. */
const RETRY_SECONDS = 10

const turns = pLimit(HASHES_AT_ONCE)

/**
 * Refuses a try before it counts as a failure, while too many hashes wait.
 *
 * @throws RateLimitedError
 */
export function requireHashRoom(): void {
  if (turns.pendingCount >= HASHES_WAITING)
    throw new RateLimitedError('Too many people sign in at this moment. Try again in a few seconds.', RETRY_SECONDS)
}

async function inTurn<T>(hash: () => Promise<T>): Promise<T> {
  requireHashRoom()
  return turns(hash)
}

/** The bytes of a password. Keyboards write one character in several forms of Unicode, of which one counts. */
const bytesOf = (password: string) => Buffer.from(password.normalize('NFKC'))

/** PHC text. */
function write(nonce: Buffer, tag: Buffer): string {
  const { memory: m, passes: t, parallelism: p } = PARAMETERS
  return `$argon2id$v=19$m=${m},t=${t},p=${p}$${unpadded(nonce)}$${unpadded(tag)}`
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** The hash of a password as PHC text. Every byte counts, and none is cut off. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(NONCE_BYTES)
  const message = bytesOf(password)
  return write(nonce, await inTurn(() => hashArgon2id({ ...PARAMETERS, message, nonce, tagLength: TAG_BYTES })))
}

/** A hash that no password has, verified for unknown addresses so that they take as long as known ones. */
const DUMMY = write(randomBytes(NONCE_BYTES), randomBytes(TAG_BYTES))

/** @param hash PHC text; undefined for a person without a password, which takes as long and is false */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, , , parameters = '', nonce = '', tag = ''] = (hash ?? DUMMY).split('$')
  const { m, t, p } = Object.fromEntries(parameters.split(',').map((entry) => entry.split('=')))
  const expected = Buffer.from(tag, 'base64')
  const settings = { memory: Number(m), passes: Number(t), parallelism: Number(p), tagLength: expected.length }
  const message = { message: bytesOf(password), nonce: Buffer.from(nonce, 'base64') }
  const found = await inTurn(() => hashArgon2id({ ...settings, ...message }))
  return timingSafeEqual(found, expected) && hash !== undefined
}
