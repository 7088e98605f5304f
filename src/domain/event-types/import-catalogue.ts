import type { PrismaClient } from '../../database/client.ts'
import type { EventType } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { SENSITIVE_FIELDS } from '../events/redact.ts'
import type { Viewer } from '../people/viewer.ts'
import { CATALOGUES, type CatalogueName, catalogueImportInput } from './catalogues.ts'
import { type EventTypes, TYPES_AT_MOST } from './event-types.ts'
import { readableBy } from './visible-types.ts'

/** The types of a catalogue after its import, in its order. */
export interface ImportedCatalogue {
  created: EventType[]
  /** Types that the organization could publish already, its own or the operator's. They are left as they are. */
  existing: EventType[]
}

/**
 * Registers the types of a catalogue that an organization cannot publish yet, all or none. A repeated import creates
 * nothing.
 */
export function createImportCatalogue(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  announce: EventTypes['announce']
}) {
  return async (viewer: Viewer, input: { name: CatalogueName }): Promise<ImportedCatalogue> => {
    const { name: catalogue } = validate(catalogueImportInput, input)
    const { organizationId } = viewer
    const types = CATALOGUES[catalogue]
    const names = types.map(({ name }) => name)
    const now = deps.clock.now()
    const created = await deps.prisma.$transaction(async (tx) => {
      const known = await tx.eventType.findMany({
        where: { name: { in: names }, ...readableBy(organizationId) },
        select: { name: true },
      })
      const knownNames = new Set(known.map(({ name }) => name))
      const missing = types.filter(({ name }) => !knownNames.has(name))
      if (missing.length === 0) return []
      if ((await tx.eventType.count({ where: { organizationId } })) + missing.length > TYPES_AT_MOST)
        throw new ConflictError('TOO_MANY_EVENT_TYPES', `An organization has at most ${TYPES_AT_MOST} event types.`)
      const made = await tx.eventType.createManyAndReturn({
        data: missing.map((type) => ({
          ...{ ...type, id: deps.makeId('type'), organizationId, sensitiveFields: SENSITIVE_FIELDS },
          ...{ createdAt: now, updatedAt: now },
        })),
        // Another request may register one of them meanwhile.
        skipDuplicates: true,
      })
      const details = { catalogue, created: made.map(({ name }) => name) }
      await deps.audit(tx, viewer, { action: 'eventType.import', details })
      return made
    })
    deps.announce(created)
    const inOrder = (a: EventType, b: EventType) => names.indexOf(a.name) - names.indexOf(b.name)
    const createdIds = new Set(created.map(({ id }) => id))
    const all = await deps.prisma.eventType.findMany({
      where: { name: { in: names }, ...readableBy(organizationId) },
    })
    const existing = names.flatMap((name) => {
      const candidates = all.filter((type) => type.name === name)
      const type = candidates.find((candidate) => candidate.organizationId === organizationId) ?? candidates[0]
      return type === undefined || createdIds.has(type.id) ? [] : [type]
    })
    return { created: created.toSorted(inOrder), existing }
  }
}
