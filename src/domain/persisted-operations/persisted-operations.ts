import type { PrismaClient } from '../../database/client.ts'
import type { PersistedDocument } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, type Issue, NotFoundError, ValidationError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { page } from '../../lib/pagination.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuditAction } from '../audit/audit-actions.ts'
import type { RecordDenied } from '../audit/record-denied.ts'
import type { Viewer } from '../people/viewer.ts'
import type { FindOperation } from './find-operation.ts'
import { documentIdOf } from './manifest.ts'

/** Maximum registered operations of one organization, retired ones included. */
export const OPERATIONS_AT_MOST = 1_000

/**
 * Returns the name of a document's operation, or its issues. Handed in, because only the schema layer can validate a
 * document.
 */
export type CheckDocument = (body: string) => { name: string } | { issues: Issue[] }

/** Operations that organizations register for keys confined to persisted operations. */
export function createPersistedOperations(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  denials: RecordDenied
  findOperation: FindOperation
}) {
  const { prisma, clock, audit, findOperation } = deps

  return {
    async create(
      viewer: Viewer,
      input: { body: string; active?: boolean },
      check: CheckDocument,
    ): Promise<PersistedDocument> {
      requireUnconfined(viewer, 'persistedDocument.create')
      const checked = check(input.body)
      if ('issues' in checked) throw new ValidationError(checked.issues)
      const { organizationId, principal } = viewer
      const documentId = documentIdOf(input.body)
      const now = clock.now()
      const document = await prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${organizationId} FOR UPDATE`
        if ((await tx.persistedDocument.count({ where: { organizationId } })) >= OPERATIONS_AT_MOST)
          throw new ConflictError(
            'TOO_MANY_DOCUMENTS',
            `An organization has at most ${OPERATIONS_AT_MOST} registered operations.`,
          )
        const there = await tx.persistedDocument.findFirst({ where: { organizationId, documentId } })
        if (there !== null)
          throw new ConflictError('DOCUMENT_EXISTS', `The operation is registered already, as ${there.id}.`)
        const status = input.active ? ('ACTIVE' as const) : ('CREATED' as const)
        const made = { name: checked.name, body: input.body, status, activatedAt: input.active ? now : null }
        const data = {
          id: deps.makeId('doc'),
          organizationId,
          documentId,
          ...made,
          createdBy: principal.id,
          createdByName: principal.name,
          createdAt: now,
        }
        const { name } = checked
        await audit(tx, viewer, { action: 'persistedDocument.create', resource: data.id, details: { name, status } })
        return tx.persistedDocument.create({ data })
      })
      findOperation.changed(viewer.organizationId)
      return document
    },

    /** Makes the operation available. */
    activate: (viewer: Viewer, id: string) => change(viewer, id, 'ACTIVE'),

    /** Makes the operation unavailable until it is activated again. */
    retire: (viewer: Viewer, id: string) => change(viewer, id, 'RETIRED'),

    /** Rows by their ids; ids of other organizations are left out. */
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<PersistedDocument[]> =>
      prisma.persistedDocument.findMany({
        ...query,
        where: { id: { in: [...ids] }, organizationId: viewer.organizationId },
      }),

    list: (viewer: Viewer, query: object): Promise<PersistedDocument[]> =>
      prisma.persistedDocument.findMany(page(query, { organizationId: viewer.organizationId })),
  }

  async function change(viewer: Viewer, id: string, status: 'ACTIVE' | 'RETIRED'): Promise<PersistedDocument> {
    const action = status === 'ACTIVE' ? 'persistedDocument.activate' : 'persistedDocument.retire'
    requireUnconfined(viewer, action)
    const now = clock.now()
    const changed = await prisma.$transaction(async (tx) => {
      const document = await tx.persistedDocument.findFirst({ where: { id, organizationId: viewer.organizationId } })
      if (document === null) throw new NotFoundError('persisted document', id)
      await audit(tx, viewer, { action, resource: id, details: { name: document.name } })
      const at = status === 'ACTIVE' ? { activatedAt: now, retiredAt: null } : { retiredAt: now }
      return tx.persistedDocument.update({ where: { id }, data: { status, ...at } })
    })
    findOperation.changed(viewer.organizationId)
    return changed
  }

  /** A confined key that could register operations would not be confined. */
  function requireUnconfined(viewer: Viewer, action: AuditAction): void {
    if (!viewer.persistedOnly) return
    deps.denials.note(viewer, action, 'KEY_CONFINED')
    throw new ConflictError(
      'KEY_CONFINED',
      'This key is confined to persisted operations and cannot register or change operations.',
    )
  }
}
