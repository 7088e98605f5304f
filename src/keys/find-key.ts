import type pg from 'pg'
import type { ApiKey } from '../../prisma/generated/client.ts'

const COLUMNS = `id, organization_id AS "organizationId", name, environment, display_prefix AS "displayPrefix", hash,
  permissions, tier, coalesce(allowed_ips, '{}') AS "allowedIps", expires_at AS "expiresAt", disabled_at AS "disabledAt",
  revoked_at AS "revokedAt", revoked_by AS "revokedBy", created_by AS "createdBy", created_at AS "createdAt",
  last_used_at AS "lastUsedAt"`

/** Finds a key by its hash, or null. */
export type FindKey = (hash: Uint8Array) => Promise<ApiKey | null>

/**
 * Looks keys up for every request, by hand because no other statement is made as often. Requests that present the same key
 * while its look-up is under way share the next one. None is answered by a look-up that began before it came, so a key that
 * is revoked is refused from then on.
 */
export function createFindKey(pool: pg.Pool): FindKey {
  const running = new Set<string>()
  const next = new Map<string, PromiseWithResolvers<ApiKey | null>>()

  async function run(key: string, { resolve, reject }: PromiseWithResolvers<ApiKey | null>): Promise<void> {
    running.add(key)
    await lookUp(key).then(resolve, reject)
    running.delete(key)
    const waiting = next.get(key)
    next.delete(key)
    if (waiting !== undefined) void run(key, waiting)
  }

  async function lookUp(key: string): Promise<ApiKey | null> {
    const { rows } = await pool.query<ApiKey>({
      name: 'find-key',
      text: `SELECT ${COLUMNS} FROM api_keys WHERE hash = $1`,
      values: [Buffer.from(key, 'base64')],
    })
    return rows[0] ?? null
  }

  return (hash) => {
    const key = Buffer.from(hash).toString('base64')
    const shared = next.get(key)
    if (shared !== undefined) return shared.promise
    const asked = Promise.withResolvers<ApiKey | null>()
    if (running.has(key)) next.set(key, asked)
    else void run(key, asked)
    return asked.promise
  }
}
