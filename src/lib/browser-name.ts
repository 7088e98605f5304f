/** Browsers by the word in their name, the more specific ones first: most name others too. */
const BROWSERS: [name: string, word: RegExp][] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /(Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//],
]
const SYSTEMS: [name: string, word: RegExp][] = [
  ['iOS', /iPhone|iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['Linux', /Linux|X11/],
]
/** Characters of any other name that are shown. */
const SHOWN = 60

/** A short name of the browser that sent a `User-Agent`, such as `Firefox on Linux`; null without one. */
export function nameOfBrowser(userAgent: string | null): string | null {
  if (!userAgent) return null
  const find = (list: [string, RegExp][]) => list.find(([, word]) => word.test(userAgent))?.[0]
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)]
  if (browser === undefined) return userAgent.slice(0, SHOWN)
  return system === undefined ? browser : `${browser} on ${system}`
}
