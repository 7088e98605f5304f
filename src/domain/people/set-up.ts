import { z } from 'zod'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import { LOCKS } from '../../database/locks.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import type { KnownDevices } from './known-devices.ts'
import type { OneTimeCodes } from './one-time-codes.ts'
import { hashPassword } from './passwords.ts'
import { checkPassword, displayName, email, newPassword } from './person-input.ts'
import type { Client, Sessions } from './sessions.ts'
import type { SignedIn } from './sign-in.ts'
import { personPrincipal } from './viewer.ts'

const setUpInput = z.object({
  code: z.string(),
  organizationName: displayName,
  name: displayName,
  email,
  password: newPassword,
})

/** True once the platform organization has an owner. */
export const hasOwner = async (tx: Pick<Transaction, 'member'>): Promise<boolean> =>
  (await tx.member.findFirst({ where: { organization: { isPlatform: true }, role: 'OWNER' } })) !== null

/** The first start: one link makes the first owner of the installation. */
export type SetUp = ReturnType<typeof createSetUp>

export function createSetUp(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  codes: OneTimeCodes
  sessions: Sessions
  devices: KnownDevices
}) {
  const { prisma, clock, makeId } = deps

  return {
    /** True until the platform organization has an owner. */
    isOpen: async (): Promise<boolean> => !(await hasOwner(prisma)),

    /** True while `complete` would take the code. */
    isGood: async (code: string): Promise<boolean> =>
      !(await hasOwner(prisma)) && (await deps.codes.find(prisma, 'SETUP', code)) !== null,

    /** A code for the first owner; undefined once the platform organization has an owner. */
    createCode: (): Promise<string | undefined> =>
      prisma.$transaction(async (tx) => ((await hasOwner(tx)) ? undefined : deps.codes.create(tx, 'SETUP', null))),

    /**
     * Makes the first owner, of the platform organization and of a first organization beside it, and signs the person in.
     *
     * @throws ValidationError, and ConflictError for a code that is not good and once an owner exists
     */
    async complete(input: z.input<typeof setUpInput>, client: Client): Promise<SignedIn> {
      const { code, organizationName, name, email, password } = validate(setUpInput, input)
      // Hashing is costly, so strangers without a good code are refused before it.
      if (await hasOwner(prisma)) throw alreadySetUp()
      if ((await deps.codes.find(prisma, 'SETUP', code)) === null) throw codeNotGood()
      checkPassword(password, { words: [organizationName, name, email] })
      const secret = await hashPassword(password)
      return prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS.bootstrap})`
        if (await hasOwner(tx)) throw alreadySetUp()
        if ((await deps.codes.use(tx, 'SETUP', code)) === null) throw codeNotGood()
        const createdAt = clock.now()
        const platform = await tx.organization.findFirstOrThrow({ where: { isPlatform: true } })
        const first = await tx.organization.create({
          data: { id: makeId('org'), name: organizationName, plan: 'ENTERPRISE', createdAt },
        })
        const person = await tx.person.create({
          data: {
            ...{ id: makeId('usr'), email, name, lastOrganizationId: first.id, createdAt, updatedAt: createdAt },
            credentials: {
              create: { id: makeId('crd'), kind: 'PASSWORD', secret, confirmedAt: createdAt, createdAt },
            },
          },
        })
        const principal = personPrincipal(person)
        const actor = { principal, organizationId: first.id, ip: client.ip }
        await deps.audit(tx, actor, {
          action: 'organization.create',
          resource: first.id,
          details: { name: first.name },
        })
        for (const { id: organizationId } of [platform, first]) {
          const member = await tx.member.create({
            data: {
              ...{ id: makeId('mem'), organizationId, personId: person.id, role: 'OWNER', createdAt },
              ...{ createdBy: principal.id, createdByName: principal.name },
            },
          })
          const act = { action: 'member.create', resource: member.id, details: { role: 'OWNER' } } as const
          await deps.audit(tx, { ...actor, organizationId }, act)
        }
        const { ip, userAgent } = client
        const session = { personId: person.id, ip, userAgent, remember: false, twoFactor: false }
        const opened = await deps.sessions.open(tx, session)
        await deps.audit(tx, actor, { action: 'session.create', resource: opened.session.id })
        const device = await deps.devices.remember(tx, person.id, client.device ?? null)
        return { person, opened, device }
      })
    },
  }
}

const alreadySetUp = () =>
  new ConflictError('ALREADY_SET_UP', 'This installation has an owner already. Ask for an invitation.')

const codeNotGood = () =>
  new ConflictError(
    'CODE_NOT_GOOD',
    'This set-up link was used or has expired. Start Signalbox again, or run npm run admin -- setup-link.',
  )
