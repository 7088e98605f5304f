// The burner: threads that only compute, with a given amount of CPU together. A thread that got less than its share catches up.
import { Worker } from 'node:worker_threads'

const [threads, cores] = process.argv.slice(2).map(Number) as [number, number]
const SPIN = `
const { workerData: share } = require('node:worker_threads')
const sleeper = new Int32Array(new SharedArrayBuffer(4))
const started = performance.now()
let n = 0
for (;;) {
  const { user, system } = process.threadCpuUsage()
  if ((user + system) / 1000 < share * (performance.now() - started)) for (let k = 0; k < 200_000; k++) n = (n * 31 + k) | 0
  else Atomics.wait(sleeper, 0, 0, 1)
}`
for (let n = 0; n < threads; n++) new Worker(SPIN, { eval: true, workerData: cores / threads })
console.log('burning')
