import { allows, type Resource } from '../src/domain/people/permissions.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import type { IdPrefix } from '../src/lib/ids.ts'
import type { Services } from '../src/services.ts'

interface NodeType {
  prefix: IdPrefix
  /** The viewer needs the permission `read` on this resource; null for no permission. */
  resource: Resource | null
  /** Loads a row of the viewer's organization. `query` is a selection by Pothos; default every column. */
  load(services: Services, viewer: Viewer, id: string, query?: object): Promise<object | null>
}

/** The types of `node(id)`. Types with other prefixes have no use for clients. */
const NODE_TYPES = {
  Organization: {
    prefix: 'org',
    resource: null,
    load: ({ organizations }, viewer, id, query) => organizations.get(viewer, id, query),
  },
  ApiKey: { prefix: 'key', resource: 'keys', load: ({ keys }, viewer, id, query) => keys.get(viewer, id, query) },
  EventType: {
    prefix: 'type',
    resource: 'events',
    load: ({ eventTypes }, viewer, id, query) => eventTypes.get(viewer, id, query),
  },
  WebhookEndpoint: {
    prefix: 'whep',
    resource: 'webhooks',
    load: ({ endpoints }, viewer, id, query) => endpoints.get(viewer, id, query),
  },
  Event: {
    prefix: 'evt',
    resource: 'events',
    load: ({ deliveries }, viewer, id, query) => deliveries.getEvent(viewer, id, query),
  },
  Delivery: {
    prefix: 'dlv',
    resource: 'deliveries',
    load: ({ deliveries }, viewer, id, query) => deliveries.get(viewer, id, query),
  },
  Attempt: {
    prefix: 'att',
    resource: 'deliveries',
    load: ({ deliveries }, viewer, id, query) => deliveries.getAttempt(viewer, id, query),
  },
  AuditEntry: {
    prefix: 'aud',
    resource: 'audit',
    load: ({ audit }, viewer, id, query) => audit.get(viewer, id, query),
  },
  Replay: {
    prefix: 'rpl',
    resource: 'deliveries',
    load: ({ replays }, viewer, id, query) => replays.get(viewer, id, query),
  },
  BulkAction: {
    prefix: 'blk',
    resource: 'deliveries',
    load: ({ bulkActions }, viewer, id, query) => bulkActions.get(viewer, id, query),
  },
  Person: {
    prefix: 'usr',
    resource: null,
    load: ({ people }, viewer, id, query) => people.get(viewer, id, query),
  },
  Session: {
    prefix: 'ses',
    resource: null,
    load: ({ ownSessions }, viewer, id) => ownSessions.get(viewer, id),
  },
  Member: {
    prefix: 'mem',
    resource: 'members',
    load: ({ members }, viewer, id, query) => members.get(viewer, id, query),
  },
  PersistedDocument: {
    prefix: 'doc',
    resource: 'keys',
    load: ({ documents }, viewer, id, query) => documents.get(viewer, id, query),
  },
} satisfies Record<string, NodeType>

export type NodeName = keyof typeof NODE_TYPES
type Row<Name extends NodeName> = Awaited<ReturnType<(typeof NODE_TYPES)[Name]['load']>>

const byPrefix = new Map(Object.entries(NODE_TYPES).map(([name, { prefix }]) => [prefix as string, name as NodeName]))

/** The type of an id; undefined for an unknown prefix. */
export function typeOfId(id: string): NodeName | undefined {
  return byPrefix.get(id.slice(0, id.indexOf('_')))
}

/** Loads rows by type and id. */
export type Nodes = ReturnType<typeof createNodes>

export function createNodes(services: Services) {
  /**
   * The row with an id; null for an unknown id, an id of another organization, and a row that the viewer may not read.
   *
   * @param query a selection by Pothos; default every column
   */
  async function load<Name extends NodeName>(
    type: Name,
    id: string,
    viewer: Viewer,
    query?: object,
  ): Promise<Row<Name>> {
    const nodeType: NodeType = NODE_TYPES[type]
    const mayRead = nodeType.resource === null || allows(viewer.permissions, nodeType.resource, 'read')
    return (mayRead ? await nodeType.load(services, viewer, id, query) : null) as Row<Name>
  }

  return {
    load,

    /** The row to which another row refers. @throws when retention removed the row meanwhile */
    async loadRelated<Name extends NodeName>(
      type: Name,
      id: string,
      viewer: Viewer,
      query: object,
    ): Promise<NonNullable<Row<Name>>> {
      const row = await services.readPage(viewer.organizationId, () => load(type, id, viewer, query))
      if (row === null) throw new Error(`${type} ${id} is gone; read the list again.`)
      return row
    },
  }
}
