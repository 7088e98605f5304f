import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'

/**
 * A yardstick in a process of its own, so that neither side has the other's garbage to collect. It prints `ready` when it
 * has prepared itself, begins on any line, and prints its result as JSON.
 */
export async function startYardstick<Result>(name: string, options: object) {
  const file = path.join(import.meta.dirname, '../baselines', `${name}.ts`)
  const child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`The yardstick ${name} ended early.`)
    return value
  }
  await line()
  return {
    async run(): Promise<Result> {
      child.stdin.write('go\n')
      const result = JSON.parse(await line())
      child.stdin.end()
      return result
    },
  }
}

/** The other side: prepares, waits for its turn, runs, prints. */
export async function yardstick<Options, Prepared>(
  prepare: (options: Options) => Promise<Prepared>,
  run: (prepared: Prepared) => Promise<object>,
): Promise<void> {
  const prepared = await prepare(JSON.parse(process.argv[2]!))
  console.log('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  console.log(JSON.stringify(await run(prepared)))
  process.exit(0)
}
