import type pg from 'pg'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import { ForbiddenError, UnauthenticatedError } from '../../lib/errors.ts'
import { isWithin } from '../../lib/networks.ts'
import { hashBytes } from '../keys/token.ts'
import type { OrganizationLookup } from '../organizations/organization-lookup.ts'
import type { NoteVisit } from './operator-visits.ts'
import { readOnly } from './permissions.ts'
import { permissionsOf, type Role } from './roles.ts'
import { SESSION_PREFIX, type Sessions, TOKEN_GRACE_SECONDS } from './sessions.ts'
import { type Plan, personPrincipal, type Restriction, type Viewer } from './viewer.ts'

/**
 * A session with the membership in which its person acts, read in one statement for every request: that of the wanted
 * organization, or else that of the operator's for an organization to look into. The ends of the session are the earlier
 * of its own and those that the organization sets.
 */
const select = (replacedAt: string, where: string) => `
SELECT s.id, s.person_id, p.name, s.seen_at, s.elevated_until, s.ended_at, s.two_factor, ${replacedAt} AS replaced_at,
  least(s.idle_seconds, m.session_idle_seconds) AS idle_seconds,
  least(s.expires_at, s.created_at + make_interval(secs => m.session_lifetime_seconds)) AS expires_at,
  p.disabled_at, m.organization_id, m.role, m.plan, m.is_platform, m.member_ips,
  coalesce(m.role = ANY (m.two_factor_roles), false) AS role_needs_two_factor,
  EXISTS (
    SELECT FROM person_credentials c WHERE c.person_id = p.id AND c.kind = 'PASSWORD' AND c.is_short
  ) AS has_short_password,
  EXISTS (
    SELECT FROM members other JOIN organizations o ON o.id = other.organization_id AND o.deleted_at IS NULL
    WHERE other.person_id = p.id AND other.role = ANY (o.two_factor_roles)
  ) AS any_role_needs_two_factor
FROM sessions s JOIN persons p ON p.id = s.person_id
LEFT JOIN LATERAL (
  SELECT m.organization_id, m.role, o.plan, o.is_platform, o.two_factor_roles, o.member_ips, o.session_idle_seconds,
    o.session_lifetime_seconds
  FROM members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
  WHERE m.person_id = p.id
  ORDER BY m.organization_id = coalesce($2, p.last_organization_id) DESC NULLS LAST,
    $2::text IS NOT NULL AND o.is_platform DESC, m.id LIMIT 1
) m ON true
${where}`
const BY_TOKEN = select('t.replaced_at', 'JOIN session_tokens t ON t.session_id = s.id WHERE t.hash = $1')
const BY_ID = select('NULL::timestamptz', 'WHERE s.id = ANY ($1)')

interface Row {
  id: string
  person_id: string
  name: string
  seen_at: Date
  expires_at: Date
  idle_seconds: number
  elevated_until: Date | null
  ended_at: Date | null
  two_factor: boolean
  replaced_at: Date | null
  disabled_at: Date | null
  organization_id: string | null
  role: Role | null
  plan: Plan | null
  is_platform: boolean | null
  member_ips: string[] | null
  role_needs_two_factor: boolean
  has_short_password: boolean
  any_role_needs_two_factor: boolean
}

export interface SessionCredentials {
  /** The token of a cookie, or the id of a session that was authenticated before. */
  by: { token: string } | { sessionId: string }
  /** Id or external id of the organization to act in; absent for the last one of the person. */
  organization?: string | undefined
  /** Reason of a person of the operator for acting in another organization; absent for looking into it. */
  reason?: string | undefined
  ip: string | null
  requestId: string
}

/** Turns a session into a viewer. @throws UnauthenticatedError, ForbiddenError */
export type AuthenticateSession = (credentials: SessionCredentials) => Promise<Viewer>

