import { ValidationError } from './errors.ts'

/** Maximum characters of a text to search for. */
export const SEARCH_CHARACTERS = 100

/**
 * The pattern of LIKE and ILIKE for values that contain a text, in which wildcards stand for themselves. ILIKE matches A
 * to Z in either case; for other letters the locale of the database decides.
 *
 * @throws ValidationError when the text is too long
 */
export function containing(search: string): string {
  if (search.length > SEARCH_CHARACTERS)
    throw new ValidationError([{ path: 'filter.search', message: `must have at most ${SEARCH_CHARACTERS} characters` }])
  return `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
}
