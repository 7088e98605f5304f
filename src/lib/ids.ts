import { randomBytes } from 'node:crypto'
import { encodeTime, monotonicFactory } from 'ulid'
import type { Clock } from './clock.ts'

/** Prefix of an id, one per type. */
export type IdPrefix =
  | ('org' | 'key' | 'type' | 'whep' | 'sec' | 'evt' | 'dlv' | 'att' | 'aud' | 'rpl' | 'blk' | 'doc' | 'wrk' | 'lsn')
  | ('usr' | 'crd' | 'ses' | 'mem' | 'inv')

/** Creates ids such as `evt_01jd…`: a typed prefix and a ULID in lower case, in the order of creation. */
export type MakeId = (prefix: IdPrefix) => string

/** True for the id of a person. */
export const isPersonId = (id: string): boolean => id.startsWith('usr_')

/** @param random returns a fraction from 0 to 1; default cryptographic */
export function createIds(clock: Clock, random: () => number = cryptoRandom): MakeId {
  const ulid = monotonicFactory(random)
  return (prefix) => `${prefix}_${ulid(clock.now().getTime()).toLowerCase()}`
}

/** Tolerance between the clock of the process that created an id and the clock of the database. */
const CLOCKS_DIFFER_MS = 24 * 3_600_000

/** Bounds for the ids of rows stored between two times, widened by the clock tolerance. */
export function idRange(prefix: IdPrefix, from: Date | null | undefined, to: Date | null | undefined) {
  const at = (time: Date, ms: number) => idBefore(prefix, new Date(time.getTime() + ms))
  return { ...(from && { gte: at(from, -CLOCKS_DIFFER_MS) }), ...(to && { lt: at(to, CLOCKS_DIFFER_MS) }) }
}

/** Less than every id created at or after a time. */
export function idBefore(prefix: IdPrefix, time: Date): string {
  return `${prefix}_${encodeTime(Math.max(0, time.getTime()), 10).toLowerCase()}`
}

let bytes = Buffer.alloc(0)
let used = 0

/** Fills 1,024 numbers per call of the random generator. */
function cryptoRandom(): number {
  if (used === bytes.length) {
    bytes = randomBytes(1024)
    used = 0
  }
  return bytes[used++]! / 256
}

let sequence = 0

/** A UUID of version 7: ordered by time, and by creation within a millisecond (RFC 9562, 5.7 and 6.2). */
export function timeOrderedUuid(time: Date): string {
  const rest = randomBytes(10)
  sequence = (sequence + 1) % 4096
  rest.writeUInt16BE(sequence, 0)
  return uuid(time, rest)
}

/** Less than every such UUID created at or after a time. */
export function uuidBefore(time: Date): string {
  return uuid(time, Buffer.alloc(10))
}

function uuid(time: Date, rest: Buffer): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(time.getTime(), 0, 6)
  rest.copy(bytes, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
