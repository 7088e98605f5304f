import v8 from 'node:v8'
import vm from 'node:vm'

v8.setFlagsFromString('--expose-gc')
const collectGarbage: (options: { type: 'minor' | 'major' }) => void = vm.runInNewContext('gc')

/** Bytes in use after minor collections. Objects that survive two of them are promoted and not collected by the third. */
export function usedAfterSmallCollections(): number {
  for (let n = 0; n < 3; n++) collectGarbage({ type: 'minor' })
  return process.memoryUsage().heapUsed
}

/** Bytes in use after a full collection: everything that is still referenced. */
export function usedAfterFullCollection(): number {
  for (let n = 0; n < 2; n++) collectGarbage({ type: 'major' })
  return process.memoryUsage().heapUsed
}
