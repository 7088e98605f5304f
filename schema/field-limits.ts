import type { GraphQLResolveInfo } from 'graphql'
import { getGraphQLRateLimiter, type Identity, Store } from 'graphql-rate-limit'
import type { FieldLimitStore } from '../src/domain/limits/field-limit-store.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import { RateLimitedError } from '../src/lib/errors.ts'

const WINDOW_MS = 60_000

/** Refuses a field that its organization calls too often. @throws RateLimitedError */
export type LimitField = (viewer: Viewer, info: GraphQLResolveInfo) => Promise<void>

/**
 * Coarse limits per organization on costly fields, by graphql-rate-limit. The library reads, then writes, so calls of
 * one organization take turns; concurrent calls to several processes may pass a few times more. Its batch cache stays
 * off: mutation fields run one after the other, and the cache would count a call twice.
 *
 * @param limits calls per minute by field
 */
export function createLimitField(calls: FieldLimitStore, limits: Record<string, number>): LimitField {
  const nameOf = ({ contextIdentity, fieldIdentity }: Identity) => `${contextIdentity}:${fieldIdentity}`
  class Calls extends Store {
    override getForIdentity = async (identity: Identity) => [...(await calls.get(nameOf(identity)))]
    override setForIdentity = (identity: Identity, times: readonly number[]) =>
      calls.set(nameOf(identity), times, WINDOW_MS)
  }
  const limiter = getGraphQLRateLimiter({
    identifyContext: ({ organizationId }: Viewer) => organizationId,
    store: new Calls(),
  })

  return async (viewer, info) => {
    const { fieldName } = info
    const max = limits[fieldName]
    if (max === undefined) return
    const who = nameOf({ contextIdentity: viewer.organizationId, fieldIdentity: fieldName })
    await calls.inTurn(who, async () => {
      const options = { max, window: `${WINDOW_MS}ms`, uncountRejected: true }
      const refused = await limiter({ parent: null, args: {}, context: viewer, info }, options)
      if (refused === undefined) return
      const oldest = Math.min(...(await calls.get(who)))
      const seconds = Math.max(1, Math.ceil((oldest + WINDOW_MS - Date.now()) / 1000))
      const message = `An organization may call ${fieldName} ${max} times a minute. Try again in ${seconds} s.`
      throw new RateLimitedError(message, seconds)
    })
  }
}
