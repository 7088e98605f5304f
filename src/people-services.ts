import type pg from 'pg'
import type { LiveBus } from './bus/bus.ts'
import type { PrismaClient } from './database/client.ts'
import type { Audit } from './domain/audit/audit.ts'
import type { RecordDenied } from './domain/audit/record-denied.ts'
import type { Limits } from './domain/limits/limits.ts'
import type { OrganizationLookup } from './domain/organizations/organization-lookup.ts'
import { createAcceptInvitation } from './domain/people/accept-invitation.ts'
import { createAuditPerson, createNoteRefusedSignIn } from './domain/people/audit-person.ts'
import { createAuthenticateSession } from './domain/people/authenticate-session.ts'
import { createInvitations } from './domain/people/invitations.ts'
import { createInviterRights } from './domain/people/inviter-rights.ts'
import { createKnownDevices } from './domain/people/known-devices.ts'
import { createLinks } from './domain/people/links.ts'
import type { Mail } from './domain/people/mail.ts'
import { createMembers } from './domain/people/members.ts'
import { createNotices } from './domain/people/notices.ts'
import { createOneTimeCodes } from './domain/people/one-time-codes.ts'
import { createNoteVisit } from './domain/people/operator-visits.ts'
import { createOrganizationMails } from './domain/people/organization-mails.ts'
import { createOwnAccount } from './domain/people/own-account.ts'
import { createOwnSessions } from './domain/people/own-sessions.ts'
import { createPasswordReset } from './domain/people/password-reset.ts'
import { createPeople } from './domain/people/people.ts'
import { createSecondFactors } from './domain/people/second-factors.ts'
import { createAnnounceSessions } from './domain/people/session-changes.ts'
import { createSessionSeen } from './domain/people/session-seen.ts'
import { createSessions } from './domain/people/sessions.ts'
import { createSetPassword } from './domain/people/set-password.ts'
import { createSetUp } from './domain/people/set-up.ts'
import { createSignIn } from './domain/people/sign-in.ts'
import { createSignInBudgets } from './domain/people/sign-in-budgets.ts'
import type { Clock } from './lib/clock.ts'
import type { MakeId } from './lib/ids.ts'
import type { Keyring } from './lib/keyring.ts'
import type { Log } from './lib/log.ts'

/** The wired services of people: their organizations, sessions, factors and accounts. */
export function createPeopleServices(deps: {
  prisma: PrismaClient
  pool: pg.Pool
  bus: LiveBus
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  log: Log
  audit: Audit
  denials: RecordDenied
  limits: Limits
  organizationLookup: OrganizationLookup
  mail: Mail
  /** Undefined takes the URL of the server. */
  publicUrl: string | undefined
}) {
  const { prisma, pool, bus, clock, makeId, keyring, log, audit, denials, limits, organizationLookup } = deps

  const announceSessions = createAnnounceSessions({ bus })
  const auditPerson = createAuditPerson({ audit })
  const sessions = createSessions({ prisma, clock, makeId, announceSessions, auditPerson })
  const codes = createOneTimeCodes({ clock })
  const devices = createKnownDevices({ clock })
  const budgets = createSignInBudgets({ pool, clock })
  const links = createLinks(deps.publicUrl)
  const notices = createNotices({ mail: deps.mail, links })
  const factors = createSecondFactors({ prisma, clock, makeId, keyring, budgets, auditPerson, notices })
  const setPassword = createSetPassword({ prisma, clock, makeId, factors, budgets })
  const noteRefused = createNoteRefusedSignIn({ prisma, denials })
  const ofAccount = { prisma, clock, budgets, sessions, auditPerson }
  const organizationMails = createOrganizationMails({ mail: deps.mail, links })

  return {
    acceptInvitation: createAcceptInvitation({
      ...{ prisma, clock, makeId, audit, denials, sessions, devices, announceSessions, limits },
      inviterRights: createInviterRights({ clock }),
    }),
    announceSessions,
    authenticateSession: createAuthenticateSession({
      ...{ pool, clock, organizationLookup, sessions },
      noteVisit: createNoteVisit({ prisma, clock, audit }),
    }),
    invitations: createInvitations({ prisma, clock, makeId, audit, denials, links, mails: organizationMails }),
    links,
    mail: deps.mail,
    members: createMembers({ prisma, audit, denials, announceSessions, mails: organizationMails }),
    people: createPeople({ prisma }),
    sessionSeen: createSessionSeen({ pool, clock }),
    ownAccount: createOwnAccount({ ...ofAccount, setPassword, notices }),
    ownSessions: createOwnSessions({ ...ofAccount, factors }),
    passwordReset: createPasswordReset({
      ...{ prisma, log, limits, codes, sessions, setPassword, auditPerson, notices },
      mail: deps.mail,
    }),
    secondFactors: factors,
    setUp: createSetUp({ prisma, clock, makeId, audit, codes, sessions, devices }),
    signIn: createSignIn({ ...ofAccount, limits, codes, devices, factors, noteRefused }),
  }
}
