import { z } from 'zod'
import { ValidationError } from '../../lib/errors.ts'
import { isBreached } from './breached-passwords.ts'

/** An address in lower case, as persons are found by it. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/, 'must be an email address, such as ana@example.com')

/** A name on one line, as mails and tables show it. */
export const displayName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line without control characters')

/** Minimum characters of a password: alone, and beside a second factor (NIST SP 800-63B-4, 3.1.1.2). */
export const PASSWORD_CHARACTERS = { alone: 15, withTwoFactor: 8 } as const
/** Bounds the work of hashing; far more than any person or password manager uses. */
const PASSWORD_AT_MOST = 1_000
/** Minimum different characters, which refuses `aaaaaaaaaaaaaaa` (NIST SP 800-63B-4, 3.1.1.2: repetitive passwords). */
const DIFFERENT_CHARACTERS = 4
/** Characters that must be left of a password without the words of its person. */
const OWN_CHARACTERS = 4
/** Minimum characters of a word that counts as one of the person. */
const WORD_CHARACTERS = 3

/** A password that is presented, not chosen. */
export const presentedPassword = z.string().max(PASSWORD_AT_MOST)

/** The password of a new person, without a second factor yet. `checkPassword` decides on the words of the person. */
export const newPassword = z
  .string()
  .max(PASSWORD_AT_MOST)
  .superRefine((password, context) => {
    const message = faultOf(password, PASSWORD_CHARACTERS.alone, [])
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

export interface PasswordRules {
  /** True where nothing opens without a second factor, so that 8 characters suffice. */
  twoFactor?: boolean
  /** Words that the password must not consist of: names of the person and organization, and the address. */
  words: readonly string[]
  /** Path of the field. */
  path?: string
}

/**
 * Refuses a short, breached or obvious password. No rule asks for kinds of characters, and none changes the password.
 *
 * @returns true for a password that is long enough only beside a second factor
 * @throws ValidationError
 */
export function checkPassword(
  password: string,
  { twoFactor = false, words, path = 'input.password' }: PasswordRules,
): boolean {
  const { alone, withTwoFactor } = PASSWORD_CHARACTERS
  const message = faultOf(password, twoFactor ? withTwoFactor : alone, words)
  if (message !== undefined) throw new ValidationError([{ path, message }])
  return charactersOf(password) < alone
}

/** Code points, as a person counts characters. */
const charactersOf = (text: string): number => [...text].length

function faultOf(password: string, least: number, words: readonly string[]): string | undefined {
  if (charactersOf(password) < least)
    return `must have at least ${least} characters. A few random words are easy to remember`
  if (isBreached(password)) return 'is in a list of common and breached passwords. Choose another one'
  if (new Set(password).size < DIFFERENT_CHARACTERS)
    return `must have at least ${DIFFERENT_CHARACTERS} different characters. A few random words are easy to remember`
  if (consistsOf(password, words))
    return 'must not consist of your name, your address or the name of the organization. Choose another one'
  return undefined
}

/** True when little is left of a password without the given words, digits and punctuation. */
function consistsOf(password: string, words: readonly string[]): boolean {
  const parts = words.flatMap((word) => [word, ...word.split(/[@.\s]/)]).map(lettersOf)
  const known = [...new Set(parts)].filter((word) => word.length >= WORD_CHARACTERS)
  const letters = lettersOf(password)
  let rest = letters
  for (const word of known.sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, ' ')
  return rest !== letters && rest.replace(/[\s\d]/g, '').length < OWN_CHARACTERS
}

const lettersOf = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
