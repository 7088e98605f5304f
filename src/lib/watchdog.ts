import { Worker } from 'node:worker_threads'

/** Interval at which the watchdog looks at the event loop, in milliseconds. */
const LOOK_MS = 250

/**
 * Runs in a thread of its own. Looks are counted instead of time: a stopped process or a suspended machine looks at
 * nothing, so its pause does not count as a blocked event loop.
 */
const WATCH = `
const { workerData: { shared, looks, lookMs, seconds } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const beats = new Int32Array(shared)
let [last, missed] = [-1, 0]
setInterval(() => {
  const beat = Atomics.load(beats, 0)
  missed = beat === last ? missed + 1 : 0
  last = beat
  if (missed < looks) return
  const msg = 'The event loop was blocked for ' + seconds + ' s; the process ended'
  const line = JSON.stringify({ level: 'fatal', time: new Date().toISOString(), msg })
  try { writeSync(1, line + '\\n') } finally { process.kill(process.pid, 'SIGKILL') }
}, lookMs)
`

/**
 * Kills the process when its event loop has been blocked for a time. A blocked loop cannot handle SIGTERM, renew leases
 * or revoke keys; other processes take over when it ends.
 */
export function startWatchdog(seconds: number): { stop(): Promise<unknown> } {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const beats = new Int32Array(shared)
  const beat = setInterval(() => Atomics.add(beats, 0, 1), LOOK_MS / 2).unref()
  const looks = Math.ceil((seconds * 1000) / LOOK_MS)
  const worker = new Worker(WATCH, { eval: true, workerData: { shared, looks, lookMs: LOOK_MS, seconds } })
  worker.unref()
  return {
    stop() {
      clearInterval(beat)
      return worker.terminate()
    },
  }
}
