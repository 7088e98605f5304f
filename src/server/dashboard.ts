import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BuildState } from './dashboard-build.ts'
import { type DashboardFile, readDashboard, SHELL } from './dashboard-files.ts'
import { pathOf } from './path.ts'

const BASE = '/dashboard'
/** Names of assets hold a hash of their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable'
/** Addresses of pages outside of the base, of which links tell. */
const PAGES = ['/setup', '/invitation', '/reset-password']

/** Policy of the shell: it runs the scripts of the build, talks to this server, and no page shows it in a frame. */
const policyFor = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

const BUILDING = 'The dashboard is being built. This page reloads itself in a few seconds.'
const FAILED =
  'The dashboard could not be built; the log of the server tells why. The API at /graphql and everything else run.\n'
/** Seconds after which a browser asks again while the dashboard is being built. */
const RETRY_SECONDS = 2

/**
 * Serves the dashboard from memory: one shell for every page, and its assets. Without a finished build, the shell is
 * a sentence and the rest of the server is unaffected.
 *
 * @param buildState state of the build that the start needed. Default: the build is done
 */
export function createDashboard(buildState: () => BuildState = () => 'done') {
  let files: ReturnType<typeof readDashboard>

  /** Files of the current build; undefined until there is one. */
  function built(): typeof files {
    if (buildState() === 'done') files ??= readDashboard()
    return files
  }

  function refuseShell(response: ServerResponse): void {
    const headers = { 'cache-control': 'no-store', ...COMMON }
    if (buildState() !== 'building') {
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', ...headers })
      response.end(FAILED)
      return
    }
    const nonce = randomBytes(16).toString('base64')
    response.writeHead(503, {
      ...{ 'content-type': 'text/html; charset=utf-8', 'retry-after': String(RETRY_SECONDS), ...headers },
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; frame-ancestors 'none'`,
    })
    // A header that refreshes does nothing at an address with a fragment, such as the link of the set-up.
    const script = `setTimeout(() => location.reload(), ${RETRY_SECONDS * 1_000})`
    response.end(
      `<!doctype html><title>Signalbox</title><p>${BUILDING}</p><script nonce="${nonce}">${script}</script>\n`,
    )
  }

  function serveShell(request: IncomingMessage, response: ServerResponse): void {
    const shell = built()?.get(SHELL)
    if (shell === undefined) {
      refuseShell(response)
      return
    }
    const nonce = randomBytes(16).toString('base64')
    const html = shell.bytes.toString('utf8').replaceAll('%NONCE%', nonce)
    const headers = { 'cache-control': 'no-store', 'content-security-policy': policyFor(nonce), ...COMMON }
    response.writeHead(200, { 'content-type': shell.type, ...headers })
    response.end(request.method === 'HEAD' ? undefined : html)
  }

  return {
    /** True for a path that `serve` answers. */
    owns: (request: IncomingMessage): boolean => {
      const path = pathOf(request)
      return isRead(request) && (path === BASE || path.startsWith(`${BASE}/`) || PAGES.includes(path))
    },

    serve(request: IncomingMessage, response: ServerResponse): void {
      const name = pathOf(request).slice(BASE.length + 1)
      const file = pathOf(request).startsWith(`${BASE}/`) && name !== SHELL ? built()?.get(name) : undefined
      if (file !== undefined) sendFile(request, response, name, file)
      else if (name.startsWith('assets/')) refuseAsset(response)
      else serveShell(request, response)
    },
  }
}

const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

function refuseAsset(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...COMMON })
  response.end('This file belongs to another version of the dashboard. Reload the page.\n')
}

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD'

function sendFile(request: IncomingMessage, response: ServerResponse, name: string, file: DashboardFile): void {
  const acceptsBrotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const useBrotli = acceptsBrotli && file.brotli !== undefined
  response.writeHead(200, {
    'content-type': file.type,
    'cache-control': name.startsWith('assets/') ? IMMUTABLE : 'public, max-age=3600',
    vary: 'accept-encoding',
    ...(useBrotli && { 'content-encoding': 'br' }),
    ...COMMON,
  })
  response.end(request.method === 'HEAD' ? undefined : useBrotli ? file.brotli : file.bytes)
}
