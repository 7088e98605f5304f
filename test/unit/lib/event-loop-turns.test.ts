import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTurnQueue } from '../../../src/lib/event-loop-turns.ts'

// Works of 3 ms each share turns of 10 ms, so that a turn of the event loop has a few of them.
async function runWorks(count: number, steps: number): Promise<string[]> {
  let now = 0
  const takeTurn = createTurnQueue(() => now)
  const done: string[] = []
  let isRunning = true
  const others = (async () => {
    while (isRunning) {
      await nextTurn()
      done.push('others')
    }
  })()
  const work = async (n: number) => {
    for (let step = 0; step < steps; step++) {
      const turn = takeTurn()
      if (turn !== undefined) await turn
      now += 2
      // A few microtasks, as an execution has.
      for (let hop = 0; hop < 5; hop++) await undefined
      now += 1
      done.push(`${n}.${step}`)
    }
  }
  await Promise.all(Array.from({ length: count }, (_, n) => work(n)))
  isRunning = false
  await others
  return done
}

test('many small works leave turns of the event loop to others', async () => {
  const done = await runWorks(50, 3)
  const turns = done.join(' ').split('others')
  expect(done.filter((entry) => entry !== 'others')).toHaveLength(150)
  for (const turn of turns) expect(turn.trim().split(' ').length).toBeLessThanOrEqual(5)
})

test('works that wait go on in their order', async () => {
  const done = await runWorks(20, 4)
  const lastSteps = done.filter((entry) => entry.endsWith('.3'))
  expect(lastSteps).toEqual(Array.from({ length: 20 }, (_, n) => `${n}.3`))
})

test('a work alone does not wait', async () => {
  const takeTurn = createTurnQueue(() => 0)
  expect(takeTurn()).toBeUndefined()
  await nextTurn()
  expect(takeTurn()).toBeUndefined()
})
