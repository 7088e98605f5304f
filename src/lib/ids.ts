import { randomBytes } from 'node:crypto'
import { encodeTime, monotonicFactory } from 'ulid'
import type { Clock } from './clock.ts'

/** What an id's prefix says it names. */
export type IdPrefix = 'org' | 'key' | 'type' | 'whep' | 'sec' | 'evt' | 'dlv' | 'att' | 'aud' | 'rpl' | 'doc'

/** Makes ids such as `evt_01jd…`: readable, typed, and in the order they were made (a ULID in lower case). */
export type MakeId = (prefix: IdPrefix) => string

/** @param random a fraction from 0 to 1; the default is cryptographic */
export function createIds(clock: Clock, random: () => number = cryptoRandom): MakeId {
  const ulid = monotonicFactory(random)
  return (prefix) => `${prefix}_${ulid(clock.now().getTime()).toLowerCase()}`
}

/** Ids sort by the time of the process that made them, whose clock may differ from the database's by less than this. */
const CLOCKS_DIFFER_MS = 24 * 3_600_000

/** Bounds for the ids of what was stored between two times, wider by as much as clocks may differ. */
export function idsWithin(prefix: IdPrefix, from: Date | null | undefined, to: Date | null | undefined) {
  const at = (time: Date, ms: number) => idBefore(prefix, new Date(time.getTime() + ms))
  return { ...(from && { gte: at(from, -CLOCKS_DIFFER_MS) }), ...(to && { lt: at(to, CLOCKS_DIFFER_MS) }) }
}

/** Less than every id that is made at that time or later. */
export function idBefore(prefix: IdPrefix, time: Date): string {
  return `${prefix}_${encodeTime(Math.max(0, time.getTime()), 10).toLowerCase()}`
}

let bytes = Buffer.alloc(0)
let used = 0

/** One call into the random generator serves 1,024 characters of ids. */
function cryptoRandom(): number {
  if (used === bytes.length) {
    bytes = randomBytes(1024)
    used = 0
  }
  return bytes[used++]! / 256
}

let sequence = 0

/** A UUID of version 7: 16 bytes in the order of time, and of making within a millisecond (RFC 9562, 5.7 and 6.2). */
export function timeOrderedUuid(time: Date): string {
  const rest = randomBytes(10)
  sequence = (sequence + 1) % 4096
  rest.writeUInt16BE(sequence, 0)
  return uuid(time, rest)
}

/** Less than every such UUID that is made at that time or later. */
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
