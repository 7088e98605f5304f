/** Descriptors of the process itself: its connections to PostgreSQL and Redis, listeners, files, and spare ones. */
const OWN_DESCRIPTORS = 100
/** Maximum descriptors of clients where the limit of the process allows more. */
const CLIENT_DESCRIPTORS = 20_000

/** The parts of the process's descriptors, so that none can take those of another. */
export interface DescriptorShares {
  /** For connections of clients. */
  clients: number
  /** For connections to receivers. */
  receivers: number
}

/**
 * Divides the descriptors of the process: two thirds are for clients and one for receivers.
 *
 * @param limit default: that of the process, which Node has raised to the hard limit
 */
export function shareDescriptors(limit = descriptorLimit()): DescriptorShares {
  const shared = Math.max(3, limit - OWN_DESCRIPTORS)
  return { clients: Math.min(CLIENT_DESCRIPTORS, Math.floor((2 * shared) / 3)), receivers: Math.floor(shared / 3) }
}

/** Maximum open descriptors of the process; infinite where the system sets no limit. */
function descriptorLimit(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files: { soft: number | string } } }
  const soft = Number(userLimits?.open_files.soft)
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft
}
