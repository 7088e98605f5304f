import { type ChildProcess, fork } from 'node:child_process'
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

/** The next message of a process. Rejects when the process ends before. */
function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`${path.basename(child.spawnargs[1]!)} ended early with ${code ?? signal}.`))
    child.once('exit', onExit)
    child.once('message', (answer) => {
      child.removeListener('exit', onExit)
      resolve(answer as Answer)
    })
  })
}
