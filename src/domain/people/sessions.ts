import { randomBytes } from 'node:crypto'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Session } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import { hashBytes } from '../keys/token.ts'
import type { AuditPerson } from './audit-person.ts'
import type { AnnounceSessions } from './session-changes.ts'

/** Default ends of a session: after the last request, and after its opening. */
export const SESSION_SECONDS = { idle: 3_600, lifetime: 24 * 3_600 } as const
/** The lifetime that a person chooses with "remember me". */
export const REMEMBERED_SECONDS = 30 * 24 * 3_600
/** Seconds for which a replaced token is good, because the tabs of a browser refresh at the same time. */
export const TOKEN_GRACE_SECONDS = 60
/** Seconds for which a person may make dangerous changes after the password was given again. */
export const ELEVATION_SECONDS = 600
/** Maximum open sessions of a person. The one that was used least recently ends. */
export const SESSIONS_AT_MOST = 100
/** Maximum kept tokens of a session. The reuse of a replaced one that is kept is noticed. */
const TOKENS_KEPT = 1_000
/** First characters of every session token, which tell it from an API key. */
export const SESSION_PREFIX = 'sbs_'
const TOKEN_BYTES = 32

/** The address and browser of a request that opens a session. */
export interface Client {
  ip: string | null
  userAgent: string | null
  /** Token of the device, which a browser has since its first sign-in. */
  device?: string | null
}

export interface NewSession {
  personId: string
  ip: string | null
  userAgent: string | null
  /** True for the long lifetime. */
  remember: boolean
  /** True when a second factor was verified. */
  twoFactor: boolean
}

/** A session with its token, which is shown once: in the cookie. */
export interface OpenedSession {
  session: Session
  token: string
}

export const createSessionToken = (): string => SESSION_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url')

/** Sessions of people: opaque tokens, of which the database has the hashes. */
export type Sessions = ReturnType<typeof createSessions>

export function createSessions(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  announceSessions: AnnounceSessions
  auditPerson: AuditPerson
}) {
  const { prisma, clock } = deps

  /** Ends the open sessions of a person that `where` selects. @returns their ids */
  async function endWhere(tx: Transaction, where: { personId: string; id?: object | string }): Promise<string[]> {
    const ended = await tx.session.updateManyAndReturn({
      where: { ...where, endedAt: null },
      data: { endedAt: clock.now() },
      select: { id: true },
    })
    await deps.announceSessions(tx, ...ended.map(({ id }) => ({ sessionId: id })))
    return ended.map(({ id }) => id)
  }

  /** A new token in place of the presented one; undefined when that one was replaced already. */
  async function rotate(tx: Transaction, sessionId: string, presented: string): Promise<string | undefined> {
    const now = clock.now()
    const { count } = await tx.sessionToken.updateMany({
      where: { hash: hashBytes(presented), sessionId, replacedAt: null, session: { endedAt: null } },
      data: { replacedAt: now },
    })
    if (count === 0) return undefined
    const token = createSessionToken()
    await tx.sessionToken.create({ data: { hash: hashBytes(token), sessionId, createdAt: now } })
    await tx.$executeRaw`DELETE FROM session_tokens WHERE hash IN (
      SELECT hash FROM session_tokens WHERE session_id = ${sessionId} AND replaced_at IS NOT NULL
      ORDER BY replaced_at DESC OFFSET ${TOKENS_KEPT})`
    return token
  }

  return {
    /** Opens a session within the transaction of a sign-in. */
    async open(tx: Transaction, { remember, ...about }: NewSession): Promise<OpenedSession> {
      const token = createSessionToken()
      const now = clock.now()
      const seconds = remember ? REMEMBERED_SECONDS : SESSION_SECONDS.lifetime
      const { personId } = about
      // Sessions that have ended are of use until their tokens cannot be presented any more.
      await tx.session.deleteMany({ where: { personId, expiresAt: { lt: now } } })
      const surplus = await tx.session.findMany({
        where: { personId, endedAt: null },
        ...{ orderBy: [{ seenAt: 'desc' }, { id: 'desc' }], skip: SESSIONS_AT_MOST - 1, select: { id: true } },
      })
      if (surplus.length > 0) await endWhere(tx, { personId, id: { in: surplus.map(({ id }) => id) } })
      const session = await tx.session.create({
        data: {
          ...{ id: deps.makeId('ses'), ...about, createdAt: now, seenAt: now },
          expiresAt: new Date(now.getTime() + seconds * 1000),
          idleSeconds: remember ? seconds : SESSION_SECONDS.idle,
          tokens: { create: { hash: hashBytes(token), createdAt: now } },
        },
      })
      return { session, token }
    },

    /** Ends a session. A session that has ended stays so. */
    async end(id: string): Promise<void> {
      await prisma.$transaction(async (tx) => {
        await tx.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: clock.now() } })
        await deps.announceSessions(tx, { sessionId: id })
      })
    },

    endWhere,
    rotate,

    /** Ends a session of which a replaced token was presented: two hold the session, and one of them is a thief. */
    async endReused(id: string, ip: string | null): Promise<void> {
      await prisma.$transaction(async (tx) => {
        const { personId } = await tx.session.findUniqueOrThrow({ where: { id } })
        const ended = await endWhere(tx, { personId, id })
        if (ended.length > 0) await deps.auditPerson(tx, { personId, ip }, { action: 'session.reuse', resource: id })
      })
    },
  }
}
