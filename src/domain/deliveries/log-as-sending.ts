import type pg from 'pg'
import { CHANGED, logChanges } from '../../bus/delivery-log.ts'

/** Skips locked rows: their result is being recorded, which logs SENDING too, or their lease is being renewed. */
const LOG_SENDING = `
WITH mine AS (
  SELECT d.id FROM unnest($1::text[], $2::int[]) AS i(id, version) JOIN deliveries d ON d.id = i.id AND d.version = i.version
  WHERE d.sending_unlogged FOR UPDATE OF d SKIP LOCKED
), changed AS (
  UPDATE deliveries d SET sending_unlogged = false FROM mine, events v, webhook_endpoints e
  WHERE d.id = mine.id AND v.id = d.event_id AND e.id = d.endpoint_id
  RETURNING ${CHANGED}, v.type AS event_type, e.url AS endpoint_url
), ${logChanges()}
SELECT id, organization_id FROM changed`

/**
 * Logs deliveries as SENDING unless the log has that state already.
 *
 * @returns the deliveries with a new log entry
 */
export async function logAsSending(
  pool: pg.Pool,
  deliveries: readonly { id: string; version: number }[],
): Promise<{ id: string; organization_id: string }[]> {
  const values = [deliveries.map(({ id }) => id), deliveries.map(({ version }) => version)]
  const { rows } = await pool.query<{ id: string; organization_id: string }>({ text: LOG_SENDING, values })
  return rows
}
