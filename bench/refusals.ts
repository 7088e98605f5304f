// Refused sign-ins of three kinds, which a stranger must not tell apart by their time: a wrong password, a disabled person and an
// address that nobody has.
import { setTimeout as delay } from 'node:timers/promises'
import { type Figures, median, round } from './support/figures.ts'
import { startPeople } from './support/people.ts'
import type { Services } from './support/services.ts'
import { NO_LIMIT } from './verify.ts'

const KINDS = ['wrong password', 'disabled person', 'unknown address'] as const
/** Refusals of each kind in a round. */
const TIMES = 100
/** Pause after a refusal, in which the server writes the audit entry of a known address. */
const PAUSE_MS = 20

export async function refusals(services: Services, options: { rounds: number }): Promise<Figures> {
  const count = TIMES * (options.rounds + 1)
  const people = await startPeople(services, NO_LIMIT, { count, disabled: count })
  const ratios: Record<string, number[]> = {}
  let note = ''
  try {
    for (let n = 0; n <= options.rounds; n++) {
      const took = await measure(n)
      note = KINDS.map((kind) => `${kind} ${round(took[kind])} ms`).join(', ')
      console.error(`round ${n}: ${note}`)
      if (n === 0) continue
      for (const kind of KINDS.slice(1)) {
        const [one, other] = [took[kind], took['wrong password']]
        const name = `p50 of ${kind} and wrong password, the longer to the shorter`
        ratios[name] = [...(ratios[name] ?? []), Math.max(one, other) / Math.min(one, other)]
      }
    }
  } finally {
    await people.stop()
  }
  const rows = Object.entries(ratios).map(([name, values]) => ({ name, values, target: { atMost: 1.05 }, note }))
  return { benchmark: 'refusals', rows }

  /** Each refusal has an account and an address of its own, so that no limit is met. @returns median milliseconds */
  async function measure(nth: number): Promise<Record<(typeof KINDS)[number], number>> {
    const took = KINDS.map((): number[] => [])
    const answers = new Set<string>()
    for (let n = 0; n < TIMES; n++)
      for (const k of KINDS.keys()) {
        const person = nth * TIMES + n + 1
        const email = [`person${person}`, `person${count + person}`, `nobody${person}`][k]
        const started = performance.now()
        const answer = await people.signIn(
          { email: `${email}@example.com`, password: 'not the password of anybody' },
          `198.${18 + k}.${Math.floor(person / 250)}.${(person % 250) + 1}`,
        )
        took[k]!.push(performance.now() - started)
        answers.add(answer.replace(/"requestId":"[^"]*"/, ''))
        await delay(PAUSE_MS)
      }
    if (answers.size !== 1 || ![...answers][0]!.includes('UNAUTHENTICATED'))
      throw new Error(`Refusals differ, or are none: ${[...answers].join(' ')}`)
    return Object.fromEntries(KINDS.map((kind, k) => [kind, median(took[k]!)])) as Record<
      (typeof KINDS)[number],
      number
    >
  }
}
