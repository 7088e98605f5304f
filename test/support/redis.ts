import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface TestRedis {
  url: string
  /** Kills the server with SIGKILL. */
  kill(): Promise<void>
  /** Restarts the server on the same port, without data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/**
 * A real Redis server on a free port, without persistence.
 *
 * @param settings words of its command line, such as `--requirepass`
 */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const port = await freePort()
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-redis-'))
  let child = await launch(port, folder, settings)
  const end = async (signal: NodeJS.Signals) => {
    const exited = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.signalCode === null && child.kill(signal)) await exited
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGKILL')
      child = await launch(port, folder, settings)
    },
    async stop() {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(port: number, folder: string, more: readonly string[]): Promise<ChildProcess> {
  const keepNothing = ['--save', '', '--appendonly', 'no', '--dir', folder]
  const settings = ['--port', String(port), '--bind', '127.0.0.1', ...keepNothing, ...more]
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error('redis-server ended at its start')))
    lines.on('line', (line) => line.includes('Ready to accept connections') && resolve())
  })
  return child
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
