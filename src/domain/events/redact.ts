import { isName, levelsOf, nameAt, skipSpace, skipString, skipValue } from '../../lib/json-scan.ts'

/** Fields removed from every event by default; an event type may list others. */
export const SENSITIVE_FIELDS = [
  ...['password', 'token', 'secret'],
  ...['accessToken', 'client_secret', 'apiKey', 'authorization'],
]

/** Maximum nesting of one event. */
export const EVENT_DEPTH = 100

/** The form in which names of sensitive fields are compared: `accessToken`, `access_token` and `Access-Token` are one. */
const comparable = (name: string) => name.toLowerCase().replace(/[_-]/g, '')

/** Removes fields from the text of a JSON value. */
export type RemoveFields = (text: string) => string

/** Cuts the named fields out of a JSON text, at any depth. The rest of the text stays as written. */
export function createRemoveFields(names: readonly string[]): RemoveFields {
  if (names.length === 0) return (text) => text
  const sensitive = new Set(names.map(comparable))
  return (text) => {
    const cuts = findMembers(text, (name) => sensitive.has(comparable(name)))
    if (cuts.length === 0) return text
    let kept = ''
    let from = 0
    for (const [start, end] of cuts) {
      kept += text.slice(from, start)
      from = end
    }
    return kept + text.slice(from)
  }
}

/** The ranges to cut, each a member with its white space and one comma. */
function findMembers(text: string, isWanted: (name: string) => boolean): [start: number, end: number][] {
  const cuts: [number, number][] = []
  /** Open objects; null for a list. `start` is the start of the current member. */
  const open: ({ start: number; hasKept: boolean } | null)[] = []
  for (let at = 0; at < text.length; ) {
    const frame = open[open.length - 1]
    const char = text[at]
    if (char === '"') {
      const end = skipString(text, at)
      if (frame && isName(text, end)) {
        if (isWanted(nameAt(text, at, end))) {
          at = cutMember(frame, skipValue(text, skipSpace(text, skipSpace(text, end) + 1)))
          continue
        }
        frame.hasKept = true
      }
      at = end
      continue
    }
    at++
    if (char === '{') open.push({ start: at, hasKept: false })
    else if (char === '[') open.push(null)
    else if (char === '}' || char === ']') open.pop()
    else if (char === ',' && frame) frame.start = at
  }
  return cuts

  /** @returns the position from which the object goes on */
  function cutMember(frame: { start: number; hasKept: boolean }, end: number): number {
    const delimiter = skipSpace(text, end)
    // A kept member before leaves its comma behind; without one, the comma that follows goes.
    const cutsComma = !frame.hasKept && text[delimiter] === ','
    cuts.push([frame.hasKept ? frame.start - 1 : frame.start, cutsComma ? delimiter + 1 : delimiter])
    if (cutsComma) frame.start = delimiter + 1
    return cutsComma ? delimiter + 1 : delimiter
  }
}

/**
 * Describes the excess of a JSON text, or returns undefined.
 *
 * @param bounds.bytes compared with the characters: an accepted text may have more bytes
 */
export function sizeViolation(text: string, bounds: { levels: number; bytes: number }): string | undefined {
  if (text.length > bounds.bytes) return `has more than ${bounds.bytes} bytes`
  return levelsOf(text) > bounds.levels ? `is nested deeper than ${bounds.levels} levels` : undefined
}
