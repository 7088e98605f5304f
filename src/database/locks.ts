/** Ids of advisory locks. The numbers are arbitrary and distinct. */
export const LOCKS = {
  /** Taken by processes that apply migrations. */
  migrate: 7_340_001,
  /** Held by the process that owns the embedded PostgreSQL. */
  owner: 7_340_002,
  /** Taken by claims, so that each sees the rows of those before it. */
  claim: 7_340_003,
  /** Taken by processes that enforce retention. */
  retention: 7_340_004,
  /** Taken by processes that create the first organization. */
  bootstrap: 7_340_005,
  /** Taken by workers that count the minutes of deliveries. */
  deliveryMinutes: 7_340_007,
  /** Taken by workers that count the hours of endpoints. */
  endpointHours: 7_340_008,
  /** Taken, together with a hash of the endpoint, by claims of its stream. */
  stream: 7_340_006,
} as const
