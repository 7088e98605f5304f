/** A pattern for which each character of a text is tried against each of its many states. */
export const SLOW_PATTERN = '([ab]*a[ab]{200}){2}c'

/** A text whose check against the pattern takes far longer than one event may take. */
export const slowText = `c${pseudoRandomText(120_000)}`

/** A and b in an order that repeats nowhere, so that the matcher cannot reuse its states. */
function pseudoRandomText(length: number): string {
  let seed = 1
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed & (2 ** 16) ? 'a' : 'b'
  }).join('')
}
