import { CursorError } from '../lib/pagination.ts'

/** A place in the delivery log of an organization. Everything before the place was seen. */
export interface Place {
  position: number
  part: number
  /** Number of changes of the part that were seen. */
  index: number
}

/** The place after every part of a position. */
export const AT_END = { part: 2_147_483_647, index: 0 }

export function writeCursor({ position, part, index }: Place): string {
  return Buffer.from(`${position}.${part}.${index}`).toString('base64url')
}

/** @throws CursorError when the text is no cursor */
export function readCursor(cursor: string): Place {
  const [, ...numbers] = /^(\d{1,15})\.(\d{1,10})\.(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  const [position, part, index] = numbers.map(Number)
  if (position === undefined || part === undefined || index === undefined) throw new CursorError()
  return { position, part: Math.min(part, AT_END.part), index }
}
