import type { OpenedSession } from '../src/domain/people/sessions.ts'
import type { SignedIn } from '../src/domain/people/sign-in.ts'
import { nameOfBrowser } from '../src/lib/browser-name.ts'
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from '../src/lib/errors.ts'
import { builder, type Context, Node, omitNulls, requireViewer, type SessionCookies } from './builder.ts'

/** The cookies of the answer. @throws ForbiddenError over WebSocket and SSE, and for pages of other origins */
export function requireCookie({ session }: Context): SessionCookies {
  if (typeof session === 'string') throw new ForbiddenError(session)
  return session
}

/** Gives the browser the session of a complete sign-in. */
export function keepSession(cookies: SessionCookies, { opened: { session, token }, device }: SignedIn): void {
  cookies.set(token, session.expiresAt)
  if (device !== undefined) cookies.remember(device, session.createdAt)
}

const replaceToken = (cookies: SessionCookies, { session, token }: OpenedSession) =>
  cookies.set(token, session.expiresAt)

export const Session = builder.prismaObject('Session', {
  description: 'A session of the signed-in person in one browser.',
  interfaces: [Node],
  findUnique: ({ id }, { viewer }) => ({ id, personId: viewer?.principal.id ?? '' }),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the session, such as `ses_…`.' }),
    device: t.field({
      type: 'String',
      nullable: true,
      description: 'Browser and system as the browser names them, such as `Firefox on Linux`; null for an unnamed one.',
      resolve: ({ userAgent }) => nameOfBrowser(userAgent),
    }),
    address: t.exposeString('ip', { nullable: true, description: 'Client address at sign-in; null when unknown.' }),
    isCurrent: t.field({
      type: 'Boolean',
      description: 'True for the session of the request.',
      resolve: ({ id }, _args, { viewer }) => viewer?.credential === id,
    }),
    twoFactor: t.exposeBoolean('twoFactor', { description: 'True when a second factor was verified.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of the sign-in.' }),
    lastUsedAt: t.expose('seenAt', {
      type: 'DateTime',
      description: 'Time of the last request that the person caused, accurate to a minute.',
    }),
    idleSeconds: t.exposeInt('idleSeconds', {
      description: 'Seconds without a request after which the session ends.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'End of the session, however often it is used and refreshed.',
    }),
    elevatedUntil: t.expose('elevatedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Time until which dangerous changes need no password; null when it was not given again.',
    }),
  }),
})

const SessionPayload = (name: string, description: string) =>
  builder.objectRef<{ session: typeof Session.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      session: t.field({
        type: Session,
        description: 'The session of the request.',
        resolve: ({ session }) => session,
      }),
    }),
  })

const ReauthenticateInput = builder.inputType('ReauthenticateInput', {
  description: 'Password of the signed-in person, and a code where a second factor is enabled.',
  fields: (t) => ({
    password: t.string({ required: true, description: 'Password of the person.' }),
    code: t.string({ description: 'Code of the authenticator, or a recovery code. Default: none.' }),
  }),
})

builder.queryField('sessions', (t) =>
  t.field({
    type: [Session],
    description: 'Open sessions of the signed-in person, the last used first; at most 100.',
    authScopes: { person: true },
    resolve: (_root, _args, context) => context.services.ownSessions.list(requireViewer(context)),
  }),
)

builder.mutationFields((t) => ({
  sessionRefresh: t.field({
    type: SessionPayload('SessionRefreshPayload', 'The session, with another token in its cookie.'),
    description:
      'Replaces the token in the cookie of the session. The earlier one is good for 60 seconds; its use after that ends the session. The session ends no later for a refresh, and counts as idle meanwhile.',
    authScopes: { anyPerson: true },
    errors: { types: [ValidationError] },
    async resolve(_root, _args, context) {
      const cookies = requireCookie(context)
      const viewer = requireViewer(context)
      const { session, token } = await context.services.ownSessions.refresh(viewer, cookies.token ?? '')
      if (token !== undefined) replaceToken(cookies, { session, token })
      return { session }
    },
  }),
  reauthenticate: t.field({
    type: SessionPayload('ReauthenticatePayload', 'The session, which may make dangerous changes for 10 minutes.'),
    description:
      'Allows changes that answer REAUTHENTICATION_REQUIRED for 10 minutes. The token in the cookie is replaced.',
    authScopes: { anyPerson: true },
    errors: { types: [ValidationError, UnauthenticatedError, ConflictError] },
    args: { input: t.arg({ type: ReauthenticateInput, required: true, description: 'Password and code.' }) },
    async resolve(_root, { input }, context) {
      const cookies = requireCookie(context)
      const { ownSessions } = context.services
      const opened = await ownSessions.reauthenticate(requireViewer(context), cookies.token ?? '', omitNulls(input))
      replaceToken(cookies, opened)
      return { session: opened.session }
    },
  }),
  sessionEnd: t.field({
    type: builder.objectRef<{ id: string }>('SessionEndPayload').implement({
      description: 'The session has ended.',
      fields: (t) => ({ sessionId: t.exposeID('id', { description: 'Id of the ended session.' }) }),
    }),
    description: 'Ends a session of the signed-in person, with its subscriptions.',
    authScopes: { $all: { person: true, elevated: true } },
    errors: { types: [ValidationError, NotFoundError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the session.' }) },
    async resolve(_root, { id }, context) {
      await context.services.ownSessions.end(requireViewer(context), id)
      return { id }
    },
  }),
  sessionsEndOthers: t.field({
    type: builder.objectRef<{ ended: number }>('SessionsEndOthersPayload').implement({
      description: 'The other sessions have ended.',
      fields: (t) => ({ ended: t.exposeInt('ended', { description: 'Number of ended sessions.' }) }),
    }),
    description: 'Ends every session of the signed-in person but the one of the request.',
    authScopes: { $all: { person: true, elevated: true } },
    errors: { types: [ValidationError] },
    resolve: async (_root, _args, context) => ({
      ended: await context.services.ownSessions.endOthers(requireViewer(context)),
    }),
  }),
}))
