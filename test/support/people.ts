import { createHash } from 'node:crypto'
import { ulid } from 'ulid'
import type { Role } from '../../src/domain/people/roles.ts'
import { createSessionToken } from '../../src/domain/people/sessions.ts'
import type { GraphQLAnswer } from './api.ts'
import type { App } from './app.ts'

import { createBrowser } from './browser-client.ts'
import { noteSecret } from './secret-leak-check.ts'

export type { Role }

export interface SignedInOptions {
  /** The role in the organization, for a new member. */
  role: Role
  organizationId: string
  /** Default: a new person. */
  personId?: string
  /** Default: an address of its own. */
  email?: string
  /** Default: true. */
  elevated?: boolean
  headers?: Record<string, string>
}

/** Values for the required arguments of fields of people, by the path of the argument. None of them is good. */
export const SAMPLES_OF_PEOPLE = {
  'InvitationAcceptInput.token': 'x',
  'InvitationCreateInput.email': 'another@example.com',
  'InvitationCreateInput.role': 'VIEWER',
  'invitationPreview.token': 'x',
  'OwnOrganizationUpdateInput.name': 'Another',
  'PasswordChangeInput.currentPassword': 'another password',
  'PasswordChangeInput.password': 'x',
  'PasswordResetInput.code': 'x',
  'PasswordResetInput.password': 'x',
  'passwordResetRequest.email': 'another@example.com',
  'ReauthenticateInput.password': 'another password',
  'setupLinkIsGood.code': 'x',
  'SetupCompleteInput.code': 'x',
  'SetupCompleteInput.organizationName': 'Another',
  'SetupCompleteInput.name': 'Another',
  'SetupCompleteInput.email': 'another@example.com',
  'SetupCompleteInput.password': 'x',
  'SignInInput.email': 'another@example.com',
  'SignInInput.password': 'another password',
  'SignInVerifyInput.challenge': 'x',
  'SignInVerifyInput.code': 'x',
  'TotpConfirmInput.code': 'x',
}

const newId = (prefix: string) => `${prefix}_${ulid().toLowerCase()}`

/** A signed-in member, made without the time that hashing a password takes. */
export async function signedIn(app: Pick<App, 'database' | 'clock' | 'url'>, options: SignedInOptions) {
  const { prisma } = app.database
  const { role, organizationId, elevated = true, headers = {} } = options
  const createdAt = app.clock.now()
  const personId = options.personId ?? newId('usr')
  const email = options.email ?? `${personId.slice(-10)}@example.com`
  if (options.personId === undefined)
    await prisma.person.create({
      data: { id: personId, email, name: `Person ${personId.slice(-4)}`, createdAt, updatedAt: createdAt },
    })
  const memberId = newId('mem')
  await prisma.member.create({
    data: { id: memberId, organizationId, personId, role, createdAt, createdBy: 'system' },
  })
  const session = await openSession(app, personId, elevated)
  const browser = createBrowser(app.url, headers)
  browser.jar.set(session.cookie, session.token)
  return { ...browser, ...session, personId, memberId, organizationId, email, role }
}

export type SignedIn = Awaited<ReturnType<typeof signedIn>>

/** A new organization with a member of each given role. */
export async function createTeam<const Roles extends Role[]>(app: App, ...roles: Roles) {
  const organizationId = await app.host.createOrganization('Team')
  const people = []
  for (const role of roles) people.push(await signedIn(app, { role, organizationId }))
  return people as { [Index in keyof Roles]: SignedIn }
}

/** The code of a refusal, whether it is a top-level error or the answer; undefined for a success. */
export async function codeOf(
  client: { request(query: string, variables: Record<string, unknown>): Promise<GraphQLAnswer> },
  query: string,
  variables: Record<string, unknown> = {},
): Promise<string | undefined> {
  const { data, errors } = await client.request(query, variables)
  return errors?.[0]?.extensions.code ?? Object.values<{ code?: string } | null>(data)[0]?.code
}

/** A session in the database, with the cookie that carries it. */
export async function openSession(
  app: Pick<App, 'database' | 'clock' | 'url'>,
  personId: string,
  elevated = true,
): Promise<{ sessionId: string; cookie: string; token: string }> {
  const token = createSessionToken()
  noteSecret(token)
  const now = app.clock.now()
  const later = new Date(now.getTime() + 24 * 3_600_000)
  const sessionId = newId('ses')
  await app.database.prisma.session.create({
    data: {
      ...{ id: sessionId, personId, createdAt: now, seenAt: now, expiresAt: later, idleSeconds: 24 * 3_600 },
      ...(elevated && { elevatedUntil: later }),
      tokens: { create: { hash: createHash('sha256').update(token).digest(), createdAt: now } },
    },
  })
  return { sessionId, token, cookie: `__Host-sb_session_${new URL(app.url).port}` }
}
