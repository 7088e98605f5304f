import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createApi } from './api.ts'
import { startProcess } from './process.ts'
import { freePort } from './redis.ts'

export const SMALL = { heapMiB: 1024, descriptors: 400 }
const BOOTSTRAP_API_KEY = 'the-key-of-the-small-process-1234567890'
/** Limits of honest clients that no test reaches. Keys of tier STANDARD have the default ones. */
const NO_LIMIT = { RATE_LIMITS: 'ENTERPRISE=999999/100000000', DAILY_QUOTAS: 'STARTER=none,GROWTH=none' }

/** Starts everything in one process with 1 GiB of heap and 400 descriptors, without Redis. */
export async function startSmallProcess(databaseUrl: string, env: Record<string, string> = {}) {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-small-'))
  const settings = {
    ...{ DATABASE_URL: databaseUrl, DATA_DIR: dataDir, BOOTSTRAP_API_KEY, PORT: String(await freePort()) },
    ...NO_LIMIT,
    ...env,
  }
  const signalbox = startProcess(settings, 'all', undefined, SMALL)
  await signalbox.printed(/Signalbox started/)
  const url = `http://127.0.0.1:${settings.PORT}`
  const pid = signalbox.child.pid!
  return {
    url,
    host: createApi(url).as(BOOTSTRAP_API_KEY),
    output: signalbox.output,
    /** The code or signal with which the process ended; null while it runs. */
    ended: () => signalbox.child.exitCode ?? signalbox.child.signalCode,
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    /** Maximum resident memory since the last call, in MiB. */
    takePeakMiB(): number {
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
      // 5 resets the peak (proc(5)).
      writeFileSync(`/proc/${pid}/clear_refs`, '5')
      return Number(peak) / 1024
    },
    async stop() {
      await signalbox.end('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type SmallProcess = Awaited<ReturnType<typeof startSmallProcess>>
