const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125]
/** Maximum characters of a path in a message. */
const PATH_CHARACTERS = 200

// Positions within a text that `JSON.parse` has accepted. No function recurses: a text of a megabyte may nest 500,000
// levels deep.

/** The position of the next character that is no white space. */
export function skipSpace(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at
    at++
  }
}

/** The end of the string with its opening quote at `at`; the end of a text that is no JSON and does not close the string. */
export function skipString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end
    while (text.charCodeAt(first - 1) === BACKSLASH) first--
    if ((end - first) % 2 === 0) return end + 1
  }
  return text.length
}

/** The end of the value that begins at `at`. */
export function skipValue(text: string, at: number): number {
  let levels = 0
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = skipString(text, at)
    else {
      if (code === OPEN_OBJECT || code === OPEN_LIST) levels++
      else if (code === CLOSE_OBJECT || code === CLOSE_LIST) levels--
      else if (levels === 0) return skipPrimitive(text, at)
      at++
    }
  } while (levels > 0)
  return at
}

function skipPrimitive(text: string, at: number): number {
  while (at < text.length && /[\w.+-]/.test(text[at]!)) at++
  return at
}

/** The name between two positions, quotes included. */
export function nameAt(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end - 1)
  return name.includes('\\') ? JSON.parse(text.slice(start, end)) : name
}

/**
 * Visits the members of the object at `at`. `visit` gets the name and the start of the value, and returns its end.
 *
 * @returns the end of the object
 */
export function eachMember(text: string, at: number, visit: (name: string, start: number) => number): number {
  at = skipSpace(text, at + 1)
  while (text.charCodeAt(at) !== CLOSE_OBJECT) {
    const end = skipString(text, at)
    const name = nameAt(text, at, end)
    at = skipSpace(text, visit(name, skipSpace(text, skipSpace(text, end) + 1)))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return at + 1
}

/** Visits the entries of the list at `at`, like `eachMember`. */
export function eachEntry(text: string, at: number, visit: (index: number, start: number) => number): number {
  at = skipSpace(text, at + 1)
  for (let index = 0; text.charCodeAt(at) !== CLOSE_LIST; index++) {
    at = skipSpace(text, visit(index, at))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return at + 1
}

/** True when the string that ends at `end` is the name of a member. */
export const isName = (text: string, end: number): boolean => text.charCodeAt(skipSpace(text, end)) === COLON

/** The greatest depth of objects and lists. */
export function levelsOf(text: string): number {
  let [levels, deepest] = [0, 0]
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = skipString(text, at)
      continue
    }
    if (code === OPEN_OBJECT || code === OPEN_LIST) deepest = Math.max(deepest, ++levels)
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) levels--
    at++
  }
  return deepest
}

/** Path of the first name that an object has twice, such as `variables.input.data.id`; undefined without one. */
export function findRepeatedName(text: string): string | undefined {
  const open: { names: Set<string> | undefined; step: string | number }[] = []
  let frame: (typeof open)[number] | undefined
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = skipString(text, at)
      if (frame?.names !== undefined && isName(text, end)) {
        frame.step = nameAt(text, at, end)
        const { size } = frame.names
        if (frame.names.add(frame.step).size === size) return shorten(open.map(({ step }) => step).join('.'))
      }
      at = end
      continue
    }
    if (code === OPEN_OBJECT || code === OPEN_LIST) {
      frame = { names: code === OPEN_OBJECT ? new Set() : undefined, step: 0 }
      open.push(frame)
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      open.pop()
      frame = open[open.length - 1]
    } else if (code === COMMA && typeof frame?.step === 'number') frame.step++
    at++
  }
  return undefined
}

const shorten = (path: string) => (path.length > PATH_CHARACTERS ? `${path.slice(0, PATH_CHARACTERS)}…` : path)
