import type { Plan, Tier } from '../people/viewer.ts'

/** How much keys may be used (K6); the operator may set other numbers. */
export interface Allowances {
  /** Requests a minute and an hour. */
  tiers: Record<Tier, { minute: number; hour: number }>
  /** Requests a day of each key; null: as many as the tier allows. */
  plans: Record<Plan, number | null>
  /** Calls a minute of an organization, of fields that are costly to others. */
  fields: Record<string, number>
}

export const DEFAULT_ALLOWANCES: Allowances = {
  tiers: {
    STANDARD: { minute: 60, hour: 3_000 },
    ELEVATED: { minute: 120, hour: 6_000 },
    ENTERPRISE: { minute: 300, hour: 15_000 },
  },
  plans: { STARTER: 1_000, GROWTH: 50_000, ENTERPRISE: null },
  fields: {
    ...{ webhookEndpointTest: 5, deliveriesReplay: 5, deliveryRetry: 10 },
    ...{ apiKeyCreate: 20, apiKeyRotate: 20, persistedDocumentCreate: 20 },
  },
}

/** The defaults, with what the operator has set in their place. */
export function createAllowances(set: {
  rateLimits: Record<string, { minute: number; hour: number }>
  dailyQuotas: Record<string, number | null>
  fieldLimits: Record<string, number>
}): Allowances {
  const { tiers, plans, fields } = DEFAULT_ALLOWANCES
  const unknown = Object.keys(set.fieldLimits).find((field) => !(field in fields))
  if (unknown !== undefined)
    throw new Error(
      `FIELD_LIMITS names ${unknown}, which has no limit. Those that have: ${Object.keys(fields).join(', ')}.`,
    )
  return {
    tiers: { ...tiers, ...set.rateLimits },
    plans: { ...plans, ...set.dailyQuotas },
    fields: { ...fields, ...set.fieldLimits },
  }
}

/** Points of cost a minute for each request a minute: operations are small on average, and one may be large. */
const POINTS_PER_REQUEST = 1_000

export type WindowName = 'minute' | 'hour' | 'day' | 'cost'

/** So much within any span of so many seconds. */
export interface Window {
  name: WindowName
  limit: number
  seconds: number
}

/** The windows of a key, the shortest first. A key without a tier has none. */
export function windowsOf({ tiers, plans }: Allowances, key: { tier: Tier | null; plan: Plan }): Window[] {
  if (key.tier === null) return []
  const { minute, hour } = tiers[key.tier]
  const day = plans[key.plan]
  return [
    { name: 'minute', limit: minute, seconds: 60 },
    { name: 'hour', limit: hour, seconds: 3_600 },
    ...(day === null ? [] : [{ name: 'day' as const, limit: day, seconds: 86_400 }]),
    { name: 'cost', limit: minute * POINTS_PER_REQUEST, seconds: 60 },
  ]
}
