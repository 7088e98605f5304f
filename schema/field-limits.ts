import type { GraphQLResolveInfo } from 'graphql'
import { getGraphQLRateLimiter, type Identity, Store } from 'graphql-rate-limit'
import type { Limits } from '../src/domain/limits/limits.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import { RateLimitedError } from '../src/lib/errors.ts'

/** Refuses a field that its organization calls too often. @throws RateLimitedError */
export type LimitField = (viewer: Viewer, info: GraphQLResolveInfo) => Promise<void>

/**
 * Rate limits of costly fields per organization, by graphql-rate-limit over the sliding window of `limits`, which
 * counts exactly for all processes.
 *
 * @param fieldLimits calls per minute by field
 */
export function createLimitField(limits: Limits, fieldLimits: Record<string, number>): LimitField {
  /** The library reads and then writes the times of calls; the window does both at once, in the read. */
  class WindowStore extends Store {
    override getForIdentity = async ({ contextIdentity, fieldIdentity }: Identity): Promise<number[]> => {
      const { admitted, window } = await limits.spendCalls(contextIdentity, fieldIdentity, 1)
      const earlierCalls = window.limit - window.remaining - (admitted ? 1 : 0)
      return new Array<number>(earlierCalls).fill(Date.now())
    }
    override setForIdentity = () => {}
  }
  const limiter = getGraphQLRateLimiter({
    identifyContext: ({ organizationId }: Viewer) => organizationId,
    // The batch cache stays off: mutation fields run one after the other, and the cache would count a call twice.
    store: new WindowStore(),
  })

  return async (viewer, info) => {
    const { fieldName } = info
    const max = fieldLimits[fieldName]
    if (max === undefined) return
    const refused = await limiter({ parent: null, args: {}, context: viewer, info }, { max })
    if (refused === undefined) return
    const { window, now } = await limits.spendCalls(viewer.organizationId, fieldName, 0)
    const seconds = Math.max(1, Math.ceil((window.resetAt - now) / 1000))
    const message = `An organization may call ${fieldName} at most ${max} times per minute. Try again in ${seconds} s.`
    throw new RateLimitedError(message, seconds)
  }
}
