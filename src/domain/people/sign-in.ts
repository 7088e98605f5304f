import { z } from 'zod'
import type { PrismaClient } from '../../database/client.ts'
import type { Person } from '../../database/generated/client.ts'
import { UnauthenticatedError } from '../../lib/errors.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { verifyPassword } from './passwords.ts'
import type { OpenedSession, Sessions } from './sessions.ts'
import type { Client } from './set-up.ts'
import { personPrincipal, type Viewer } from './viewer.ts'

const signInInput = z.object({
  email: z.string().trim().toLowerCase().max(254),
  password: z.string().max(1_000),
  remember: z.boolean().default(false),
})

/** Sign-in and sign-out of people. */
export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn(deps: { prisma: PrismaClient; audit: Audit; sessions: Sessions }) {
  const { prisma } = deps

  return {
    /** @throws UnauthenticatedError that is the same for an unknown address, a wrong password and a disabled person */
    async signIn(
      input: z.input<typeof signInInput>,
      client: Client,
    ): Promise<{ person: Person; opened: OpenedSession }> {
      const { email, password, remember } = validate(signInInput, input)
      const person = await prisma.person.findUnique({
        where: { email },
        include: { credentials: { where: { kind: 'PASSWORD' } }, members: { orderBy: { id: 'asc' } } },
      })
      const isRight = await verifyPassword(password, person?.credentials[0]?.secret)
      if (person === null || !isRight || person.disabledAt !== null)
        throw new UnauthenticatedError('The email address or the password is wrong.')
      return prisma.$transaction(async (tx) => {
        const session = { personId: person.id, ...client, remember, twoFactor: false }
        const opened = await deps.sessions.open(tx, session)
        const organizationId = person.lastOrganizationId ?? person.members[0]?.organizationId
        if (organizationId !== undefined) {
          const actor = { principal: personPrincipal(person), organizationId, ip: client.ip }
          await deps.audit(tx, actor, { action: 'session.create', resource: opened.session.id })
        }
        return { person, opened }
      })
    },

    signOut: (viewer: Viewer): Promise<void> => deps.sessions.end(viewer.credential),
  }
}
