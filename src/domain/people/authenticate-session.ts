import type pg from 'pg'
import type { Clock } from '../../lib/clock.ts'
import { ForbiddenError, UnauthenticatedError } from '../../lib/errors.ts'
import { hashBytes } from '../keys/token.ts'
import type { OrganizationLookup } from '../organizations/organization-lookup.ts'
import { permissionsOf, type Role } from './roles.ts'
import { SESSION_PREFIX } from './sessions.ts'
import { type Plan, personPrincipal, type Viewer } from './viewer.ts'

/** A session with the membership in which its person acts, read in one statement for every request. */
const SELECT = `
SELECT s.id, s.person_id, p.name, s.seen_at, s.expires_at, s.idle_seconds, s.elevated_until, s.ended_at,
  p.disabled_at, m.organization_id, m.role, o.plan, o.is_platform
FROM sessions s JOIN persons p ON p.id = s.person_id
LEFT JOIN LATERAL (
  SELECT * FROM members m WHERE m.person_id = p.id
  ORDER BY m.organization_id = coalesce($2, p.last_organization_id) DESC NULLS LAST, m.id LIMIT 1
) m ON true
LEFT JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL`
const BY_TOKEN = `${SELECT} JOIN session_tokens t ON t.session_id = s.id WHERE t.hash = $1`
const BY_ID = `${SELECT} WHERE s.id = $1`

interface Row {
  id: string
  person_id: string
  name: string
  seen_at: Date
  expires_at: Date
  idle_seconds: number
  elevated_until: Date | null
  ended_at: Date | null
  disabled_at: Date | null
  organization_id: string | null
  role: Role | null
  plan: Plan | null
  is_platform: boolean | null
}

export interface SessionCredentials {
  /** The token of a cookie, or the id of a session that was authenticated before. */
  by: { token: string } | { sessionId: string }
  /** Id or external id of the organization to act in; absent for the last one of the person. */
  organization?: string | undefined
  ip: string | null
  requestId: string
}

/** Turns a session into a viewer. @throws UnauthenticatedError, ForbiddenError */
export type AuthenticateSession = (credentials: SessionCredentials) => Promise<Viewer>

export function createAuthenticateSession(deps: {
  pool: pg.Pool
  clock: Clock
  organizationLookup: OrganizationLookup
}): AuthenticateSession {
  return async ({ by, organization, ip, requestId }) => {
    if ('token' in by && !by.token.startsWith(SESSION_PREFIX)) throw new UnauthenticatedError(ENDED)
    const wanted = organization === undefined ? null : await deps.organizationLookup.find(organization)
    const { rows } = await deps.pool.query<Row>(
      'token' in by
        ? { text: BY_TOKEN, values: [hashBytes(by.token), wanted?.id ?? null] }
        : { text: BY_ID, values: [by.sessionId, wanted?.id ?? null] },
    )
    const [row] = rows
    if (row === undefined || !isOpen(row, deps.clock.now())) throw new UnauthenticatedError(ENDED)
    if (row.organization_id === null || row.plan === null)
      throw new ForbiddenError('You belong to no organization. Ask an owner for an invitation.')
    if (organization !== undefined && row.organization_id !== wanted?.id)
      throw new ForbiddenError('You are not a member of that organization.')
    return {
      principal: personPrincipal({ id: row.person_id, name: row.name }),
      ...{ organizationId: row.organization_id, homeId: row.organization_id, plan: row.plan, role: row.role },
      permissions: permissionsOf(row.role!, row.is_platform === true),
      ...{ environment: 'LIVE', tier: null, persistedOnly: false, allowedIps: [] },
      ...{ elevatedUntil: row.elevated_until, expiresAt: row.expires_at, credential: row.id, ip, requestId },
    }
  }
}

const ENDED = 'The session has ended. Sign in again.'

const isOpen = (row: Row, now: Date): boolean =>
  row.ended_at === null &&
  row.disabled_at === null &&
  row.expires_at > now &&
  row.seen_at.getTime() + row.idle_seconds * 1000 > now.getTime()
