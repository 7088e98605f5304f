import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'

/** Policy of the pages: scripts, styles and requests of this server only, and no other page shows them in a frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Paths with their files and media types. */
const FILES: Record<string, [file: string, type: string]> = {
  '/setup': ['setup.html', 'text/html; charset=utf-8'],
  '/reset-password': ['reset-password.html', 'text/html; charset=utf-8'],
  '/pages/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/pages/page.js': ['page.js', 'text/javascript; charset=utf-8'],
}

/** Serves the pages that links with a code open. Each file is read once. */
export function createPages() {
  const files = Object.entries(FILES).map(([url, [file, type]]) => {
    const body = readFileSync(path.join(import.meta.dirname, 'pages', file))
    return [url, { body, type }] as const
  })
  const byPath = new Map(files)

  return {
    /** Answers a request for a page. False for other paths and methods. */
    serve({ method }: IncomingMessage, response: ServerResponse, pathname: string): boolean {
      const file = byPath.get(pathname)
      if (file === undefined || (method !== 'GET' && method !== 'HEAD')) return false
      response.writeHead(200, {
        'content-type': file.type,
        'content-length': file.body.length,
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        // The code of a link is in its URL.
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      })
      response.end(method === 'HEAD' ? undefined : file.body)
      return true
    },
  }
}
