import { z } from 'zod'
import type { Database } from '../../database/client.ts'
import { NotFoundError } from '../../lib/errors.ts'
import { createTurns } from '../../lib/event-loop-turns.ts'
import { validate } from '../../lib/validate.ts'
import type { Read } from '../limits/read-concurrency.ts'
import { allows } from '../people/permissions.ts'
import type { Viewer } from '../people/viewer.ts'
import { eventTypesInput } from './endpoint-input.ts'
import { predicateInput } from './predicate-input.ts'
import {
  channelsInput,
  compileFilter,
  ENDPOINT_CHANNELS,
  type FilterColumns,
  findMismatch,
  toFilterable,
} from './subscription-filter.ts'

/** Maximum events of one preview, and the default. */
export const PREVIEW_EVENTS = 500
const PREVIEW_EVENTS_DEFAULT = 100
/** Maximum bytes of bodies that one preview reads for a predicate. */
export const PREVIEW_BYTES = 8 * 1024 * 1024

const previewInput = z
  .object({
    endpointId: z.string().nullish(),
    eventTypes: eventTypesInput.nullish(),
    channels: channelsInput(ENDPOINT_CHANNELS).nullish(),
    predicate: predicateInput.nullish(),
    events: z.int().min(1).max(PREVIEW_EVENTS).nullish(),
  })
  .refine(
    ({ endpointId, eventTypes, channels, predicate }) =>
      endpointId == null || (eventTypes == null && channels == null && predicate == null),
    { path: ['endpointId'], message: 'excludes `eventTypes`, `channels` and `predicate`: give the id or a filter' },
  )

export type MatchPreviewInput = z.input<typeof previewInput>

/** The newest events of an organization, with their bodies up to a number of bytes where a predicate needs them. */
const RECENT = `
SELECT id, type, channels, body FROM (
  SELECT id, type, channels, CASE WHEN $3 THEN body ELSE '' END AS body,
    CASE WHEN $3 THEN sum(octet_length(body)) OVER (ORDER BY id DESC) ELSE 0 END AS bytes
  FROM (SELECT * FROM events WHERE organization_id = $1 ORDER BY id DESC LIMIT $2) newest
) recent WHERE bytes <= ${PREVIEW_BYTES} ORDER BY id DESC`

export interface MatchPreview {
  /** Number of examined events: the newest ones of the organization. */
  examined: number
  /** The events that match, newest first. */
  eventIds: string[]
}

/** Tries a filter on the newest events of an organization. */
export function createMatchPreview(deps: { database: Database; read: Read }) {
  const { prisma, boundedPool } = deps.database

  return async (viewer: Viewer, input: MatchPreviewInput): Promise<MatchPreview> => {
    const { endpointId, eventTypes, channels, predicate, events } = validate(previewInput, input)
    const { organizationId } = viewer
    const columns =
      endpointId == null
        ? { eventTypes: eventTypes ?? ['*'], channels: channels ?? [], predicate: predicate ?? null }
        : await findColumns(viewer, endpointId)
    const filter = compileFilter(columns)
    const values = [organizationId, events ?? PREVIEW_EVENTS_DEFAULT, filter.predicate !== null]
    const { rows } = await deps.read(organizationId, () =>
      boundedPool.query<{ id: string; type: string; channels: string[]; body: Uint8Array }>(RECENT, values),
    )
    const turn = createTurns()
    const eventIds: string[] = []
    for (const event of rows) {
      await turn()
      if (findMismatch(filter, toFilterable(event)) === undefined) eventIds.push(event.id)
    }
    return { examined: rows.length, eventIds }
  }

  /** @throws NotFoundError also when the viewer may not read endpoints */
  async function findColumns({ organizationId, permissions }: Viewer, id: string): Promise<FilterColumns> {
    const mayRead = allows(permissions, 'webhooks', 'read')
    const endpoint = mayRead
      ? await prisma.webhookEndpoint.findFirst({ where: { id, organizationId, deletedAt: null } })
      : null
    if (endpoint === null) throw new NotFoundError('webhook endpoint', id)
    return endpoint
  }
}
