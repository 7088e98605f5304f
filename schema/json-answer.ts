import { randomUUID } from 'node:crypto'

/** Begins and ends a JSON text within a string. Known to this process only, so no tenant can write one. */
const MARK = `json:${randomUUID()}:`
const MARKED = new RegExp(`"${MARK}((?:[^"\\\\]|\\\\.)*)${MARK}"`, 'g')

/**
 * Carries a JSON text through `JSON.stringify`, which has no form for the text of an object: as a string between marks,
 * which `unmarkJson` replaces by the text.
 */
export const markJson = (text: string): string => `${MARK}${text}${MARK}`

/** True for a JSON text between marks, which an answer holds as it is. */
export const isMarked = (text: string): boolean => text.startsWith(MARK)

/** Replaces each marked string of an answer by its JSON text. */
export function unmarkJson(answer: string): string {
  if (!answer.includes(MARK)) return answer
  return answer.replace(MARKED, (_, escaped: string) => JSON.parse(`"${escaped}"`))
}

/** Writes an answer of HTTP. */
export const stringifyAnswer = (answer: unknown): string => unmarkJson(JSON.stringify(answer))

/**
 * Writes one message of a stream of server-sent events. A line break would end the message, so each line begins with
 * the name of the field; the client joins the lines again.
 */
export const stringifyEvent = (answer: unknown): string => stringifyAnswer(answer).replace(/\r\n|\r|\n/g, '\ndata: ')
