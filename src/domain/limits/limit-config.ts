import type { Plan, Tier } from '../people/viewer.ts'

/** The tiers of keys, and those of requests without a key. */
export type LimitTier = Tier | 'PEOPLE' | 'STRANGERS'

/** Rate limits and quotas. The operator may replace the defaults. */
export interface LimitConfig {
  /** Requests per minute and hour: of a key by its tier, of a person, and of an address without a credential. */
  tiers: Record<LimitTier, { minute: number; hour: number }>
  /** Requests per day of each key, by plan; null for no quota. */
  plans: Record<Plan, number | null>
  /** Calls per minute and organization, by costly field. */
  fields: Record<string, number>
  /** Tries to sign in per minute and hour of one client address. */
  signIns: { minute: number; hour: number }
}

export const DEFAULT_LIMITS: LimitConfig = {
  tiers: {
    STANDARD: { minute: 60, hour: 3_000 },
    ELEVATED: { minute: 120, hour: 6_000 },
    ENTERPRISE: { minute: 300, hour: 15_000 },
    PEOPLE: { minute: 240, hour: 10_000 },
    STRANGERS: { minute: 300, hour: 6_000 },
  },
  plans: { STARTER: 1_000, GROWTH: 50_000, ENTERPRISE: null },
  fields: {
    ...{ webhookEndpointTest: 5, replayCreate: 5, bulkActionCreate: 5, deliveryRetry: 10 },
    ...{ apiKeyCreate: 20, apiKeyRotate: 20, persistedDocumentCreate: 20, invitationCreate: 20 },
  },
  signIns: { minute: 30, hour: 300 },
}

/** The defaults with the operator's settings on top. */
export function createLimitConfig(set: {
  rateLimits: Record<string, { minute: number; hour: number }>
  dailyQuotas: Record<string, number | null>
  fieldLimits: Record<string, number>
}): LimitConfig {
  const { tiers, plans, fields, signIns } = DEFAULT_LIMITS
  const unknown = Object.keys(set.fieldLimits).find((field) => !(field in fields))
  if (unknown !== undefined)
    throw new Error(
      `FIELD_LIMITS names ${unknown}, which has no limit. Those that have: ${Object.keys(fields).join(', ')}.`,
    )
  return {
    tiers: { ...tiers, ...set.rateLimits },
    plans: { ...plans, ...set.dailyQuotas },
    fields: { ...fields, ...set.fieldLimits },
    signIns,
  }
}

/** Cost points per minute for each request per minute: most operations are small, and one may be large. */
const POINTS_PER_REQUEST = 1_000

export type WindowName = 'minute' | 'hour' | 'day' | 'cost'

/** Maximum amount within any span of this length. */
export interface Window {
  name: WindowName
  limit: number
  seconds: number
}

/** The spender: a principal, or the network of an address. */
export interface LimitSubject {
  id: string
  /** Null without limits. */
  tier: LimitTier | null
  /** Plan of the daily quota; null without one. */
  plan: Plan | null
}

/** The windows of a subject, shortest first. A subject without a tier has none. */
export function windowsOf(
  { tiers, plans }: LimitConfig,
  { tier, plan }: Pick<LimitSubject, 'tier' | 'plan'>,
): Window[] {
  if (tier === null) return []
  const { minute, hour } = tiers[tier]
  const day = plan === null ? null : plans[plan]
  return [
    { name: 'minute', limit: minute, seconds: 60 },
    { name: 'hour', limit: hour, seconds: 3_600 },
    ...(day === null ? [] : [{ name: 'day' as const, limit: day, seconds: 86_400 }]),
    { name: 'cost', limit: minute * POINTS_PER_REQUEST, seconds: 60 },
  ]
}
