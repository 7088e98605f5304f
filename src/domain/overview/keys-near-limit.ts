import type { Database } from '../../database/client.ts'
import type { ApiKey } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Limits } from '../limits/limits.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { WindowState } from '../limits/sliding-window.ts'
import type { Plan, Tier, Viewer } from '../people/viewer.ts'

/** Used share of a window from which a key is near its limit. */
export const NEAR_LIMIT = 0.8
export const KEYS_NEAR_LIMIT_AT_MOST = 20
/** Maximum keys that one answer examines: those that were used last. */
export const KEYS_EXAMINED = 200
/** Time after which no window counts a use any more, with the step by which windows are rounded. */
const LONGEST_WINDOW_MS = 25 * 3_600_000

/** A key with the window of which it used the largest share. */
export interface KeyNearLimit {
  apiKey: ApiKey
  window: WindowState
  used: number
  /** 0 to 1. */
  usedShare: number
}

/**
 * Finds keys that are near a limit. The windows of keys cannot be listed, so this looks at those of the keys that were
 * used last, without spending.
 */
export function createKeysNearLimit(deps: { database: Database; clock: Clock; limits: Limits; read: Read }) {
  const { boundedPool, prisma } = deps.database

  async function fullestWindow(key: Candidate): Promise<Omit<KeyNearLimit, 'apiKey'> & { id: string }> {
    const { id, tier, plan } = key
    const state = await deps.limits.spend({ principalId: id, tier, plan }, { requests: 0, points: 0 })
    const used = state!.windows.map((window) => {
      const used = window.limit - window.remaining
      return { id, window, used, usedShare: used / window.limit }
    })
    return used.reduce((fullest, one) => (one.usedShare > fullest.usedShare ? one : fullest))
  }

  return async ({ organizationId }: Viewer): Promise<KeyNearLimit[]> => {
    const values = [organizationId, new Date(deps.clock.now().getTime() - LONGEST_WINDOW_MS)]
    const { rows } = await deps.read(organizationId, () => boundedPool.query<Candidate>({ text: USED_LAST, values }))
    const windows = await Promise.all(rows.map(fullestWindow))
    const near = windows
      .filter(({ usedShare }) => usedShare >= NEAR_LIMIT)
      .toSorted((a, b) => b.usedShare - a.usedShare)
      .slice(0, KEYS_NEAR_LIMIT_AT_MOST)
    const where = { organizationId, id: { in: near.map(({ id }) => id) } }
    const keys = new Map((await prisma.apiKey.findMany({ where })).map((key) => [key.id, key]))
    return near.flatMap(({ id, ...state }) => (keys.has(id) ? [{ apiKey: keys.get(id)!, ...state }] : []))
  }
}

interface Candidate {
  id: string
  tier: Tier
  plan: Plan
}

/** Reads the keys that are not revoked, of which an organization has at most 10,000. */
const USED_LAST = `
SELECT k.id, k.tier, o.plan FROM api_keys k JOIN organizations o ON o.id = $1
WHERE k.organization_id = $1 AND k.revoked_at IS NULL AND k.disabled_at IS NULL AND k.tier IS NOT NULL AND k.last_used_at >= $2
ORDER BY k.last_used_at DESC LIMIT ${KEYS_EXAMINED}`
