import type { Socket } from 'node:net'

/** Connections of one organization that keep their places, as a part of all places. */
const ORGANIZATION_SHARE = 1 / 4

/**
 * The places of client connections, over HTTP, SSE and WebSocket. Where all are taken, a new connection replaces the
 * oldest one that never presented a valid key, so strangers keep no client out and leave descriptors for PostgreSQL and
 * receivers.
 */
export function createConnectionPlaces(most: number) {
  const mostOfOrganization = Math.max(1, Math.floor(most * ORGANIZATION_SHARE))
  /** Connections that keep their places, each with its organization. */
  const kept = new Map<Socket, string>()
  const keptBy = new Map<string, number>()
  /** All other connections, the oldest first. */
  const replaceable = new Set<Socket>()

  function leave(socket: Socket): void {
    replaceable.delete(socket)
    const organizationId = kept.get(socket)
    if (organizationId === undefined) return
    kept.delete(socket)
    const left = keptBy.get(organizationId)! - 1
    if (left > 0) keptBy.set(organizationId, left)
    else keptBy.delete(organizationId)
  }

  return {
    /** Gives a new connection a place, or destroys the connection where none can be replaced. */
    enter(socket: Socket): void {
      if (kept.size + replaceable.size >= most) {
        const [oldest = socket] = replaceable
        replaceable.delete(oldest)
        oldest.destroy()
        if (oldest === socket) return
      }
      replaceable.add(socket)
      socket.once('close', () => leave(socket))
    },

    /** Lets a connection with a valid key keep its place, within the share of its organization. */
    keep(socket: Socket, organizationId: string): void {
      if (!replaceable.has(socket)) return
      const own = keptBy.get(organizationId) ?? 0
      if (own >= mostOfOrganization) return
      replaceable.delete(socket)
      kept.set(socket, organizationId)
      keptBy.set(organizationId, own + 1)
    },
  }
}

export type ConnectionPlaces = ReturnType<typeof createConnectionPlaces>
