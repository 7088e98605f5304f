import type pg from 'pg'
import type { Batch } from './batch.ts'

/**
 * A batch that is there already was written before, by a statement whose answer was lost. The chunks come as one text: an
 * array would be escaped and parsed character by character.
 */
const INSERT = `
WITH batch AS (
  INSERT INTO usage_batches (id, created_at, counts) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO usage_chunks (batch_id, organization_id, key_ids, records)
SELECT batch.id, c.organization_id, string_to_array(c.key_ids, ' '), c.records
FROM batch, ROWS FROM (unnest($4::text[]), unnest($5::text[]), string_to_table($6, E'\\n')) AS c(organization_id, key_ids, records)`

/** Writes a batch, once however often it is called. */
export async function writeBatch(pool: pg.Pool, batch: Batch, now: Date): Promise<void> {
  const { chunks } = batch
  const organizationIds = chunks.map(({ organizationId }) => organizationId)
  const keyIds = chunks.map((chunk) => chunk.keyIds)
  const records = chunks.map((chunk) => chunk.records).join('\n')
  const values = [batch.id, now, batch.counts, organizationIds, keyIds, records]
  await pool.query({ name: 'usage-write', text: INSERT, values })
}
