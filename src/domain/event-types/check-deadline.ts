import vm from 'node:vm'

/** Maximum milliseconds in which one event is checked against the schema of its type. */
export const CHECK_MS = 100

const holder: { work: () => unknown } = { work: () => undefined }
const context = vm.createContext({ run: () => holder.work() })
const script = new vm.Script('run()')

/**
 * Runs synchronous work and ends it at the deadline, also within a pattern. A call takes 0.1 ms more than the work, and
 * an object that the work was changing may be left half changed.
 *
 * @returns undefined when the deadline ended the work
 */
export function runWithDeadline<Result>(work: () => Result, timeoutMs = CHECK_MS): Result | undefined {
  holder.work = work
  try {
    return script.runInContext(context, { timeout: timeoutMs }) as Result
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    holder.work = () => undefined
  }
}
