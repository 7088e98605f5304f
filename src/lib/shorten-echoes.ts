/** Maximum characters of input that a message repeats. */
export const ECHO_CHARACTERS = 100
/** Maximum characters of a message. */
export const MESSAGE_CHARACTERS = 2_000

const QUOTED = new RegExp(`"[^"]{${ECHO_CHARACTERS + 1},}"?`, 'g')
const UNBROKEN = new RegExp(`\\S{${ECHO_CHARACTERS + 3},}`, 'g')

/** Cuts long input in a message: quoted texts, words without white space, and the message itself. */
export function shortenEchoes(message: string): string {
  if (message.length <= ECHO_CHARACTERS) return message
  return message
    .slice(0, MESSAGE_CHARACTERS * 2)
    .replace(QUOTED, (text) => `${text.slice(0, ECHO_CHARACTERS)}…"`)
    .replace(UNBROKEN, (text) => `${text.slice(0, ECHO_CHARACTERS)}…`)
    .slice(0, MESSAGE_CHARACTERS)
}
