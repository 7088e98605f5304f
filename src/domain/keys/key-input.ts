import { z } from 'zod'
import { type Issue, ValidationError } from '../../lib/errors.ts'
import { isNetwork, isWithin } from '../../lib/networks.ts'
import { allows, firstExcessGrant, type Permissions, permissionsInput } from '../people/permissions.ts'
import type { Plan, Tier, Viewer } from '../people/viewer.ts'

const fields = {
  name: z.string().trim().min(1).max(100),
  permissions: permissionsInput,
  tier: z.enum(['STANDARD', 'ELEVATED', 'ENTERPRISE']).nullish(),
  expiresAt: z.date().nullish(),
  allowedIps: z
    .array(z.string().refine(isNetwork, 'must be an address or a network in CIDR notation, such as 203.0.113.0/24'))
    .max(100),
  persistedOnly: z.boolean(),
}

export const createInput = z.object({
  ...fields,
  environment: z.enum(['LIVE', 'TEST']).default('LIVE'),
  allowedIps: fields.allowedIps.default([]),
  persistedOnly: fields.persistedOnly.default(false),
})
/** Absent fields keep their value. */
export const updateInput = z.object(fields).partial()

const OVERLAP_DAYS = 7
const overlapRule = `must be a whole number of seconds, 0 to ${OVERLAP_DAYS * 86_400} (${OVERLAP_DAYS} days)`
export const rotateInput = z.object({
  mode: z.enum(['SAME_ID', 'NEW_ID']),
  overlapSeconds: z
    .number()
    .int(overlapRule)
    .min(0, overlapRule)
    .max(OVERLAP_DAYS * 86_400, overlapRule),
})

export type ApiKeyCreate = z.input<typeof createInput>
export type ApiKeyUpdate = z.input<typeof updateInput>
export type ApiKeyRotate = z.input<typeof rotateInput>

/** The rights of a key, whether new, changed or stored. */
export interface Grants {
  permissions: Permissions
  environment: 'LIVE' | 'TEST'
  tier: Tier | null
  expiresAt: Date | null
  allowedIps: string[]
  persistedOnly: boolean
}

const TIERS: Tier[] = ['STANDARD', 'ELEVATED', 'ENTERPRISE']

/** The default tier. Only platform keys have no rate limits unless given a tier. */
export function tierFor(permissions: Permissions, tier: Tier | null | undefined): Tier | null {
  return tier ?? (permissions.platform === undefined ? 'STANDARD' : null)
}

/** The largest tier of keys that people create without the operator. */
const TIER_OF_PLAN: Record<Plan, Tier> = { STARTER: 'STANDARD', GROWTH: 'ELEVATED', ENTERPRISE: 'ENTERPRISE' }

/**
 * Refuses a key with more rights than the viewer's own, so that a stolen key cannot outgrow its limits. A key of a person
 * outlives the session, and its tier is bounded by the plan of the organization.
 *
 * @throws ValidationError with every excess
 */
export function assertWithinOwnGrants(viewer: Viewer, wanted: Grants): void {
  const issues: Issue[] = []
  const add = (field: string, message: string) => issues.push({ path: `input.${field}`, message })
  const isPerson = viewer.principal.kind === 'PERSON'
  // Roles cannot name resources that the operator declared, so every person may grant them.
  const permission = firstExcessGrant(viewer.permissions, wanted.permissions, { mayGrantDeclared: isPerson })
  if (permission !== undefined)
    add(
      'permissions',
      `must not include a permission that ${isPerson ? 'your role' : 'your own key'} lacks: ${permission}`,
    )
  if (viewer.environment === 'TEST' && wanted.environment === 'LIVE')
    add('environment', 'must be TEST: a test key creates test keys only')
  if (!isPerson && viewer.expiresAt !== null && (wanted.expiresAt === null || wanted.expiresAt > viewer.expiresAt))
    add('expiresAt', `must not be after ${viewer.expiresAt.toISOString()}, the expiry of your own key`)
  const confined = viewer.allowedIps.length > 0
  const within = wanted.allowedIps.every((network) => isWithin(network, viewer.allowedIps))
  if (confined && (wanted.allowedIps.length === 0 || !within))
    add('allowedIps', 'must be within the allowlist of your own key')
  if (viewer.persistedOnly && !wanted.persistedOnly)
    add('persistedOnly', 'must be true: your own key is confined to persisted operations')
  const isOperator = allows(viewer.permissions, 'platform', 'write')
  const tier = isPerson ? TIER_OF_PLAN[viewer.plan] : viewer.tier
  if (!isOperator && rank(wanted.tier) > rank(tier))
    add('tier', `must not be above ${tier}, the tier of ${isPerson ? 'your plan' : 'your own key'}`)
  if (issues.length > 0) throw new ValidationError(issues)
}

function rank(tier: Tier | null): number {
  return tier === null ? TIERS.length : TIERS.indexOf(tier)
}
