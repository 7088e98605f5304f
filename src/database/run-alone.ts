import type pg from 'pg'

/**
 * Runs a statement unless another process runs it now. The advisory lock comes in a statement of its own, so that the
 * snapshot of the statement includes the run before it.
 *
 * @param lock one of LOCKS
 */
export async function runAlone(pool: pg.Pool, lock: number, text: string, values: unknown[]): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
    const { rows } = await client.query<{ is_ours: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS is_ours', [lock])
    if (rows[0]!.is_ours) await client.query({ text, values })
    await client.query('COMMIT')
    client.release()
  } catch (error) {
    // The connection may hold half a transaction.
    client.release(true)
    throw error
  }
}
