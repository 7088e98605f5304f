import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Where the suite notes every secret that it was shown, and everything that was logged or answered as an error. */
let folder: string | undefined

export function openLedger(where: string): void {
  folder = where
}

const append = (file: string, text: string) => {
  // A benchmark uses the same helpers and keeps none.
  if (folder !== undefined) appendFileSync(path.join(folder, file), `${text}\n`)
}

export const noteSecret = (secret: string) => append('secrets', secret)
/** A line of a log, an error, or what a process has printed. */
export const noteSaid = (text: string) => append('said', text)

/** Secrets that were said. A bootstrap key is printed once on purpose, and is none of those. */
export function leaks(where: string): { secrets: number; characters: number; leaked: string[] } {
  const read = (file: string) => readFileSync(path.join(where, file), 'utf8')
  const secrets = [...new Set(read('secrets').split('\n').filter(Boolean))]
  const said = read('said')
  // The beginning of a key is shown in lists; the rest of it never is.
  const leaked = secrets.filter((secret) => said.includes(secret.slice(12)))
  return { secrets: secrets.length, characters: said.length, leaked }
}
