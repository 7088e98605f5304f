import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { AttackTarget } from './attack.ts'

const ATTACKER = path.join(import.meta.dirname, 'attacker.ts')

/**
 * Attacks from a process of its own for as long as the work takes.
 *
 * @param name of `ATTACKS` in attacker.ts
 * @param priority `low` leaves the processors to the attacked process where it needs them
 * @returns the value of the work, and how often the attack had each result
 */
export async function runAttack<T>(
  name: string,
  target: AttackTarget,
  work: () => Promise<T>,
  priority: 'low' | 'same' = 'same',
): Promise<{ value: T; results: Record<string, number> }> {
  const child = spawn(process.execPath, [ATTACKER, name, JSON.stringify(target), priority], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  await once(lines, 'line')
  try {
    const value = await work()
    const line = once(lines, 'line')
    child.stdin.end()
    const [results] = await line
    return { value, results: JSON.parse(results) }
  } finally {
    child.kill('SIGKILL')
  }
}
