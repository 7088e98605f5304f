import type { IncomingMessage, ServerResponse } from 'node:http'

/** Days for which a browser keeps the token of a device; browsers allow no more. */
const DEVICE_DAYS = 400

/** Reads and writes the cookies of one request. */
export interface SessionCookie {
  /** Token of the session that the request presented. */
  token: string | undefined
  /** @param expires end of the session, which is the end of the cookie */
  set(token: string, expires: Date): void
  clear(): void
  /** Lets the browser keep the token of a known device, which opens nothing. */
  remember(token: string, now: Date): void
}

/** Reads and writes the cookie that carries the session of a person. */
export type SessionCookies = ReturnType<typeof createSessionCookies>

/** Kinds of cookies. */
type Kind = 'session' | 'device'

/** The reason why an operation over WebSocket can set no cookie. */
export const NO_COOKIE_ON_SOCKET =
  'Sessions are opened, refreshed and ended over HTTP POST only: a WebSocket cannot set a cookie.'

/**
 * @param deps.publicUrl URL under which browsers reach the installation; read late, because a free port is known after the
 *   server listens
 * @param deps.production false lets the name of the cookie end in the port, because cookies ignore ports
 */
export function createSessionCookies(deps: { publicUrl: () => string; production: boolean }) {
  function nameOf(kind: Kind): string {
    const { port } = new URL(deps.publicUrl())
    return `__Host-sb_${kind}${deps.production || port === '' ? '' : `_${port}`}`
  }

  /** True when a browser sent the request from a page of the installation itself. */
  function isSameOrigin({ headers }: IncomingMessage): boolean {
    if (headers.origin !== undefined) return originOf(headers.origin) === originOf(deps.publicUrl())
    return headers['sec-fetch-site'] === 'same-origin'
  }

  /** The reason why the cookie of a request does not count; undefined when it does. */
  function violationOf(request: IncomingMessage): string | undefined {
    const publicUrl = new URL(deps.publicUrl())
    if (!keepsCookies(publicUrl))
      return `Browsers keep no session for ${publicUrl.origin}: set PUBLIC_URL to an https URL, or to http://localhost with the port for this machine alone.`
    // A browser asks the server before it sends JSON to another origin, and CORS allows that without cookies only.
    if (request.method !== 'POST' || !isJson(request.headers['content-type']))
      return 'Sessions are opened, refreshed and ended over HTTP POST with Content-Type: application/json only.'
    if (!isSameOrigin(request))
      return `Sessions are opened, refreshed and ended by pages of this installation only: the Origin of the request must be ${publicUrl.origin}, which PUBLIC_URL names.`
    return undefined
  }

  function tokenOf({ headers }: IncomingMessage, kind: Kind): string | undefined {
    const start = `${nameOf(kind)}=`
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
    return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) || undefined
  }

  const read = (request: IncomingMessage, kind: Kind): string | undefined =>
    violationOf(request) === undefined ? tokenOf(request, kind) : undefined

  return {
    /** The session token of a request; undefined without one, and for a request with cookies that do not count. */
    read: (request: IncomingMessage): string | undefined => read(request, 'session'),

    /** The token of the device, by which a browser is known that signed in before. */
    readDevice: (request: IncomingMessage): string | undefined => read(request, 'device'),

    /** The session token of a WebSocket handshake. A browser sends cookies with those of every page, so the Origin decides. */
    readHandshake: (request: IncomingMessage): string | undefined =>
      keepsCookies(new URL(deps.publicUrl())) && request.headers.origin !== undefined && isSameOrigin(request)
        ? tokenOf(request, 'session')
        : undefined,

    /** Cookies of a request and its answer; for a request to which no cookie may be given, the reason. */
    writer(request: IncomingMessage, response: ServerResponse): SessionCookie | string {
      const violation = violationOf(request)
      if (violation !== undefined) return violation
      // The headers of a stream may be gone before its operation is done.
      if (!/^$|json|\*/i.test(request.headers.accept ?? ''))
        return 'Sessions are opened, refreshed and ended with an answer in JSON only. Send Accept: application/json.'
      const write = (kind: Kind, value: string, expires: Date) =>
        response.appendHeader(
          'set-cookie',
          `${nameOf(kind)}=${value}; Path=/; Expires=${expires.toUTCString()}; HttpOnly; Secure; SameSite=Lax`,
        )
      return {
        token: tokenOf(request, 'session'),
        set: (token, expires) => write('session', token, expires),
        clear: () => write('session', '', new Date(0)),
        remember: (token, now) => write('device', token, new Date(now.getTime() + DEVICE_DAYS * 86_400_000)),
      }
    },
  }
}

/** Names of this machine, which count as one host. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/** True for a URL at which browsers keep cookies that are `Secure`. */
const keepsCookies = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || LOOPBACK.includes(hostname)

const isJson = (type = ''): boolean => type.split(';')[0]!.trim().toLowerCase() === 'application/json'

function originOf(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return undefined
  const host = LOOPBACK.includes(url.hostname) ? 'loopback' : url.hostname
  return `${url.protocol}//${host}:${url.port}`
}
