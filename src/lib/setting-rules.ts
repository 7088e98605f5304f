import { z } from 'zod'

/** A comma-separated list in one variable. */
export function list(check: (entry: string) => boolean, expected: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .refine((entries) => entries.every(check), `must be a comma-separated list of ${expected}`)
}

/** A comma-separated list of numbers by name; absent names keep their defaults. */
export function allowances(form: RegExp, expected: string) {
  return list((entry) => form.test(entry), expected)
    .transform((entries) => entries.map((entry) => form.exec(entry)!.slice(1)))
    .optional()
}

/** Minimum number of different characters in BOOTSTRAP_API_KEY. */
export const KEY_CHARACTERS = 8

/** False for a key of few characters and for one that repeats a part, such as 24 times `a`. */
export function isUnguessable(key: string): boolean {
  return new Set(key).size >= KEY_CHARACTERS && !/^(.+?)\1+$/.test(key)
}

/** A whole number of seconds up to `most`. */
export function seconds(most: number) {
  const rule = `must be a whole number of seconds, 1 to ${most}`
  return z.coerce.number(rule).int(rule).min(1, rule).max(most, rule)
}

/** A URL with one of the protocols. */
export const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => protocols.includes(URL.parse(text)?.protocol ?? ''),
      `must begin with ${protocols.join('// or ')}//`,
    )

/** True for a URL without a path, a query and credentials. */
export function isOrigin(text: string): boolean {
  const { pathname, search, hash, username, password } = URL.parse(text) ?? new URL('http://invalid/path')
  return pathname === '/' && search + hash + username + password === ''
}
