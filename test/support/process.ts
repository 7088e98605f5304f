import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { noteSaid } from './secret-leak-check.ts'

const MAIN = path.join(import.meta.dirname, '../../src/main.ts')

export interface RunningProcess {
  child: ChildProcess
  /** The output of the process so far. */
  output(): string
  /** Resolves with the first match in the output. Rejects when the process exits without a match. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>
  exited: Promise<{ code: number | null; signal: string | null }>
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>
}

export interface ProcessBounds {
  /** MiB of the old generation of the heap. */
  heapMiB: number
  /** Open files, sockets included. */
  descriptors: number
}

/**
 * Starts Signalbox as a separate process, like `npm start`.
 *
 * @param main default: that of this work tree
 * @param bounds default: those of this process
 */
export function startProcess(
  env: Record<string, string>,
  mode = 'all',
  main = MAIN,
  bounds?: ProcessBounds,
): RunningProcess {
  const { PATH = '', HOME = '' } = process.env
  const [command, words] = bounds === undefined ? [process.execPath, []] : withBounds(bounds)
  const child = spawn(command, [...words, main, mode], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk
      for (const watcher of watchers) watcher()
    })
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => {
      noteSaid(text)
      resolve({ code, signal })
    }),
  )
  return {
    child,
    output: () => text,
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = text.match(pattern)
          if (found === null) return
          watchers.delete(look)
          resolve(found)
        }
        watchers.add(look)
        look()
        exited.then(() => reject(new Error(`It ended before it printed ${pattern}:\n${text}`)))
      })
    },
    exited,
    end(signal) {
      child.kill(signal)
      return exited
    },
  }
}

/** The shell gives its process to Node, so that the id of the child is that of Signalbox. */
function withBounds({ heapMiB, descriptors }: ProcessBounds): [command: string, words: string[]] {
  const script = `ulimit -n ${descriptors}; exec "$0" "$@"`
  return ['sh', ['-c', script, process.execPath, `--max-old-space-size=${heapMiB}`]]
}
