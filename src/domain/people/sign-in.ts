import { z } from 'zod'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Person } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { UnauthenticatedError } from '../../lib/errors.ts'
import { validate } from '../../lib/validate.ts'
import type { Limits } from '../limits/limits.ts'
import type { AuditPerson, NoteRefusedSignIn } from './audit-person.ts'
import type { KnownDevices } from './known-devices.ts'
import { CODE_SECONDS, type OneTimeCodes } from './one-time-codes.ts'
import { requireHashRoom, verifyPassword } from './passwords.ts'
import { presentedPassword } from './person-input.ts'
import { type SecondFactors, WRONG_CODE } from './second-factors.ts'
import type { Client, OpenedSession, Sessions } from './sessions.ts'
import { addressSubject, deviceSubject, type SignInBudgets, type Subject } from './sign-in-budgets.ts'
import type { Viewer } from './viewer.ts'

const signInInput = z.object({
  email: z.string().trim().toLowerCase().max(254),
  password: presentedPassword,
  remember: z.boolean().default(false),
})
const verifyInput = z.object({ challenge: z.string().max(100), code: z.string().max(100) })

/** A person with a new session. */
export interface SignedIn {
  person: Person
  opened: OpenedSession
  /** New token of the device; undefined for a device that keeps its own. */
  device: string | undefined
}

/** The question for the second factor. */
export interface Challenge {
  challenge: string
  expiresAt: Date
}

/** The same sentence for every reason, so that no answer tells which addresses exist. */
const WRONG_PASSWORD = 'The email address or the password is wrong.'

/** Sign-in and sign-out of people. */
export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn(deps: {
  prisma: PrismaClient
  clock: Clock
  limits: Pick<Limits, 'spendSignIn'>
  budgets: SignInBudgets
  codes: OneTimeCodes
  devices: KnownDevices
  factors: SecondFactors
  sessions: Sessions
  auditPerson: AuditPerson
  noteRefused: NoteRefusedSignIn
}) {
  const { prisma, budgets, codes, devices, factors } = deps

  /** The subject of the tries for an address from a client. */
  async function subjectOf(email: string, person: Person | null, client: Client): Promise<Subject> {
    const device = client.device ?? null
    const isKnown = person !== null && device !== null && (await devices.isKnown(prisma, person.id, device))
    return isKnown ? deviceSubject(person.id, device) : addressSubject(email, person !== null)
  }

  /** Opens the session of a complete sign-in. The session that the browser had before ends. */
  async function open(
    tx: Transaction,
    person: Person,
    client: Client,
    about: { remember: boolean; twoFactor: boolean; subject: Subject; previous: Viewer | null },
  ): Promise<SignedIn> {
    const { subject, previous, ...kind } = about
    const { ip, userAgent } = client
    await budgets.clear(tx, subject)
    if (previous?.principal.kind === 'PERSON')
      await deps.sessions.endWhere(tx, { personId: previous.principal.id, id: previous.credential })
    const opened = await deps.sessions.open(tx, { personId: person.id, ip, userAgent, ...kind })
    const device = await devices.remember(tx, person.id, client.device ?? null)
    await deps.auditPerson(tx, { personId: person.id, ip }, { action: 'session.create', resource: opened.session.id })
    return { person, opened, device }
  }

  /** Locks a verified password until the session is open, so that a reset at the same time ends that session too. */
  async function keepPassword(tx: Transaction, credentialId: string): Promise<void> {
    const kept = await tx.$queryRaw<unknown[]>`
      SELECT id FROM person_credentials WHERE id = ${credentialId} FOR KEY SHARE`
    if (kept.length === 0) throw new UnauthenticatedError(WRONG_PASSWORD)
  }

  return {
    /**
     * Opens a session, or asks for the second factor.
     *
     * @param previous the viewer of the request
     * @throws UnauthenticatedError that is the same for an unknown address, a wrong password and a disabled person
     */
    async signIn(
      input: z.input<typeof signInInput>,
      client: Client,
      previous: Viewer | null,
    ): Promise<SignedIn | Challenge> {
      const { email, password, remember } = validate(signInInput, input)
      await deps.limits.spendSignIn(client.ip)
      const found = await prisma.person.findUnique({
        where: { email },
        include: { credentials: { where: { kind: 'PASSWORD' } } },
      })
      const subject = await subjectOf(email, found, client)
      requireHashRoom()
      await budgets.spend(subject)
      const isRight = await verifyPassword(password, found?.credentials[0]?.secret)
      if (found === null || !isRight || found.disabledAt !== null) {
        const reason = isRight ? 'DISABLED' : 'WRONG_PASSWORD'
        if (found !== null) deps.noteRefused({ personId: found.id, ip: client.ip }, reason)
        throw new UnauthenticatedError(WRONG_PASSWORD)
      }
      const { credentials, ...person } = found
      return prisma.$transaction(async (tx) => {
        await keepPassword(tx, credentials[0]?.id ?? '')
        if (!(await factors.isEnabled(tx, person.id)))
          return open(tx, person, client, { remember, twoFactor: false, subject, previous })
        await budgets.giveBack(tx, subject)
        const challenge = await codes.create(tx, 'SIGN_IN', person.id, remember)
        return { challenge, expiresAt: new Date(deps.clock.now().getTime() + CODE_SECONDS.SIGN_IN * 1000) }
      })
    },

    /** Answers a challenge. @throws UnauthenticatedError for a wrong code, and for a challenge that is not good any more */
    async verify(input: z.input<typeof verifyInput>, client: Client, previous: Viewer | null): Promise<SignedIn> {
      const { challenge, code } = validate(verifyInput, input)
      await deps.limits.spendSignIn(client.ip)
      const tried = await codes.try(prisma, 'SIGN_IN', challenge)
      const person = tried && (await prisma.person.findUnique({ where: { id: tried.personId ?? '' } }))
      if (tried === null || person === null || person.disabledAt !== null)
        throw new UnauthenticatedError(
          'The sign-in took too long or had too many tries. Begin again with the password.',
        )
      const subject = await subjectOf(person.email, person, client)
      await budgets.spend(subject)
      try {
        return await prisma.$transaction(async (tx) => {
          // The challenge first: of two right answers at once, one opens a session.
          const isUsed = (await codes.use(tx, 'SIGN_IN', challenge)) !== null
          if (!isUsed || !(await factors.verify(tx, person.id, code, client.ip)))
            throw new UnauthenticatedError(WRONG_CODE)
          return open(tx, person, client, { remember: tried.remember, twoFactor: true, subject, previous })
        })
      } catch (error) {
        if (error instanceof UnauthenticatedError)
          deps.noteRefused({ personId: person.id, ip: client.ip }, 'WRONG_CODE')
        throw error
      }
    },

    signOut: (viewer: Viewer): Promise<void> => deps.sessions.end(viewer.credential),
  }
}
