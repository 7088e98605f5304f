import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Permissions } from '../../src/domain/people/permissions.ts'
import type { App } from './app.ts'
import { noteSaid } from './secret-leak-check.ts'
import { subscribed } from './watch.ts'

const MAIN = path.join(import.meta.dirname, '../../listen/main.ts')
/** Permissions that the documents name for a listener. */
export const LISTEN_KEY: Permissions = { webhooks: ['read', 'write', 'delete'], deliveries: ['read', 'write'] }

export interface ListenProcess {
  child: ChildProcess
  /** Standard output and standard error so far. */
  said(): { out: string; error: string }
  printed(pattern: RegExp): Promise<RegExpMatchArray>
  /** JSON lines so far. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of the lines
  lines(): any[]
  exited: Promise<number | null>
}

const running = new Set<ChildProcess>()

/** Starts `npm run listen` as a process of its own. */
export function startListen(env: Record<string, string>, ...words: string[]): ListenProcess {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [MAIN, ...words], { env: { PATH, HOME, ...env } })
  keepUntilKilled(child)
  const said = { out: '', error: '' }
  const watchers = new Set<() => void>()
  const add = (name: 'out' | 'error') => (chunk: Buffer) => {
    said[name] += chunk
    for (const watcher of watchers) watcher()
  }
  child.stdout.on('data', add('out'))
  child.stderr.on('data', add('error'))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    said: () => said,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = `${said.out}${said.error}`.match(pattern)
          if (found !== null) resolve(found)
        }
        watchers.add(look)
        look()
        exited.then(() => reject(new Error(`It ended before it printed ${pattern}: ${said.out}${said.error}`)))
      }),
    lines: () =>
      said.out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    exited: exited.then((code) => {
      noteSaid(`${said.out}${said.error}`)
      return code
    }),
  }
}

/** Has `killListeners` end a process. */
export function keepUntilKilled(child: ChildProcess): void {
  running.add(child)
  child.once('close', () => running.delete(child))
}

/** Ends the processes that a test left. */
export async function killListeners(): Promise<void> {
  for (const child of running) if (child.kill('SIGKILL')) await once(child, 'close')
}

/** An organization with two event types, and a key for listeners. */
export async function listenTenant(app: App, permissions = LISTEN_KEY) {
  const tenant = await app.tenant()
  await tenant.createType('invoice.paid')
  await tenant.createType('invoice.voided')
  const { secret, apiKey } = await tenant.createKey(permissions)
  const env = { SIGNALBOX_URL: app.url, SIGNALBOX_API_KEY: secret }
  return Object.assign(tenant, {
    listenKeyId: apiKey.id,
    env,
    /** Starts a listener without waiting for its stream. */
    start: (...words: string[]) => startListen(env, ...words),
    /** Starts a listener, and resolves when its stream is open. */
    async listen(...words: string[]) {
      const listener = startListen(env, ...words)
      await Promise.race([
        subscribed(app, 1),
        listener.exited.then(() => Promise.reject(new Error(JSON.stringify(listener.said())))),
      ])
      return listener
    },
    async endpoints(): Promise<{ id: string; kind: string }[]> {
      const { nodes } = await tenant.ask('{ webhookEndpoints { nodes { id kind } } }')
      return nodes
    },
  })
}
