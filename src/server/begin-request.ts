import type { IncomingMessage } from 'node:http'
import { apiKeyPrincipal } from '../domain/people/viewer.ts'
import { ForbiddenError, UnauthenticatedError } from '../lib/errors.ts'
import type { Services } from '../services.ts'
import type { ConnectionPlaces } from './connection-places.ts'
import { readCredentials, readOrganization, readReason } from './credentials.ts'
import type { RequestContext } from './request-context.ts'
import { NO_COOKIE_ON_SOCKET, type SessionCookies } from './session-cookie.ts'

/** Header with the id of a request. */
export const REQUEST_ID = 'x-request-id'

/** The session of a WebSocket, or the reason why the session of its cookie was refused. */
export type SocketSession = { sessionId: string } | { refusal: unknown }

export type BeginRequest = ReturnType<typeof createBeginRequest>

/**
 * Starts the context of a request, or of an operation on a WebSocket, and authenticates it. One credential decides: a key
 * wins over the cookie, because a script cannot leave the cookie of its browser out.
 */
export function createBeginRequest(deps: {
  services: Services
  cookies: SessionCookies
  places: ConnectionPlaces
  clientIp: (request: IncomingMessage) => string | null
}) {
  const { services, cookies } = deps

  async function begin(
    request: IncomingMessage,
    fields: (name: string) => unknown,
    findSession: () => SocketSession | { token: string } | undefined,
  ): Promise<RequestContext> {
    const ip = deps.clientIp(request)
    const requestContext: RequestContext = {
      ...{ request, ip, startedAt: performance.now(), session: NO_COOKIE_ON_SOCKET, viewer: null, requestBytes: 0 },
    }
    const about = { ip, requestId: String(request.headers[REQUEST_ID]) }
    try {
      const credentials = readCredentials(fields, about)
      if (credentials !== undefined) requestContext.viewer = await services.authenticate(credentials)
      else
        await signIn(requestContext, findSession(), {
          ...about,
          organization: readOrganization(fields),
          reason: readReason(fields),
        })
      if (requestContext.viewer !== null) deps.places.keep(request.socket, requestContext.viewer.homeId)
    } catch (error) {
      requestContext.refused = error
      if ((error instanceof UnauthenticatedError || error instanceof ForbiddenError) && error.key !== undefined)
        services.audit.denied(
          { principal: apiKeyPrincipal(error.key), organizationId: error.key.organizationId, ip },
          'request',
          error.message,
        )
    }
    return requestContext
  }

  /** A refused session leaves the request without a viewer, so that a browser with an old cookie can sign in again. */
  async function signIn(
    requestContext: RequestContext,
    session: SocketSession | { token: string } | undefined,
    about: { ip: string | null; requestId: string; organization: string | undefined; reason: string | undefined },
  ): Promise<void> {
    if (session === undefined) return
    try {
      if ('refusal' in session) throw session.refusal
      requestContext.viewer = await services.authenticateSession({ ...about, by: session })
    } catch (error) {
      if (!(error instanceof UnauthenticatedError || error instanceof ForbiddenError)) throw error
      requestContext.ended = error
    }
  }

  return {
    ofHttp: (request: IncomingMessage): Promise<RequestContext> =>
      begin(
        request,
        (name) => request.headers[name],
        () => {
          const token = cookies.read(request)
          return token === undefined ? undefined : { token }
        },
      ),

    /** @param params payload of `connection_init`, @param session found at the handshake */
    ofSocket: (
      request: IncomingMessage,
      params: Record<string, unknown>,
      session: SocketSession | undefined,
    ): Promise<RequestContext> =>
      begin(
        request,
        (name) => params[name] ?? params[NAMES[name] ?? name],
        () => session,
      ),

    /**
     * Finds the session of a WebSocket by the cookie of its handshake, once: after a refresh the cookie is old, and the
     * session is found by its id. Never rejects.
     */
    async findSocketSession(request: IncomingMessage): Promise<SocketSession | undefined> {
      const token = cookies.readHandshake(request)
      if (token === undefined) return undefined
      try {
        const about = { ip: deps.clientIp(request), requestId: String(request.headers[REQUEST_ID]) }
        const { credential: sessionId } = await services.authenticateSession({ ...about, by: { token } })
        return { sessionId }
      } catch (refusal) {
        return { refusal }
      }
    },
  }
}

/** Field names of `connection_init` as HTTP clients spell them. */
const NAMES: Record<string, string> = {
  authorization: 'Authorization',
  'x-api-key': 'X-API-Key',
  'signalbox-organization': 'Signalbox-Organization',
  'signalbox-reason': 'Signalbox-Reason',
}
