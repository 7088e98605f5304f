import { skipString } from './json-scan.ts'

/** Maximum depth of objects and lists in a request. */
export const JSON_LEVELS = 500
/** Maximum members of all objects in a request: each new name costs the parser far more than its bytes. */
export const JSON_NAMES = 250_000
/** Maximum values of a request: a million of empty lists takes a fifth of a second to parse. */
export const JSON_VALUES = 500_000

const [QUOTE, COLON, COMMA] = [34, 58, 44]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125]

/** The bound that a text exceeds, as a sentence; undefined within the bounds. Reads any text, also one that is no JSON. */
export function findExceededBound(text: string): string | undefined {
  let [levels, names, values] = [0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = skipString(text, at) - 1
    else if (code === COMMA) values++
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      values++
      if (++levels > JSON_LEVELS) return `is nested deeper than ${JSON_LEVELS} levels. Send flatter values.`
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) levels--
    else if (code === COLON && ++names > JSON_NAMES)
      return `has more than ${JSON_NAMES} names. Send less at once, such as fewer events.`
    if (values > JSON_VALUES) return `has more than ${JSON_VALUES} values. Send less at once, such as fewer events.`
  }
  return undefined
}
