import type { ConnectionOptions } from '../src/database/connection.ts'
import { createNotifications } from '../src/database/notifications.ts'
import { DUE_CHANNEL, JOB_STARTED } from '../src/domain/events/notify-channel.ts'
import type { Log } from '../src/lib/log.ts'
import type { ClaimSchedule } from './claim-schedule.ts'

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
  const { connection, schedule, runJobs, log } = deps
  return createNotifications({
    ...{ connection, channel: DUE_CHANNEL, log },
    onConnect() {
      schedule.nudge()
      runJobs()
    },
    onNotification(payload) {
      if (payload === JOB_STARTED) runJobs()
      else schedule.nudge()
    },
  })
}
