import { allows, type Resource } from '../src/domain/people/permissions.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import { ValidationError } from '../src/lib/errors.ts'
import type { IdPrefix } from '../src/lib/ids.ts'
import type { Services } from '../src/services.ts'

interface NodeType {
  prefix: IdPrefix
  /** The viewer needs the permission `read` on this resource; null for no permission. */
  resource: Resource | null
  /** Loads rows of the viewer's organization in any order. `query` is a selection by Pothos; default every column. */
  load(services: Services, viewer: Viewer, ids: readonly string[], query?: object): Promise<{ id: string }[]>
}

/** The types of `node(id)` and `nodes(ids)`. Types with other prefixes have no use for clients. */
const NODE_TYPES = {
  Organization: {
    prefix: 'org',
    resource: null,
    load: ({ organizations }, viewer, ids, query) => organizations.getMany(viewer, ids, query),
  },
  ApiKey: { prefix: 'key', resource: 'keys', load: ({ keys }, viewer, ids, query) => keys.getMany(viewer, ids, query) },
  EventType: {
    prefix: 'type',
    resource: 'events',
    load: ({ eventTypes }, viewer, ids, query) => eventTypes.getMany(viewer, ids, query),
  },
  WebhookEndpoint: {
    prefix: 'whep',
    resource: 'webhooks',
    load: ({ endpoints }, viewer, ids, query) => endpoints.getMany(viewer, ids, query),
  },
  Event: {
    prefix: 'evt',
    resource: 'events',
    load: ({ deliveries }, viewer, ids, query) => deliveries.getEvents(viewer, ids, query),
  },
  Delivery: {
    prefix: 'dlv',
    resource: 'deliveries',
    load: ({ deliveries }, viewer, ids, query) => deliveries.getMany(viewer, ids, query),
  },
  Attempt: {
    prefix: 'att',
    resource: 'deliveries',
    load: ({ deliveries }, viewer, ids, query) => deliveries.getAttempts(viewer, ids, query),
  },
  AuditEntry: {
    prefix: 'aud',
    resource: 'audit',
    load: ({ audit }, viewer, ids, query) => audit.getMany(viewer, ids, query),
  },
  Replay: {
    prefix: 'rpl',
    resource: 'deliveries',
    load: ({ replays }, viewer, ids, query) => replays.getMany(viewer, ids, query),
  },
  BulkAction: {
    prefix: 'blk',
    resource: 'deliveries',
    load: ({ bulkActions }, viewer, ids, query) => bulkActions.getMany(viewer, ids, query),
  },
  Person: {
    prefix: 'usr',
    resource: null,
    load: ({ people }, viewer, ids, query) => people.getMany(viewer, ids, query),
  },
  Session: {
    prefix: 'ses',
    resource: null,
    load: ({ ownSessions }, viewer, ids) => ownSessions.getMany(viewer, ids),
  },
  Member: {
    prefix: 'mem',
    resource: 'members',
    load: ({ members }, viewer, ids, query) => members.getMany(viewer, ids, query),
  },
  Invitation: {
    prefix: 'inv',
    resource: 'members',
    load: ({ invitations }, viewer, ids, query) => invitations.getMany(viewer, ids, query),
  },
  PersistedDocument: {
    prefix: 'doc',
    resource: 'keys',
    load: ({ documents }, viewer, ids, query) => documents.getMany(viewer, ids, query),
  },
} satisfies Record<string, NodeType>

export type NodeName = keyof typeof NODE_TYPES
type Row<Name extends NodeName> = Awaited<ReturnType<(typeof NODE_TYPES)[Name]['load']>>[number]

const byPrefix = new Map(Object.entries(NODE_TYPES).map(([name, { prefix }]) => [prefix as string, name as NodeName]))

/** The type of an id; undefined for an unknown prefix. */
export function typeOfId(id: string): NodeName | undefined {
  return byPrefix.get(id.slice(0, id.indexOf('_')))
}

/** Loads rows by type and id. */
export type Nodes = ReturnType<typeof createNodes>

/** Maximum ids of `nodes(ids)`. */
export const NODES_AT_MOST = 100

export function createNodes(services: Services) {
  /**
   * The rows with the given ids, by one statement in a turn of the organization. Unknown ids, ids of other organizations and
   * rows that the viewer may not read are left out.
   *
   * @param query a selection by Pothos; default every column
   */
  async function loadMany<Name extends NodeName>(
    type: Name,
    ids: readonly string[],
    viewer: Viewer,
    query?: object,
  ): Promise<Row<Name>[]> {
    const { resource, load }: NodeType = NODE_TYPES[type]
    if (resource !== null && !allows(viewer.permissions, resource, 'read')) return []
    return (await services.readPage(viewer.organizationId, () => load(services, viewer, ids, query))) as Row<Name>[]
  }

  return {
    /**
     * The rows of several types with the name of their type, by which GraphQL finds the type, each at the place of its id; null
     * where `loadMany` finds nothing. Each type takes one statement.
     *
     * @param selectionOf the selection of a type by Pothos
     * @throws ValidationError for too many ids
     */
    async find(
      ids: readonly string[],
      viewer: Viewer,
      selectionOf: (type: NodeName) => object,
    ): Promise<(object | null)[]> {
      if (ids.length > NODES_AT_MOST)
        throw new ValidationError([{ path: 'ids', message: `must have at most ${NODES_AT_MOST} entries` }])
      const found = new Map<string, object>()
      const loads = Array.from(Map.groupBy(new Set(ids), typeOfId), async ([type, own]) => {
        if (type === undefined) return
        for (const row of await loadMany(type, own, viewer, selectionOf(type)))
          found.set(row.id, { ...row, __typename: type })
      })
      await Promise.all(loads)
      return ids.map((id) => found.get(id) ?? null)
    },

    /** The row to which another row refers. @throws when retention removed the row meanwhile */
    async loadRelated<Name extends NodeName>(
      type: Name,
      id: string,
      viewer: Viewer,
      query: object,
    ): Promise<Row<Name>> {
      const [row] = await loadMany(type, [id], viewer, query)
      if (row === undefined) throw new Error(`${type} ${id} is gone; read the list again.`)
      return row
    },
  }
}
