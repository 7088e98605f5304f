import { z } from 'zod'
import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { isAddress, parseAddress } from '../../lib/networks.ts'
import { validate } from '../../lib/validate.ts'
import type { Limits, LimitsState } from '../limits/limits.ts'
import { slowestOf } from '../limits/sliding-window.ts'
import type { PermissionResources } from '../people/permission-resources.ts'
import { allows, type Permissions, permissionsInput, readPermissions } from '../people/permissions.ts'
import type { Viewer } from '../people/viewer.ts'
import type { UsageRecorder } from '../usage/recorder.ts'
import { OK } from '../usage/usage-record.ts'
import type { KeyLookup } from './key-lookup.ts'
import { REFUSALS, type ResolvedKey, refusal } from './key-status.ts'
import type { LastUsed } from './last-used.ts'
import { hashToken } from './token.ts'

const TOKEN_CHARACTERS = 1_000
const COST_AT_MOST = 1_000

const verifyInput = z.object({
  key: z.string().max(TOKEN_CHARACTERS),
  permissions: permissionsInput.default({}),
  ip: z
    .string()
    .max(64)
    .refine(isAddress, 'must be an IPv4 or IPv6 address')
    .transform((text) => parseAddress(text)?.toString())
    .nullish(),
  cost: z.number().int().min(0).max(COST_AT_MOST).default(1),
  operation: z
    .string()
    .regex(/^[\w.:/-]{1,100}$/, 'must have 1 to 100 letters, digits or . : / _ -')
    .default('apiKeyVerify'),
})

export type ApiKeyVerify = z.input<typeof verifyInput>

/** Results of a verification, in the order of the checks. */
export const VERDICTS = {
  VALID: 'The key is valid, has the permissions, and the cost was spent.',
  NOT_FOUND: 'No key of this organization matches.',
  REVOKED: REFUSALS.REVOKED,
  DISABLED: REFUSALS.DISABLED,
  EXPIRED: REFUSALS.EXPIRED,
  IP_NOT_ALLOWED: REFUSALS.IP_NOT_ALLOWED,
  INSUFFICIENT_PERMISSIONS: 'This API key lacks a requested permission.',
  RATE_LIMITED: 'Too many requests with this key in this minute or hour. Try again later.',
  QUOTA_EXCEEDED: 'Too many requests with this key today. Try again later, or agree on a larger plan.',
} as const

export type Verdict = keyof typeof VERDICTS

export interface Verified {
  code: Verdict
  /** Null when the key is unknown. */
  apiKey: ResolvedKey | null
  /** Null when the key is unknown or has no rate limits. */
  limits: LimitsState | null
}

export type Verify = (viewer: Viewer, input: ApiKeyVerify) => Promise<Verified>

/**
 * Verifies a key for the operator's own API. Free checks come first and limits last, so that a refused request spends
 * nothing.
 */
export function createVerify(deps: {
  keyLookup: KeyLookup
  lastUsed: LastUsed
  limits: Limits
  usageRecorder: UsageRecorder
  clock: Clock
  prisma: PrismaClient
  permissionResources: PermissionResources
}): Verify {
  const { keyLookup, limits } = deps

  return async (viewer, input) => {
    const started = performance.now()
    const { key: token, operation, ...wanted } = validate(verifyInput, input)
    const found = keyLookup.isWellFormed(token) ? await keyLookup.find(hashToken(token)) : null
    const key = found !== null && isVisible(viewer, found) ? found : null
    const verified = key === null ? NOT_FOUND : await verify(key, wanted)
    const at = deps.clock.now()
    const durationMicroseconds = Math.round((performance.now() - started) * 1000)
    deps.usageRecorder.add({ ...usageOf(verified, viewer), operation, ip: wanted.ip ?? null, at, durationMicroseconds })
    return verified
  }

  async function verify(
    key: ResolvedKey,
    { permissions, ip = null, cost }: Pick<z.output<typeof verifyInput>, 'permissions' | 'ip' | 'cost'>,
  ): Promise<Verified> {
    const missing = missingPermission(key, permissions)
    // Every permission of a key was known once, so that only a missing one may be misspelled.
    if (missing !== undefined) await deps.permissionResources.requireKnown(deps.prisma, permissions)
    const denied = refusal(key, deps.clock.now(), ip) ?? missing
    const amounts = { requests: denied === undefined ? cost : 0, points: 0 }
    const spent = (await limits.spend({ id: key.id, tier: key.tier, plan: key.plan }, amounts)) ?? null
    if (denied !== undefined) return { code: denied, apiKey: key, limits: spent }
    if (spent !== null && !spent.admitted) return { code: full(spent), apiKey: key, limits: spent }
    deps.lastUsed.touch(key.id, ip)
    return { code: 'VALID', apiKey: key, limits: spent }
  }
}

const NOT_FOUND: Verified = { code: 'NOT_FOUND', apiKey: null, limits: null }
const STATUS: Partial<Record<Verdict, number>> = {
  VALID: 200,
  IP_NOT_ALLOWED: 403,
  INSUFFICIENT_PERMISSIONS: 403,
  RATE_LIMITED: 429,
  QUOTA_EXCEEDED: 429,
}

/**
 * Usage of the request to the operator's API. A verification of an unknown key counts for the viewer's organization.
 */
function usageOf({ code, apiKey }: Verified, { organizationId }: Viewer) {
  return {
    ...{
      organizationId: apiKey?.organizationId ?? organizationId,
      keyId: apiKey?.id ?? null,
      tier: apiKey?.tier ?? null,
    },
    ...{ outcome: code === 'VALID' ? OK : code, status: STATUS[code] ?? 401 },
    ...{ requestBytes: 0, responseBytes: 0, userAgent: null, error: code === 'VALID' ? null : VERDICTS[code] },
  }
}

/**
 * A platform key that names no organization verifies keys of every organization, because keys presented to the
 * operator's API name their own tenant. Other viewers see keys of their own organization only.
 */
function isVisible(viewer: Viewer, key: ResolvedKey): boolean {
  const ofAll = allows(viewer.permissions, 'platform', 'read') && viewer.organizationId === viewer.homeId
  return ofAll || key.organizationId === viewer.organizationId
}

function missingPermission(key: ResolvedKey, wanted: Permissions): Verdict | undefined {
  const held = readPermissions(key.permissions)
  const hasAll = Object.entries(wanted).every(([resource, actions]) =>
    actions.every((action) => allows(held, resource, action)),
  )
  return hasAll ? undefined : 'INSUFFICIENT_PERMISSIONS'
}

function full({ windows }: LimitsState): Verdict {
  return slowestOf(windows).name === 'day' ? 'QUOTA_EXCEEDED' : 'RATE_LIMITED'
}
