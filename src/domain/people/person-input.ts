import { z } from 'zod'

/** An address in lower case, as persons are found by it. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/, 'must be an email address, such as ana@example.com')

export const personName = z.string().trim().min(1, 'must not be empty').max(100)

/** Minimum characters of a password without a second factor (NIST SP 800-63B-4, 3.1.1.2). */
const PASSWORD_CHARACTERS = 15
/** Bounds the work of hashing; far more than any person or password manager uses. */
const PASSWORD_AT_MOST = 1_000

/** A new password: its length counts, and nothing else about its characters. */
export const newPassword = z
  .string()
  .min(PASSWORD_CHARACTERS, `must have at least ${PASSWORD_CHARACTERS} characters. A few random words are easy to keep`)
  .max(PASSWORD_AT_MOST)
