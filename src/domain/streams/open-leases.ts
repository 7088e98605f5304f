/** A leased delivery in its claimed version. */
export interface Lease {
  id: string
  version: number
}

/**
 * The leases of the subscriptions of this process. Streams add them and renew them; recorded results end them, so that
 * their listeners have capacity again.
 */
export type OpenLeases = ReturnType<typeof createOpenLeases>

export function createOpenLeases() {
  const open = new Map<string, { lease: Lease; onRecorded: () => void }>()

  return {
    add({ id, version }: Lease, onRecorded: () => void): void {
      open.set(id, { lease: { id, version }, onRecorded })
    },
    /** Ends leases without a result, such as those that a closed subscription gives back. */
    remove(leases: readonly Lease[]): void {
      for (const { id, version } of leases) if (open.get(id)?.lease.version === version) open.delete(id)
    },
    /** Ends leases after their results are recorded. Leases of other processes are ignored. */
    recorded(leases: readonly Lease[]): void {
      for (const { id, version } of leases) {
        const entry = open.get(id)
        if (entry?.lease.version !== version) continue
        open.delete(id)
        entry.onRecorded()
      }
    },
    has: ({ id, version }: Lease): boolean => open.get(id)?.lease.version === version,
    all: (): Lease[] => [...open.values()].map(({ lease }) => lease),
  }
}
