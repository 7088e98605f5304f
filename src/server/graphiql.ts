import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import { exampleTabs } from './graphiql-examples.ts'
import { acceptsGzip } from './media-type.ts'
import { pathOf } from './path.ts'

/** Address of the page. */
export const GRAPHIQL = '/graphiql'

const OPTIONS = {
  endpoint: '/graphql',
  title: 'Signalbox',
  defaultTabs: exampleTabs,
  headers: JSON.stringify({ Authorization: 'Bearer ' }, null, 2),
  shouldPersistHeaders: false,
  // The WebSocket client of the page sends no headers in `connection_init`, and so no API key.
  subscriptionsProtocol: 'SSE',
} as const

/** Policy of the page besides its scripts: it talks to this server, and no other page shows it in a frame. */
const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]

interface Page {
  compressed: Buffer
  /** Value of Content-Security-Policy, with the hash of each script. */
  policy: string
  etag: string
}

/**
 * Serves GraphiQL from the installed package; the page loads nothing from elsewhere. The page has 9 MB, so it is
 * rendered and compressed once, and every response shares that buffer.
 */
export function createGraphiQL() {
  let page: Promise<Page> | undefined

  return {
    /** True for a request of the page. */
    owns: (request: IncomingMessage): boolean => isRead(request) && pathOf(request) === GRAPHIQL,

    /** True for a request from the address bar of a browser, at whichever path. */
    isFromBrowser: (request: IncomingMessage): boolean =>
      isRead(request) && (request.headers.accept?.includes('text/html') ?? false),

    /** Answers 200 or 304, or 406 to a client that refuses gzip. */
    async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
      // An absent Accept-Encoding accepts every encoding (RFC 9110, section 12.5.3).
      if (!acceptsGzip(request.headers['accept-encoding'] ?? '*')) {
        response.writeHead(406, { 'content-type': 'text/plain' })
        response.end('GraphiQL is available with Accept-Encoding: gzip only.\n')
        return
      }
      page ??= render()
      const { compressed, policy, etag } = await page
      const isCached = request.headers['if-none-match'] === etag
      response.setHeader('etag', etag)
      response.setHeader('cache-control', 'no-cache')
      response.setHeader('vary', 'accept-encoding')
      response.setHeader('content-security-policy', policy)
      response.setHeader('x-content-type-options', 'nosniff')
      if (isCached) return void response.writeHead(304).end()
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-encoding': 'gzip',
        'content-length': compressed.length,
      })
      response.end(request.method === 'HEAD' ? undefined : compressed)
    },
  }
}

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD'

async function render(): Promise<Page> {
  const html = renderGraphiQL(OPTIONS)
  const compressed = await promisify(gzip)(html)
  const hashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => `'sha256-${sha256(script!)}'`)
  const policy = [...POLICY, `script-src ${hashes.join(' ')}`].join('; ')
  return { compressed, policy, etag: `"${createHash('sha256').update(compressed).digest('base64url')}"` }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')
