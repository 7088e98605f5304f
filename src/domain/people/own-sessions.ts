import { z } from 'zod'
import type { PrismaClient } from '../../database/client.ts'
import type { Session } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError, UnauthenticatedError } from '../../lib/errors.ts'
import { validate } from '../../lib/validate.ts'
import type { AuditPerson } from './audit-person.ts'
import { requireHashRoom, verifyPassword } from './passwords.ts'
import { presentedPassword } from './person-input.ts'
import { type SecondFactors, WRONG_CODE } from './second-factors.ts'
import { ELEVATION_SECONDS, SESSIONS_AT_MOST, type Sessions } from './sessions.ts'
import { type SignInBudgets, sessionSubject } from './sign-in-budgets.ts'
import type { Viewer } from './viewer.ts'

const reauthenticateInput = z.object({ password: presentedPassword, code: z.string().max(100).optional() })

/** The sessions of a person as the person sees and changes them. */
export type OwnSessions = ReturnType<typeof createOwnSessions>

export function createOwnSessions(deps: {
  prisma: PrismaClient
  clock: Clock
  sessions: Sessions
  budgets: SignInBudgets
  factors: SecondFactors
  auditPerson: AuditPerson
}) {
  const { prisma, clock, sessions, budgets } = deps

  const open = ({ principal }: Viewer) => ({
    ...{ personId: principal.id, endedAt: null, expiresAt: { gt: clock.now() } },
  })
  /** A session that was not used for too long has ended, although its row does not say so. */
  const isInUse = ({ seenAt, idleSeconds }: Session) => seenAt.getTime() + idleSeconds * 1000 > clock.now().getTime()

  return {
    /** Open sessions, the last used first. */
    async list(viewer: Viewer): Promise<Session[]> {
      const found = await prisma.session.findMany({
        where: open(viewer),
        ...{ orderBy: [{ seenAt: 'desc' }, { id: 'desc' }], take: SESSIONS_AT_MOST },
      })
      return found.filter(isInUse)
    },

    /** Number of open sessions besides the one of the request. */
    countOthers: (viewer: Viewer): Promise<number> =>
      prisma.session.count({ where: { ...open(viewer), id: { not: viewer.credential } } }),

    /** Open sessions of the viewer; others are left out. */
    async getMany(viewer: Viewer, ids: readonly string[]): Promise<Session[]> {
      const found = await prisma.session.findMany({ where: { ...open(viewer), id: { in: [...ids] } } })
      return found.filter(isInUse)
    },

    /** @throws NotFoundError for a session that is not one of the viewer, or has ended */
    async end(viewer: Viewer, id: string): Promise<void> {
      const { principal, ip, organizationId } = viewer
      await prisma.$transaction(async (tx) => {
        const ended = await sessions.endWhere(tx, { personId: principal.id, id })
        if (ended.length === 0) throw new NotFoundError('open session', id)
        const act = { action: 'session.end', resource: id } as const
        await deps.auditPerson(tx, { personId: principal.id, ip, organizationId }, act)
      })
    },

    /** Ends every session but the one of the request. @returns how many ended */
    async endOthers({ principal, ip, organizationId, credential }: Viewer): Promise<number> {
      return prisma.$transaction(async (tx) => {
        const ended = await sessions.endWhere(tx, { personId: principal.id, id: { not: credential } })
        const act = { action: 'session.end', resource: principal.id, details: { others: ended.length } } as const
        await deps.auditPerson(tx, { personId: principal.id, ip, organizationId }, act)
        return ended.length
      })
    },

    /**
     * Replaces the token of the session, which ends no later for that.
     *
     * @returns the new token; undefined when another tab has just replaced the presented one
     */
    async refresh(viewer: Viewer, presented: string): Promise<{ session: Session; token: string | undefined }> {
      return prisma.$transaction(async (tx) => {
        const token = await sessions.rotate(tx, viewer.credential, presented)
        return { session: await tx.session.findUniqueOrThrow({ where: { id: viewer.credential } }), token }
      })
    },

    /**
     * Allows dangerous changes for some minutes, after the password and, where there is one, the second factor were given
     * again. The token changes, so that an earlier holder of it gains nothing.
     *
     * @throws UnauthenticatedError for a wrong password or code
     */
    async reauthenticate(
      viewer: Viewer,
      presented: string,
      input: z.input<typeof reauthenticateInput>,
    ): Promise<{ session: Session; token: string }> {
      const { password, code } = validate(reauthenticateInput, input)
      const { principal, credential: id, ip, organizationId } = viewer
      const personId = principal.id
      requireHashRoom()
      await budgets.spend(sessionSubject(id))
      const stored = await prisma.personCredential.findFirst({ where: { personId, kind: 'PASSWORD' } })
      if (!(await verifyPassword(password, stored?.secret))) throw new UnauthenticatedError('The password is wrong.')
      return prisma.$transaction(async (tx) => {
        const needsCode = await deps.factors.isEnabled(tx, personId)
        if (needsCode && !(await deps.factors.verify(tx, personId, code ?? '', ip)))
          throw new UnauthenticatedError(WRONG_CODE)
        const token = await sessions.rotate(tx, id, presented)
        if (token === undefined)
          throw new ConflictError('SESSION_REFRESHED', 'Another tab has just refreshed the session. Try again.')
        await budgets.clear(tx, sessionSubject(id))
        const elevatedUntil = new Date(clock.now().getTime() + ELEVATION_SECONDS * 1000)
        const session = await tx.session.update({ where: { id }, data: { elevatedUntil } })
        await deps.auditPerson(tx, { personId, ip, organizationId }, { action: 'session.elevate', resource: id })
        return { session, token }
      })
    },
  }
}
