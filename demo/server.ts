import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface RunningServer {
  url: string
  apiKey: string
  stop(): Promise<void>
}

/** The server that is running when BOOTSTRAP_API_KEY is set; otherwise one of the demo's own, gone afterwards. */
export async function findServer(env: NodeJS.ProcessEnv): Promise<RunningServer> {
  const apiKey = env.BOOTSTRAP_API_KEY
  if (!apiKey) return startOwn()
  const url = `http://127.0.0.1:${env.PORT || 4000}`
  const ready = await fetch(`${url}/readyz`).catch(() => undefined)
  if (!ready?.ok)
    throw new Error(
      `No Signalbox answers at ${url}. Start one with npm start, set PORT to its port, or unset BOOTSTRAP_API_KEY so that the demo starts its own.`,
    )
  return { url, apiKey, stop: async () => {} }
}

async function startOwn(): Promise<RunningServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-demo-'))
  const main = path.join(import.meta.dirname, '../src/main.ts')
  const { BOOTSTRAP_API_KEY: _, NODE_ENV: __, ...env } = process.env
  const child = spawn(process.execPath, [main], {
    env: { ...env, PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C reaches the demo, which stops it.
    detached: true,
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
    await rm(dataDir, { recursive: true, force: true })
  }
  let apiKey: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    apiKey ??= line.match(/\bsb_live_\w{48}\b/)?.[0]
    const url = line.match(/Signalbox runs at (\S+)/)?.[1]
    if (url !== undefined && apiKey !== undefined) {
      child.stdout.resume()
      return { url, apiKey, stop }
    }
  }
  await stop()
  throw new Error('Signalbox did not start. The lines above give the reason.')
}
