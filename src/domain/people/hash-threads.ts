import type { Argon2Parameters } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/**
 * Nice value of the threads: deliveries and key checks on the same cores come first, and sign-ins keep a third of a busy
 * core. Set on Linux alone, where the value belongs to the calling thread (setpriority(2)) and not to the process.
 */
const NICE = 5

const THREAD = `
const { argon2Sync } = require('node:crypto')
const { parentPort } = require('node:worker_threads')
if (process.platform === 'linux') require('node:os').setPriority(0, ${NICE})
parentPort.on('message', (parameters) => parentPort.postMessage(argon2Sync('argon2id', parameters)))`

const idle: Worker[] = []

/**
 * Computes argon2id (RFC 9106) in a thread of its own, because the pool of Node resolves host names as well. A thread
 * stays for later hashes and does not keep the process alive; there are as many as callers at once.
 */
export async function hashArgon2id(parameters: Argon2Parameters): Promise<Buffer> {
  const thread = idle.pop() ?? new Worker(THREAD, { eval: true })
  thread.ref()
  thread.postMessage(parameters)
  // Rejects, and drops the thread, when the thread fails.
  const [tag] = await once(thread, 'message')
  thread.unref()
  idle.push(thread)
  return Buffer.from(tag)
}
