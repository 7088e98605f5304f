/** Begins and ends a JSON text within a string. Random, so that no text of a person holds it. */
const MARK = `json:${[...crypto.getRandomValues(new Uint32Array(4))].join('-')}:`
const MARKED = new RegExp(`"${MARK}((?:[^"\\\\]|\\\\.)*)${MARK}"`, 'g')

/** A variable of the type JSON that is sent in this very text, so that `1.0` stays `1.0`. */
export const exactJson = (text: string): unknown => MARK + text + MARK

/** Sends texts of `exactJson` as they are. */
export const exactFetch: typeof fetch = (target, init) => {
  const body = init?.body
  if (typeof body !== 'string' || !body.includes(MARK)) return fetch(target, init)
  const exact = body.replace(MARKED, (_, escaped: string) => JSON.parse(`"${escaped}"`))
  return fetch(target, { ...init, body: exact })
}

/** True for a text that JSON allows. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Strings, scalars and punctuation of JSON; white space between them is skipped. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g
const STEP = '  '

/**
 * A JSON text on indented lines. Strings and numbers are copied and never read, so that each stays as it was written;
 * a text that is no JSON is unchanged.
 */
export function indentJson(text: string): string {
  if (!isJson(text)) return text
  let [out, depth] = ['', 0]
  const breakLine = () => `\n${STEP.repeat(depth)}`
  const tokens = text.match(TOKEN) ?? []
  for (const [index, token] of tokens.entries())
    switch (token) {
      case '{':
      case '[':
        depth++
        out += isClosing(tokens[index + 1]) ? token : token + breakLine()
        break
      case '}':
      case ']':
        depth--
        out += isOpening(tokens[index - 1]) ? token : breakLine() + token
        break
      case ',':
        out += token + breakLine()
        break
      case ':':
        out += ': '
        break
      default:
        out += token
    }
  return out
}

const isOpening = (token: string | undefined): boolean => token === '{' || token === '['
const isClosing = (token: string | undefined): boolean => token === '}' || token === ']'
