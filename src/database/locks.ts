/** Advisory locks, each with what takes turns by it. Their numbers mean nothing, but no two may be the same. */
export const LOCKS = {
  /** Processes that start together and find migrations to apply. */
  migrate: 7_340_001,
  /** The embedded PostgreSQL: held by the process that owns it. */
  owner: 7_340_002,
  /** Claims of all workers: each sees what those before it took. */
  claim: 7_340_003,
  /** Processes that remove what is past its time. */
  retention: 7_340_004,
  /** Processes that start together and find no organization yet. */
  bootstrap: 7_340_005,
} as const
