import type pg from 'pg'
import { DOCUMENT_CHANGES, type LiveBus } from '../../bus/bus.ts'
import { createCache } from '../../bus/cache.ts'
import type { Manifest, PersistedOperation } from './manifest.ts'

/** Maximum cached documents, and as many cached ids without a document. */
const DOCUMENTS_REMEMBERED = 5_000

const FIND = `
SELECT name, body FROM persisted_documents WHERE organization_id = $1 AND document_id = $2 AND status = 'ACTIVE'`

/** Finds operations by document id: those of the installation's manifest, and those registered by an organization. */
export type FindOperation = ReturnType<typeof createFindOperation>

export function createFindOperation(deps: { pool: pg.Pool; bus: LiveBus; manifest: Manifest }) {
  const cache = createCache<PersistedOperation | null>({
    bus: deps.bus,
    channel: DOCUMENT_CHANGES,
    async load(key) {
      const { rows } = await deps.pool.query({ name: 'find-document', text: FIND, values: key.split(' ') })
      return rows[0] ?? null
    },
    ownerOf: (key) => key.slice(0, key.indexOf(' ')),
    maxEntries: DOCUMENTS_REMEMBERED,
  })

  return {
    /** @param organizationId null searches the manifest only */
    async find(organizationId: string | null, documentId: string): Promise<PersistedOperation | null> {
      const own = deps.manifest.get(documentId)
      if (own !== undefined || organizationId === null) return own ?? null
      return cache.get(`${organizationId} ${documentId}`)
    },

    /** Invalidates an organization after a change in this process and announces the change to other nodes. */
    changed(organizationId: string): void {
      cache.forget(organizationId)
      deps.bus.publish(DOCUMENT_CHANGES, [organizationId])
    },

    start: cache.start,
  }
}
