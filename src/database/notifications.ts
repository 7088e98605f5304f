import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../lib/log.ts'
import { PROBE_MS } from './client.ts'
import type { ConnectionOptions } from './connection.ts'

const RECONNECT_MS = 1_000

/**
 * Listens on a channel of PostgreSQL over a connection of its own, and reconnects when the connection is lost.
 *
 * @param deps.connection past every pooler
 * @param deps.onConnect called after every connect, because notifications are lost while disconnected
 */
export function createNotifications(deps: {
  connection: ConnectionOptions
  channel: string
  onConnect: () => void
  onNotification: (payload: string) => void
  log: Log
}) {
  const { channel, log } = deps
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
    connection.on('notification', ({ payload = '' }) => deps.onNotification(payload))
    client = connection
    try {
      await connection.connect()
      await connection.query(`LISTEN ${channel}`)
      deps.onConnect()
      await ended
    } finally {
      await connection.end().catch(() => {})
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await listen().catch((error) =>
        log.warn({ err: error, channel }, 'Notification listener lost the database; reconnecting'),
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
