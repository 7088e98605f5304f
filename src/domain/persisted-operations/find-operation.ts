import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import { DOCUMENT_CHANGES, type LiveBus } from '../../bus/bus.ts'
import type { Manifest, PersistedOperation } from './manifest.ts'

/** Maximum cached document ids, unknown ones included. */
const REMEMBERED = 5_000
/** Maximum age of a cached document, even when no change was heard. */
const FRESH_MS = 10_000

const FIND = `
SELECT name, body FROM persisted_documents WHERE organization_id = $1 AND document_id = $2 AND status = 'ACTIVE'`

/** Finds operations by document id: those of the installation's manifest, and those registered by an organization. */
export type FindOperation = ReturnType<typeof createFindOperation>

export function createFindOperation(deps: { pool: pg.Pool; bus: LiveBus; manifest: Manifest }) {
  /** Grows with every invalidation. A look-up that began in an earlier generation is not cached. */
  let era = 0
  const remembered = new LRUCache<string, { found: PersistedOperation | null }>({ max: REMEMBERED, ttl: FRESH_MS })

  /** @param organizationId undefined forgets every organization */
  function forget(organizationId: string | undefined): void {
    era++
    for (const place of remembered.keys())
      if (organizationId === undefined || place.startsWith(`${organizationId} `)) remembered.delete(place)
  }

  return {
    /** @param organizationId null searches the manifest only */
    async find(organizationId: string | null, documentId: string): Promise<PersistedOperation | null> {
      const own = deps.manifest.get(documentId)
      if (own !== undefined || organizationId === null) return own ?? null
      const place = `${organizationId} ${documentId}`
      const known = remembered.get(place)
      if (known !== undefined) return known.found
      const began = era
      const values = [organizationId, documentId]
      const { rows } = await deps.pool.query<PersistedOperation>({ name: 'find-document', text: FIND, values })
      const found = rows[0] ?? null
      if (began === era) remembered.set(place, { found })
      return found
    },

    /** Invalidates an organization after a change in this process and announces the change to other nodes. */
    changed(organizationId: string): void {
      forget(organizationId)
      deps.bus.publish(DOCUMENT_CHANGES, [organizationId])
    },

    async start() {
      await deps.bus.subscribe(DOCUMENT_CHANGES, ({ messages, gap }) => {
        if (gap) forget(undefined)
        for (const organizationId of messages) if (typeof organizationId === 'string') forget(organizationId)
      })
    },
  }
}
