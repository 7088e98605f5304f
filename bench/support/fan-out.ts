import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Subscribers } from './subscribers.ts'

/** Subscribers in a process of their own. */
export async function startSubscribers(options: Subscribers) {
  const child = fork(path.join(import.meta.dirname, 'subscribers.ts'), [JSON.stringify(options)])
  await answerOf(child)
  return {
    /** Counts so many messages. @returns milliseconds from `begin` to the last one, and the text of one */
    async count(messages: number, begin: () => unknown): Promise<{ took: number; sample: string }> {
      child.send(messages)
      await answerOf(child)
      const last = answerOf<{ sample: string }>(child)
      const began = performance.now()
      await begin()
      const { sample } = await last
      return { took: performance.now() - began, sample }
    },
    stop: () => child.kill(),
  }
}

/** A raw `ws` server as the yardstick. */
export async function startRawServer() {
  const child = fork(path.join(import.meta.dirname, '../baselines/fan-out.ts'))
  const url = await answerOf<string>(child)
  return {
    url,
    send: (text: string, count: number) => void child.send({ text, count }),
    stop: () => child.kill(),
  }
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('A process of the benchmark ended early.')
  })
  const [answer] = await Promise.race([once(child, 'message'), ended])
  return answer as Answer
}