export function createAuthenticateSession(deps: {
  pool: pg.Pool
  clock: Clock
  organizationLookup: OrganizationLookup
  sessions: Pick<Sessions, 'endReused'>
  noteVisit: NoteVisit
}): AuthenticateSession {
  /** One statement for the open subscriptions of an organization, which are checked together. */
  const findById = createBatchLookup(async (organizationId, ids) => {
    const { rows } = await deps.pool.query<Row>({ text: BY_ID, values: [ids, organizationId || null] })
    return new Map(rows.map((row) => [row.id, row]))
  })

  async function findByToken(token: string, organizationId: string): Promise<Row | undefined> {
    const values = [hashBytes(token), organizationId || null]
    return (await deps.pool.query<Row>({ text: BY_TOKEN, values })).rows[0]
  }

  return async ({ by, organization, reason, ip, requestId }) => {
    if ('token' in by && !by.token.startsWith(SESSION_PREFIX)) throw new UnauthenticatedError(ENDED)
    const wanted = organization === undefined ? null : await deps.organizationLookup.find(organization)
    const wantedId = wanted?.id ?? ''
    const row = 'token' in by ? await findByToken(by.token, wantedId) : await findById(wantedId, by.sessionId)
    const now = deps.clock.now()
    if (row === undefined || !isOpen(row, now)) throw new UnauthenticatedError(ENDED)
    if (row.replaced_at !== null && row.replaced_at.getTime() + TOKEN_GRACE_SECONDS * 1000 <= now.getTime()) {
      await deps.sessions.endReused(row.id, ip)
      throw new UnauthenticatedError(ENDED)
    }
    const isAway = organization !== undefined && (wanted === null || row.organization_id !== wanted.id)
    if (isAway && (wanted === null || row.is_platform !== true))
      throw new ForbiddenError('You are not a member of that organization.')
    const restriction = restrictionOf(row, ip)
    const homeId = row.organization_id ?? ''
    const own = restriction === null ? permissionsOf(row.role!, row.is_platform === true) : {}
    // The second holder of a replaced token, and a socket that was opened with one, must not gain by an elevation.
    const mayBeElevated = 'token' in by && row.replaced_at === null
    const viewer: Viewer = {
      principal: personPrincipal({ id: row.person_id, name: row.name }),
      ...{
        organizationId: isAway ? wantedId : homeId,
        homeId,
        plan: row.plan ?? 'STARTER',
        role: row.role,
        ...{ restriction, lacksTwoFactor: lacksTwoFactor(row) },
      },
      ...{
        permissions: isAway && reason === undefined ? readOnly(own) : own,
        reason: isAway ? (reason ?? null) : null,
      },
      ...{ environment: 'LIVE', tier: null, persistedOnly: false, allowedIps: [] },
      isElevated: mayBeElevated && row.elevated_until !== null && row.elevated_until > now,
      ...{ expiresAt: row.expires_at, credential: row.id, ip, requestId },
    }
    if (isAway && restriction === null) await deps.noteVisit(viewer)
    return viewer
  }
}

const ENDED = 'The session has ended. Sign in again.'

const isOpen = (row: Row, now: Date): boolean =>
  row.ended_at === null &&
  row.disabled_at === null &&
  row.expires_at > now &&
  row.seen_at.getTime() + row.idle_seconds * 1000 > now.getTime()

/** True when the password or the role in any organization needs a second factor, which the session lacks. */
const lacksTwoFactor = (row: Row): boolean =>
  (row.has_short_password || row.any_role_needs_two_factor) && !row.two_factor

/** A lacking second factor outranks the others, which leave the own account open: no network makes a session freer. */
function restrictionOf(row: Row, ip: string | null): Restriction | null {
  const memberIps = row.member_ips ?? []
  const isElsewhere = memberIps.length > 0 && (ip === null || !isWithin(ip, memberIps))
  const other = row.organization_id === null ? 'NO_ORGANIZATION' : isElsewhere ? 'ADDRESS' : null
  const isNeededHere = row.has_short_password || row.role_needs_two_factor
  return lacksTwoFactor(row) && (isNeededHere || other !== null) ? 'TWO_FACTOR' : other
}
