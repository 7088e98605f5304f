import type { IncomingMessage } from 'node:http'

/** The path of a request, without its query. Never throws: a client may send anything as its target. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0]!
}
