import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { PROBE_MS } from '../src/database/client.ts'
import type { ConnectionOptions } from '../src/database/connection.ts'
import { DUE_CHANNEL, JOB_STARTED } from '../src/domain/events/notify-channel.ts'
import type { Log } from '../src/lib/log.ts'
import type { ClaimSchedule } from './claim-schedule.ts'

const RECONNECT_MS = 1_000

/**
 * Nudges the claim loop when a commit has made deliveries due, and once after every connect, because notifications are
 * lost while disconnected.
 *
 * @param deps.runJobs called when a replay or bulk action may have started
 */
export function createNotificationListener(deps: {
  connection: ConnectionOptions
  schedule: ClaimSchedule
  runJobs: () => void
  log: Log
}) {
  const stopping = new AbortController()
  let client: pg.Client | undefined

  async function listen(): Promise<void> {
    const connection = new pg.Client({
      ...deps.connection,
      keepAlive: true,
      keepAliveInitialDelayMillis: PROBE_MS,
    })
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    connection.on('error', () => resolve())
    connection.on('end', () => resolve())
    connection.on('notification', ({ payload }) => {
      if (payload === JOB_STARTED) deps.runJobs()
      else deps.schedule.nudge()
    })
    client = connection
    try {
      await connection.connect()
      await connection.query(`LISTEN ${DUE_CHANNEL}`)
      deps.schedule.nudge()
      deps.runJobs()
      await ended
    } finally {
      await connection.end().catch(() => {})
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await listen().catch((error) =>
        deps.log.warn({ err: error }, 'Notification listener lost the database; reconnecting'),
      )
      await delay(RECONNECT_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  let running: Promise<void> | undefined
  return {
    start() {
      running = run()
    },
    async stop() {
      stopping.abort()
      await client?.end().catch(() => {})
      await running
    },
  }
}
