import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The folder in which the suite stores all returned secrets, log lines and errors. */
let folder: string | undefined

export function openLedger(where: string): void {
  folder = where
}

const append = (file: string, text: string) => {
  // Benchmarks use the same helpers and store no files.
  if (folder !== undefined) appendFileSync(path.join(folder, file), `${text}\n`)
}

export const noteSecret = (secret: string) => append('secrets', secret)
/** Stores a log line, an error or process output. */
export const noteSaid = (text: string) => append('said', text)

/** Finds secrets in logs and errors. The bootstrap key is excluded, because the server prints that key once on purpose. */
export function leaks(where: string): { secrets: number; characters: number; leaked: string[] } {
  const read = (file: string) => readFileSync(path.join(where, file), 'utf8')
  const secrets = [...new Set(read('secrets').split('\n').filter(Boolean))]
  const said = read('said')
  // Lists show the first 12 characters of a key, so only the rest is searched.
  const leaked = secrets.filter((secret) => said.includes(secret.slice(12)))
  return { secrets: secrets.length, characters: said.length, leaked }
}
