import { randomBytes } from 'node:crypto'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Session } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import { hashBytes } from '../keys/token.ts'
import type { AnnounceSessions } from './session-changes.ts'

/** Default ends of a session: without a request, and whatever happens. */
export const SESSION_SECONDS = { idle: 3_600, lifetime: 24 * 3_600 } as const
/** The lifetime that a person chooses with "remember me". */
export const REMEMBERED_SECONDS = 30 * 24 * 3_600
/** First characters of every session token, which tell it from an API key. */
export const SESSION_PREFIX = 'sbs_'
const TOKEN_BYTES = 32

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
}) {
  const { prisma, clock } = deps

  return {
    /** Opens a session within the transaction of a sign-in. */
    async open(tx: Transaction, { remember, ...about }: NewSession): Promise<OpenedSession> {
      const token = createSessionToken()
      const now = clock.now()
      const seconds = remember ? REMEMBERED_SECONDS : SESSION_SECONDS.lifetime
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
      await prisma.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: clock.now() } })
      await deps.announceSessions(prisma, { sessionId: id })
    },
  }
}
