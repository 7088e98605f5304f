import v8 from 'node:v8'
import vm from 'node:vm'

v8.setFlagsFromString('--expose-gc')
const collectGarbage: () => void = vm.runInNewContext('gc')

/** Bytes in use after a full collection: everything that is still referenced. */
export function usedAfterFullCollection(): number {
  for (let n = 0; n < 2; n++) collectGarbage()
  return process.memoryUsage().heapUsed
}
