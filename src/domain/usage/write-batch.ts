import type pg from 'pg'
import type { Batch } from './usage-batch.ts'

/**
 * Ignores a batch that is already stored: an earlier statement wrote it and its answer was lost. Chunks travel as lines
 * of text, because PostgreSQL would escape and parse array elements character by character.
 */
const INSERT = `
WITH batch AS (
  INSERT INTO usage_batches (id, created_at, counts) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO usage_chunks (batch_id, organization_id, key_ids, kinds, requests)
SELECT batch.id, c.organization_id, string_to_array(c.key_ids, ' '), c.kinds, c.requests
FROM batch, ROWS FROM (unnest($4::text[]), unnest($5::text[]), string_to_table($6, E'\\n'), string_to_table($7, E'\\n'))
  AS c(organization_id, key_ids, kinds, requests)`

/** Writes a batch once, however often it is called. */
export async function writeBatch(pool: pg.Pool, batch: Batch, now: Date): Promise<void> {
  const { chunks } = batch
  const column = (name: keyof (typeof chunks)[number]) => chunks.map((chunk) => chunk[name])
  const lines = [column('kinds').join('\n'), column('requests').join('\n')]
  const values = [batch.id, now, batch.counts, column('organizationId'), column('keyIds'), ...lines]
  await pool.query({ text: INSERT, values })
}
