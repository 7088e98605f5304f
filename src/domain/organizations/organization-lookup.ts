import type pg from 'pg'
import { type LiveBus, ORGANIZATION_CHANGES } from '../../bus/bus.ts'
import { createCache } from '../../bus/cache.ts'
import { isOwnId } from './external-id.ts'

/** Maximum cached organizations, and as many cached texts without an organization. */
const ORGANIZATIONS_REMEMBERED = 10_000

const FIND = 'SELECT id, external_id AS "externalId" FROM organizations WHERE deleted_at IS NULL AND'
const FIND_BY_ID = `${FIND} id = $1`
const FIND_BY_EXTERNAL_ID = `${FIND} external_id = $1`

export interface FoundOrganization {
  id: string
  externalId: string | null
}

/**
 * Finds organizations by id or external id, for every request. A deleted organization is absent: in this process at
 * once, and on other nodes as fast as Redis carries the message.
 */
export type OrganizationLookup = ReturnType<typeof createOrganizationLookup>

export function createOrganizationLookup(deps: { pool: pg.Pool; bus: LiveBus }) {
  const cache = createCache<FoundOrganization | null>({
    bus: deps.bus,
    channel: ORGANIZATION_CHANGES,
    async load(text) {
      const find = isOwnId(text) ? FIND_BY_ID : FIND_BY_EXTERNAL_ID
      const { rows } = await deps.pool.query<FoundOrganization>({ text: find, values: [text] })
      return rows[0] ?? null
    },
    // A text without an organization is evicted when one takes it as its external id.
    ownerOf: (text, found) => found?.id ?? text,
    maxEntries: ORGANIZATIONS_REMEMBERED,
  })

  return {
    /**
     * The organization with an id or external id; null for an unknown or deleted one.
     *
     * @param text an id or an external id
     */
    find: cache.get,

    /**
     * Invalidates an organization after a commit in this process and announces the change to other nodes.
     *
     * @param externalIds before and after the change
     */
    changed(id: string, externalIds: readonly (string | null)[]): void {
      const texts = [id, ...externalIds.filter((externalId) => externalId !== null)]
      for (const text of texts) cache.forget(text)
      deps.bus.publish(ORGANIZATION_CHANGES, texts)
    },

    start: cache.start,
  }
}
