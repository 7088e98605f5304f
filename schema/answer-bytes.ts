import { UnavailableError } from '../src/lib/errors.ts'
import type { Context } from './builder.ts'

/**
 * Maximum bytes of tenant data in one answer, because aliases and pages multiply them. A page of default size with the
 * largest events fits.
 */
export const ANSWER_BYTES = 8 * 1024 * 1024

/** Counts the bytes of a value against the bound of the answer. @throws UnavailableError past the bound */
export function countResponseBytes<T>(value: T, bytes: number, { answered }: Pick<Context, 'answered'>): T {
  answered.bytes += bytes
  assertAnswerFits(answered.bytes)
  return value
}

/** @throws UnavailableError when an answer would have more bytes of tenant data than allowed */
export function assertAnswerFits(bytes: number): void {
  if (bytes > ANSWER_BYTES)
    throw new UnavailableError(
      'ANSWER_TOO_LARGE',
      `An answer holds at most ${ANSWER_BYTES} bytes of events, schemas, examples and responses. Request smaller pages.`,
    )
}
