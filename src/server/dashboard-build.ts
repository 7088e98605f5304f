import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Log } from '../lib/log.ts'
import { dashboardStamp } from './dashboard-files.ts'

/** State of the build that a start may need: `done` when its files are current. */
export type BuildState = 'done' | 'building' | 'failed'

const SCRIPT = path.join(import.meta.dirname, '../../scripts/build-dashboard.ts')
/** A build takes seconds; one that hangs is ended. */
const BUILD_MS = 180_000
/** Characters of the output of a failed build that are logged. */
const LOGGED = 2_000

/**
 * Builds the dashboard when its sources changed since the last build. The build is a process of its own with the lowest
 * priority, so that the API neither waits for it nor fails with it.
 */
export function startDashboardBuild(deps: { log: Log }): { state: () => BuildState; stop: () => void } {
  const { log } = deps
  const stamp = dashboardStamp()
  // An installation without sources serves the build that came with it.
  if (stamp.current === undefined || stamp.current === stamp.built) return { state: () => 'done', stop: () => {} }
  let state: BuildState = 'building'
  let output = ''
  // No setting of the server, and so no secret.
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [SCRIPT, '--background'], {
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: BUILD_MS,
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-LOGGED)
    })
  const startedAt = performance.now()
  let isStopped = false
  function end(isBuilt: boolean, reason: object): void {
    if (state !== 'building' || isStopped) return
    state = isBuilt ? 'done' : 'failed'
    if (isBuilt) log.info({ durationMs: Math.round(performance.now() - startedAt) }, 'Dashboard built')
    else log.warn(reason, 'Dashboard could not be built; /dashboard answers 503, and everything else runs')
  }
  child.once('error', (error) => end(false, { err: error }))
  child.once('close', (code, signal) => end(code === 0, { code, signal, output }))
  return {
    state: () => state,
    stop() {
      isStopped = true
      child.kill()
    },
  }
}
