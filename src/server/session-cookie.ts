import type { IncomingMessage, ServerResponse } from 'node:http'

/** Writes the session cookie of an answer. */
export interface SessionCookie {
  /** @param expires end of the session, which is the end of the cookie */
  set(token: string, expires: Date): void
  clear(): void
}

/** Reads and writes the cookie that carries the session of a person. */
export type SessionCookies = ReturnType<typeof createSessionCookies>

/**
 * @param deps.publicUrl URL under which browsers reach the installation; read late, because a free port is known after the
 *   server listens
 * @param deps.production false lets the name of the cookie end in the port, because cookies ignore ports
 */
export function createSessionCookies(deps: { publicUrl: () => string; production: boolean }) {
  const nameOf = () => {
    const { port } = new URL(deps.publicUrl())
    return `__Host-sb_session${deps.production || port === '' ? '' : `_${port}`}`
  }

  /** True when a browser sent the request from a page of the installation itself. */
  function isSameOrigin({ headers }: IncomingMessage): boolean {
    if (headers.origin !== undefined) return originOf(headers.origin) === originOf(deps.publicUrl())
    return headers['sec-fetch-site'] === 'same-origin'
  }

  /** A request whose cookie counts: a browser sends no JSON body to a foreign origin without asking first. */
  const counts = (request: IncomingMessage): boolean => request.method === 'POST' && isSameOrigin(request)

  return {
    isSameOrigin,

    /** The session token of a request; undefined without one, and for a request whose cookie does not count. */
    read(request: IncomingMessage): string | undefined {
      const name = nameOf()
      if (!counts(request)) return undefined
      const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
      return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
    },

    /** Null for a request to which no cookie may be given. */
    writer(request: IncomingMessage, response: ServerResponse): SessionCookie | null {
      if (!counts(request)) return null
      const write = (value: string, expires: Date) =>
        response.setHeader(
          'set-cookie',
          `${nameOf()}=${value}; Path=/; Expires=${expires.toUTCString()}; HttpOnly; Secure; SameSite=Lax`,
        )
      return { set: write, clear: () => void write('', new Date(0)) }
    },
  }
}

/** Names of this machine, which count as one host. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

function originOf(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return undefined
  const host = LOOPBACK.includes(url.hostname) ? 'loopback' : url.hostname
  return `${url.protocol}//${host}:${url.port}`
}
