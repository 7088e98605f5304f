/** Maximum open WebSockets. */
export const SOCKETS = 10_000
/** Maximum WebSockets before `connection_ack`: a small part, so that strangers cannot take the places of keys. */
export const PENDING_SOCKETS = 1_000
/** Maximum WebSockets of one address before `connection_ack`. */
export const PENDING_SOCKETS_PER_ADDRESS = 100
/** Maximum WebSockets of one principal. */
export const SOCKETS_PER_PRINCIPAL = 200
/** Maximum WebSockets of the keys of one organization. */
export const SOCKETS_PER_ORGANIZATION = 1_000

/** The place of one WebSocket. */
export interface SocketPlace {
  /** Moves the socket to the places of its principal. False when the principal or the organization has no place left. */
  admit(principal: { id: string; organizationId: string }): boolean
  leave(): void
}

/** Counts the open WebSockets: before authentication by address, afterwards by principal and organization. */
export function createSocketPlaces() {
  const held = new Map<string, number>()
  const countOf = (name: string) => held.get(name) ?? 0

  /** Takes one place under each name, or none. */
  function take(limits: Record<string, number>): boolean {
    const names = Object.keys(limits)
    if (names.some((name) => countOf(name) >= limits[name]!)) return false
    for (const name of names) held.set(name, countOf(name) + 1)
    return true
  }
  function free(names: readonly string[]): void {
    for (const name of names) {
      const count = countOf(name) - 1
      if (count > 0) held.set(name, count)
      else held.delete(name)
    }
  }

  return {
    /** A place before authentication; undefined when none is left. */
    enter(address: string | null): SocketPlace | undefined {
      const pending = { pending: PENDING_SOCKETS, [`address ${address}`]: PENDING_SOCKETS_PER_ADDRESS }
      if (!take({ all: SOCKETS, ...pending })) return undefined
      let names = Object.keys(pending)
      return {
        admit({ id, organizationId }) {
          const limits = {
            [`principal ${id}`]: SOCKETS_PER_PRINCIPAL,
            [`organization ${organizationId}`]: SOCKETS_PER_ORGANIZATION,
          }
          if (!take(limits)) return false
          free(names)
          names = Object.keys(limits)
          return true
        },
        leave() {
          free(['all', ...names])
          names = []
        },
      }
    },
  }
}
